"""Earlier versions of a report, and what each change did.

A changed report replaces the whole earlier one (ServType M). An item that is missing from a change without
having been cancelled is neither: it is shown as gone from the report.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from portal.clinician.results.transform import dates, fhir
from portal.clinician.results.transform.fhir import Json, Resources
from portal.clinician.results.transform.reading import Item
from portal.clinician.results.transform.reports import Report, report_of
from portal.clinician.results.transform.richtext import plain
from portal.clinician.results.transform.trend import analysis_key

_SAID_BEFORE = re.compile(r"forrige\s+svar\w*\s*(?:var|er|:)?\s*([<>]?\s*\d+(?:[.,]\d+)?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `kind`: "new" | "changed" | "status" | "comment" | "cancelled" | "gone"."""

    kind: str = ""
    name: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version in the report's history; `changes` are against the version before it."""

    number: int = 0
    issued: str = ""
    status: str = ""
    preliminary: bool = False
    shown_now: bool = False
    first: bool = False
    changes: list[Change] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class History:
    """The versions of a report, newest first, and what needs attention in how they differ.

    `gone`: items that a change left out. `disagreements`: a comment names another earlier value than the one
    that was stored. `final_before`: the shown version is preliminary though an earlier one was final.
    """

    versions: list[VersionRow] = field(default_factory=list)
    gone: list[Change] = field(default_factory=list)
    disagreements: list[Change] = field(default_factory=list)
    final_before: int = 0


def versions_of(bundle: Json) -> list[Report]:
    """The versions in a history Bundle, oldest first.

    A DiagnosticReport there is followed by the resources of the same version; ids are kept between versions.
    """
    groups: list[list[Json]] = []
    loose: list[Json] = []
    for entry in fhir.objects(bundle.get("entry")):
        resource = fhir.first(entry.get("resource"))
        if resource.get("resourceType") == "DiagnosticReport":
            groups.append([resource, *fhir.objects(resource.get("contained"))])
        elif groups:
            groups[-1].append(resource)
        else:
            loose.append(resource)
    found = [report_of(group[0], Resources([*loose, *group])) for group in groups]
    return sorted(found, key=lambda report: dates.sort_key(report.issued))


def history_of(versions: list[Report]) -> History:
    """How the versions (oldest first) differ; the last one is the one that is shown."""
    if not versions:
        return History()
    rows: list[VersionRow] = []
    for number, report in enumerate(versions, start=1):
        earlier = versions[number - 2] if number > 1 else None
        rows.append(_row(number, report, earlier, shown_now=number == len(versions)))
    last = versions[-1]
    finals = [
        n for n, r in enumerate(versions[:-1], start=1) if not r.preliminary and r.status != "registered"
    ]
    return History(
        versions=rows[::-1],
        gone=[] if last.cancelled else _gone(versions),
        disagreements=[d for a, b in pairwise(versions) for d in _disagreements(a, b)],
        final_before=finals[-1] if last.preliminary and finals else 0,
    )


def _row(number: int, report: Report, earlier: Report | None, *, shown_now: bool) -> VersionRow:
    return VersionRow(
        number=number,
        issued=dates.show(report.issued),
        status=report.status,
        preliminary=report.preliminary,
        shown_now=shown_now,
        first=earlier is None,
        changes=differences(earlier, report) if earlier else [],
    )


def shown_value(item: Item) -> str:
    """A value with its unit, in one line of plain text."""
    if item.value.kind == "date":
        return dates.show(item.value.number)
    text = plain(item.value.shown) if item.value.kind == "text" else item.value.shown
    return f"{text} {item.value.unit}".strip()


def _name(item: Item) -> str:
    return item.name or ", ".join(h.label for h in item.value.headings)


def _key(item: Item, report: Report) -> tuple[str, str]:
    return analysis_key(item, report.laboratory), _name(item)


def paired(before: Report, after: Report) -> list[tuple[Item | None, Item | None]]:
    """The items of two versions side by side: by id where it names the same analysis, else by content."""
    left = before.items()
    pairs: list[tuple[Item | None, Item | None]] = []
    unmatched: list[Item] = []
    by_id = {item.id: item for item in left}
    for item in after.items():
        same = by_id.get(item.id)
        if same is not None and _key(same, before) == _key(item, after):
            pairs.append((same, item))
            del by_id[item.id]
        else:
            unmatched.append(item)
    rest = [item for item in left if item.id in by_id]
    for item in unmatched:
        same = _same_content(item, rest, before, after)
        if same is not None:
            rest.remove(same)
        pairs.append((same, item))
    return pairs + [(item, None) for item in rest]


def _same_content(item: Item, rest: list[Item], before: Report, after: Report) -> Item | None:
    """An earlier item of the same analysis, with the same value if there is one such."""
    alike = [other for other in rest if _key(other, before) == _key(item, after)]
    same = [other for other in alike if shown_value(other) == shown_value(item)]
    if same:
        return same[0]
    return alike[0] if alike and item.name and len(alike) == 1 else None


def differences(before: Report, after: Report) -> list[Change]:
    """What a version changed. Nothing is said of the items of a cancelled report: it has none."""
    if after.cancelled:
        return []
    found: list[Change] = []
    for old, new in paired(before, after):
        change = _change(old, new)
        if change is not None:
            found.append(change)
    return found


def _change(old: Item | None, new: Item | None) -> Change | None:
    if new is None:
        return _was_gone(old)
    name, after = _name(new), shown_value(new)
    if old is None:
        return None if new.history or not (after or new.name) else Change("new", name, "", after)
    before = shown_value(old)
    if new.cancelled and not old.cancelled:
        return Change("cancelled", name, before, "")
    if before != after:
        return Change("changed", name, before, after)
    if old.status != new.status and not new.history:
        return Change("status", name, old.status, new.status)
    if old.notes != new.notes:
        return Change("comment", name, " ".join(old.notes), " ".join(new.notes))
    return None


def _was_gone(old: Item | None) -> Change | None:
    if old is None or old.cancelled or not (shown_value(old) or old.name):
        return None
    return Change("gone", _name(old), shown_value(old), "")


def _gone(versions: list[Report]) -> list[Change]:
    """Items of any earlier version that the last one leaves out, as they last stood."""
    last = versions[-1]
    found: dict[tuple[str, str], Change] = {}
    for version in versions[:-1]:
        for old, new in paired(version, last):
            change = _was_gone(old) if new is None else None
            if change is not None and old is not None:
                found[(*_key(old, version),)] = change
    return list(found.values())


def _disagreements(before: Report, after: Report) -> list[Change]:
    """Comments that name another earlier value than the one stored: both are shown, nobody is believed."""
    found: list[Change] = []
    for old, new in paired(before, after):
        if old is None or new is None or old.value.decimal is None:
            continue
        said = next((m[1] for note in new.notes if (m := _SAID_BEFORE.search(note))), "")
        if said and _number(said) != _number(old.value.shown):
            found.append(Change("comment", _name(new), shown_value(old), said))
    return found


def _number(text: str) -> tuple[str, Decimal]:
    """A comparator and the number behind it."""
    plain_text = text.replace(" ", "").replace(",", ".")
    digits = plain_text.lstrip("<>=≠")
    return plain_text[: len(plain_text) - len(digits)], Decimal(digits)
