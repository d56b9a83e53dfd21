"""What the journal is told of a report: who asked for it and how grave it looks, never a result.

Read from the version as it is stored. The laboratory's own marks decide; what is computed from its reference
interval or from our list of limits only adds to them. No mark is not "normal" (clinical rules, hazards).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct, field
from psycopg import Connection

from core_record.result_news.service import GRAVITY, Mark, Requester, announce_sync
from results_service.codes.systems import IDENTIFIER_SYSTEMS, NLK, NLK_MISTAKEN, OID_ROOT, system_url
from results_service.reports.examined import named_in
from results_service.reports.fhir import names
from results_service.reports.limits import Limits, limits
from results_service.reports.models import StoredVersion
from results_service.reports.packing import Packed

_NLK = frozenset({system_url(NLK), system_url(NLK_MISTAKEN)})
_COMMENTS = system_url(OID_ROOT + "8269")
_PHONED, _CHANGED, _NOTIFIABLE = "TA", "VA", "MSIS"
_NORMAL = frozenset({"N", "0"})
_CRITICAL_FLAGS = frozenset({"AA", "HH", "LL", "HU", "LU"})  # HL7's; 8244 has none
_AWAITED = frozenset({"registered", "preliminary", "unknown"})
_GIVEN_UP = frozenset({"cancelled", "entered-in-error"})
_HISTORY = names.NILAR + "history"
_COMMENT = names.NILAR + "comment"
_KINDS = {url: kind for kind, url in IDENTIFIER_SYSTEMS.items()}


class _Coding(Struct):
    system: str = ""
    code: str = ""


class _Concept(Struct):
    coding: list[_Coding] = []


class _Quantity(Struct):
    value: float | None = None
    comparator: str = ""
    unit: str = ""
    code: str = ""


class _Range(Struct):
    low: _Quantity | None = None
    high: _Quantity | None = None


class _Extension(Struct, rename="camel"):
    url: str = ""
    value_boolean: bool = False
    value_codeable_concept: _Concept | None = None


class _Observation(Struct, rename="camel"):
    status: str = ""
    code: _Concept = field(default_factory=_Concept)
    interpretation: list[_Concept] = []
    value_quantity: _Quantity | None = None
    value_codeable_concept: msgspec.Raw = msgspec.Raw()
    value_date_time: str = ""
    value_range: msgspec.Raw = msgspec.Raw()
    reference_range: list[_Range] = []
    note: list[msgspec.Raw] = []
    has_member: list[msgspec.Raw] = []
    extension: list[_Extension] = []


class _Report(Struct):
    status: str = ""
    extension: list[_Extension] = []


class _Identifier(Struct):
    system: str = ""
    value: str = ""


class _Reference(Struct):
    identifier: _Identifier | None = None
    display: str = ""


class _Role(Struct, rename="camel"):
    practitioner: _Reference | None = None
    organization: _Reference | None = None
    healthcare_service: list[_Reference] = []


_observation = msgspec.json.Decoder(_Observation)
_report = msgspec.json.Decoder(_Report)
_role = msgspec.json.Decoder(_Role)


def announce(
    conn: Connection[Any], person_id: UUID, report_id: UUID, main: StoredVersion, *, warned: bool = False
) -> None:
    """Tell that `main` is what is shown of the report, in the transaction in which it comes to be.

    `warned`: with a warning that it did not carry before.
    """
    facts, packed = main.facts, main.packed
    announce_sync(
        conn,
        person_id,
        report_id,
        facts.version_id,
        facts.generated,
        mark_of(packed, limits()),
        requester_of_version(packed),
        named_in(packed, facts.requisitions),
        awaited=is_awaited(packed),
        warned=warned,
    )


def mark_of(packed: Packed, critical: Limits) -> Mark:
    """The gravest mark of what a version says."""
    return max(_marks(packed, critical), key=GRAVITY.__getitem__, default="undecided")


def is_awaited(packed: Packed) -> bool:
    """Whether the version only says that tests are ordered: no result has a value, or is given up."""
    entries = enumerate(packed.entries)
    found = [_observation.decode(packed.body(place)) for place, e in entries if e.kind == "Observation"]
    awaited = [one for one in found if one.status in _AWAITED and not _has_value(one)]
    return bool(awaited) and all(one in awaited or bool(one.has_member) for one in found)


def requester_of_version(packed: Packed) -> Requester:
    """Who asked, as the report's ServiceRequest names them."""
    for entry in packed.entries:
        if entry.kind == "ServiceRequest":
            for place in entry.links.get("requester", []):
                return _requester(_role.decode(packed.body(place)))
    return Requester(None, ())


def _requester(role: _Role) -> Requester:
    person = role.practitioner.identifier if role.practitioner else None
    hpr = person.value if person and _KINDS.get(person.system) == "HPR" else None
    places = [*role.healthcare_service, *([role.organization] if role.organization else [])]
    units = []
    for place in places:
        kind = _KINDS.get(place.identifier.system) if place.identifier else None
        if place.identifier and kind in ("HER", "ENH"):
            units.append(f"{kind}:{place.identifier.value}")
    units += [f"NAME:{place.display}" for place in places if place.display]
    return Requester(hpr, tuple(units))


def _marks(packed: Packed, critical: Limits) -> Iterator[Mark]:
    results = 0
    for place, entry in enumerate(packed.entries):
        if entry.kind == "DiagnosticReport":
            yield _of_report(_report.decode(packed.body(place)))
        elif entry.kind == "Observation":
            one = _observation.decode(packed.body(place))
            if any(e.value_boolean for e in one.extension if e.url == _HISTORY):
                continue  # repeated from an earlier report
            results += 1
            yield _of_result(one, critical)
    if not results:
        yield "undecided"  # words, images or nothing: to be read


def _of_report(report: _Report) -> Mark:
    if report.status in _GIVEN_UP:
        return "undecided"
    comments = [e for e in report.extension if e.url == _COMMENT]
    said = [e.value_codeable_concept.coding for e in comments if e.value_codeable_concept]
    codes = [c.code for coding in said for c in coding if c.system == _COMMENTS]
    if _PHONED in codes:
        return "critical"
    if any(code == _CHANGED or code.startswith(_NOTIFIABLE) for code in codes):
        return "abnormal"
    return "undecided" if comments else "none"


def _of_result(one: _Observation, critical: Limits) -> Mark:
    if one.status in _GIVEN_UP:
        return "none"  # no value any more; that it was changed opens the report anew
    flags = {coding.code for concept in one.interpretation for coding in concept.coding}
    if flags & _CRITICAL_FLAGS or _crosses(one, critical):
        return "critical"
    if flags - _NORMAL or _lies_outside(one):
        return "abnormal"
    if one.note or (one.value_quantity is None and not _is_heading(one)):
        return "undecided"
    return "none" if _is_heading(one) or flags or _lies_inside(one) else "undecided"


def _is_heading(one: _Observation) -> bool:
    return bool(one.has_member) and not _has_value(one)


def _has_value(one: _Observation) -> bool:
    said = one.value_quantity or bytes(one.value_codeable_concept) or one.value_date_time
    return bool(said or bytes(one.value_range) or one.note)


def _crosses(one: _Observation, critical: Limits) -> bool:
    value = one.value_quantity
    if value is None or value.value is None or (value.unit and not value.code):
        return False
    found = (critical.get((c.code, value.code)) for c in one.code.coding if c.system in _NLK)
    return any(limit.is_crossed(value.value, value.comparator) for limit in found if limit)


def _lies_outside(one: _Observation) -> bool:
    """Surely outside the only interval that the laboratory states."""
    value = one.value_quantity
    if value is None or value.value is None or len(one.reference_range) != 1:
        return False
    low, high = one.reference_range[0].low, one.reference_range[0].high
    if low and low.value is not None and not value.comparator.startswith(">") and value.value < low.value:
        return True
    return bool(
        high and high.value is not None and not value.comparator.startswith("<") and value.value > high.value
    )


def _lies_inside(one: _Observation) -> bool:
    """Surely inside it; the limit itself is, where it can be read."""
    value = one.value_quantity
    if value is None or value.value is None or len(one.reference_range) != 1:
        return False
    low, high = one.reference_range[0].low, one.reference_range[0].high
    if low is None and high is None:
        return False
    if value.comparator.startswith("<"):
        return low is None and high is not None and value.value <= (high.value or 0)
    if value.comparator.startswith(">"):
        return high is None and low is not None and value.value >= (low.value or 0)
    return True
