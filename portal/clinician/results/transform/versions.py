"""Earlier versions of a report, and what each change did.

A changed report replaces the whole earlier one (ServType M). An item that is missing from a change without
having been cancelled is neither: it is shown as gone from the report.
"""

from dataclasses import dataclass, field

from portal.clients import elements as fhir
from portal.clients.elements import Json, Resources
from portal.clinician.results.transform import dates
from portal.clinician.results.transform.reading import Item
from portal.clinician.results.transform.reports import Report, report_of
from portal.clinician.results.transform.richtext import plain
from portal.clinician.results.transform.trend import analysis_key


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


def rows_of(versions: list[Report]) -> list[VersionRow]:
    """How the versions (oldest first) differ, newest first; the newest is the one that is shown."""
    earlier = [None, *versions[:-1]]
    rows = [
        _row(number, report, before, shown_now=number == len(versions))
        for number, (before, report) in enumerate(zip(earlier, versions, strict=False), start=1)
    ]
    return rows[::-1]


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
    if answer := item.value.susceptibility:
        return f"{answer} ({item.value.text})" if item.value.text else answer
    if item.value.kind == "date":
        return dates.show(item.value.number)
    text = plain(item.value.shown) if item.value.kind == "text" else item.value.shown
    return f"{text} {item.value.unit}".strip()


def _name(item: Item) -> str:
    return item.name or ", ".join(h.label for h in item.value.headings)


def _key(item: Item, report: Report) -> tuple[str, str]:
    return analysis_key(item, report.sender), _name(item)


def paired(before: Report, after: Report) -> list[tuple[Item | None, Item | None]]:
    """The items of two versions side by side: by id where it names the same analysis, else by content.

    Texts without an id of their own are numbered by their place, which an addendum moves: the same words are
    the same text, wherever they stand.
    """
    rest, items = list(before.items()), list(after.items())
    found: dict[int, Item] = {}
    for match in (_unchanged, _same_text, _same_id, _same_content):
        for place, item in enumerate(items):
            if place in found:
                continue
            old = match(item, [other for other in rest if _key(other, before) == _key(item, after)])
            if old is not None:
                found[place] = old
                rest = [other for other in rest if other is not old]
    pairs: list[tuple[Item | None, Item | None]] = [
        (found.get(place), item) for place, item in enumerate(items)
    ]
    return pairs + [(item, None) for item in rest]


def _unchanged(item: Item, alike: list[Item]) -> Item | None:
    same = (o for o in alike if o.id == item.id and shown_value(o) == shown_value(item))
    return next(same, None)


def _same_text(item: Item, alike: list[Item]) -> Item | None:
    if item.value.kind != "text" or not shown_value(item):
        return None
    return next((other for other in alike if shown_value(other) == shown_value(item)), None)


def _same_id(item: Item, alike: list[Item]) -> Item | None:
    return next((other for other in alike if other.id == item.id), None)


def _same_content(item: Item, alike: list[Item]) -> Item | None:
    """An earlier item of the same analysis, with the same value if there is one such."""
    same = next((other for other in alike if shown_value(other) == shown_value(item)), None)
    if same is not None:
        return same
    return alike[0] if item.name and len(alike) == 1 else None


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
