"""What a report says about itself when it has more than one version.

The DiagnosticReport of the shown version carries notices: what a reader must know that no single message
says. A notice is an extension of parts: `code`, and where they apply `item` (the observation), `concept` (its
name), `report` (to be read together with this one), `stated` and `stored` (a comment and what came).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import msgspec

from results_service.reports.fhir import names
from results_service.reports.models import StoredVersion
from results_service.reports.packing import Entry, Packed
from results_service.reports.versions import Shown

NOTICE_URL = names.AKSON + "report-notice"
REPORT_DATE_URL = names.NILAR + "report-date"
EARLIER_VERSION = "earlier-version"
"""The warning that a companion's row is known by."""
_BESIDE = "beside"
# "det forrige svaret var 11", "tidligere resultat: 4,2": the laboratory quotes what it corrects.
_QUOTED_VALUE = re.compile(
    r"\b(?:forrige|tidligere|førre|opprinnelige?)\s+(?:svar\w*|resultat\w*|verdi\w*)\s*(?:var|er|:)\s*"
    r"(\d+(?:[.,]\d+)?)",
    re.IGNORECASE,
)

Json = dict[str, Any]


def beside_id(report_id: UUID) -> UUID:
    """The id under which an earlier version is shown together with the newest one."""
    return uuid5(report_id, _BESIDE)


def as_companion(packed: Packed) -> Packed:
    """The same version under ids of its own, since a Bundle holds a resource once."""
    bodies = packed.bodies
    entries: list[Entry] = []
    for entry in packed.entries:
        new = str(uuid5(UUID(entry.id), _BESIDE))
        bodies = bodies.replace(entry.id.encode(), new.encode())  # both 36 characters: every offset holds
        entries.append(msgspec.structs.replace(entry, id=new))
    return Packed(entries, bodies)


def notice(code: str, **parts: Json) -> Json:
    """One notice; `parts` are extension values (`item={"valueReference": …}`)."""
    inner = [{"url": "code", "valueCode": code}, *({"url": name, **value} for name, value in parts.items())]
    return {"url": NOTICE_URL, "extension": inner}


def notices(
    main: StoredVersion,
    shown: Shown,
    versions: Mapping[UUID, StoredVersion],
    warnings: Sequence[str],
    companion: UUID | None,
) -> list[Json]:
    """Everything the shown version must say: warnings, vanished items, quoted values that do not agree."""
    found = [notice(code) for code in (*warnings, *shown.warnings)]
    if companion:
        found.append(notice("read-together", report=reference("DiagnosticReport", str(companion))))
    for item, seen in shown.gone:
        concept = _observation(versions[seen].packed, item).get("code", {})
        found.append(
            notice(
                "gone-from-report",
                item=reference("Observation", item),
                concept={"valueCodeableConcept": concept},
            )
        )
    earlier = [v for v in versions.values() if not v.held and v.facts.order < main.facts.order]
    earlier.sort(key=lambda v: v.facts.order, reverse=True)
    return found + _disagreements(main, earlier)


def with_notices(body: bytes, found: Sequence[Json], report_date: str | None) -> bytes:
    """The DiagnosticReport with its notices and the first version's report date; without any, unchanged."""
    if not found and report_date is None:
        return body
    report: Json = msgspec.json.decode(body)
    extensions: list[Json] = report.get("extension", [])
    for extension in extensions:
        if extension["url"] == REPORT_DATE_URL and report_date:
            extension["valueDateTime"] = report_date
    report["extension"] = [*extensions, *found]
    return msgspec.json.encode(report)


def report_date(body: bytes) -> str | None:
    """The report date that a DiagnosticReport gives."""
    report: Json = msgspec.json.decode(body)
    dates = (e.get("valueDateTime") for e in report.get("extension", []) if e["url"] == REPORT_DATE_URL)
    return next(dates, None)


def _disagreements(main: StoredVersion, earlier: Sequence[StoredVersion]) -> list[Json]:
    found = []
    for place, entry in enumerate(main.packed.entries):
        body = main.packed.body(place)
        if entry.kind != "Observation" or b'"note"' not in body:
            continue
        observation: Json = msgspec.json.decode(body)
        texts = " ".join(note.get("text", "") for note in observation["note"])
        quoted = _QUOTED_VALUE.search(texts)
        stored = _stored_value(entry.id, main.facts.items[entry.id].name, earlier) if quoted else None
        if quoted and stored and Decimal(quoted[1].replace(",", ".")) != Decimal(str(stored["value"])):
            found.append(
                notice(
                    "comment-disagrees",
                    item=reference("Observation", entry.id),
                    stated={"valueString": quoted[1]},
                    stored={"valueQuantity": stored},
                )
            )
    return found


def _stored_value(item: str, name: str, earlier: Sequence[StoredVersion]) -> Json | None:
    """The newest number that an earlier version gave for the item, or for the only one of its name."""
    for version in earlier:
        items = version.facts.items
        candidates = [item] if item in items else [i for i, facts in items.items() if facts.name == name]
        if len(candidates) == 1:
            quantity = _observation(version.packed, candidates[0]).get("valueQuantity")
            if quantity and "value" in quantity:
                return dict(quantity)
    return None


def _observation(packed: Packed, item: str) -> Json:
    place = next(p for p, entry in enumerate(packed.entries) if entry.id == item)
    found: Json = msgspec.json.decode(packed.body(place))
    return found


def reference(kind: str, identifier: str) -> Json:
    """An extension value that points at a resource."""
    return {"valueReference": {"reference": f"{kind}/{identifier}"}}
