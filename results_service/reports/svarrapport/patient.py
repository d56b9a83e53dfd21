"""Reading whom the report is about, and the checks of the national identity number."""

from __future__ import annotations

from kit.ids import InvalidNationalId, NationalId, parse_national_id
from results_service.reports.svarrapport.model import Patient
from results_service.reports.svarrapport.moments import parse_moment
from results_service.reports.svarrapport.tree import Node
from results_service.reports.svarrapport.values import Values

_NATIONAL = frozenset({"", "FNR", "DNR", "FHN"})
# Read for the checks or for finding the person, and never given out (mapping table, last line).
_NOT_GIVEN_OUT = ("Name", "Address", "DateOfDeath", "BasisForHealthServices")
_MALE, _FEMALE = "1", "2"  # 3101


def read_patient(values: Values, node: Node) -> Patient:
    """Patient's identifying parts → `Patient`; every doubt about the person is noted."""
    for tag in _NOT_GIVEN_OUT:
        for child in node.every(tag):
            child.swallow()
    if node.first("Patient") is not None:
        values.note("several-patients", node)
    number_node = node.first("OffId")
    others = _other_numbers(node)
    kind = values.value(node, "TypeOffId").upper()
    sex = values.value(node, "Sex")
    birth_date = _read_birth_date(values, node)
    number = _read_number(values, number_node)
    national_id = _check(values, number, kind, number_node or node)
    if national_id is not None:
        _compare(values, national_id, sex, birth_date, node)
        if any(kind in ("", national_id.kind) and other != number for kind, other in others):
            values.note("national-id-several", node)
    return Patient(number, kind, sex, birth_date, national_id)


def _read_number(values: Values, node: Node | None) -> str:
    sent = node.read_text() if node else ""
    number = "".join(sent.split())
    if number != sent:
        values.note("national-id-spaces", node)
    return number


def _other_numbers(node: Node) -> list[tuple[str, str]]:
    """(kind, number) of what else names the person nationally; looked at, and not taken."""
    found = [("", extra.text) for extra in node.by_tag.get("OffId", ())[1:]]
    for extra in node.by_tag.get("AdditionalId", ()):
        kinds = [dict(kind.attrs).get("V", "").strip().upper() for kind in extra.by_tag.get("Type", ())]
        if kinds and kinds[0] in _NATIONAL - {""}:
            found += [(kinds[0], value.text) for value in extra.by_tag.get("Id", ())]
    plain = [(kind, "".join(text.split())) for kind, text in found]
    return [(kind, number) for kind, number in plain if number]


def _check(values: Values, number: str, kind: str, node: Node) -> NationalId | None:
    """The number as `NationalId`, or None with the reason noted."""
    if not number:
        values.note("national-id-missing", node)
        return None
    if kind not in _NATIONAL:
        values.note("national-id-local", node)
        return None
    try:
        national_id = parse_national_id(number)
    except InvalidNationalId as fault:
        values.note(fault.code, node)
        return None
    if national_id.kind != kind:
        values.note("national-id-type", node)
    return national_id


def _read_birth_date(values: Values, node: Node) -> str:
    child = node.first("DateOfBirth")
    if child is None:
        return ""
    text = child.read_attrs().get("V", "").strip()
    if text and parse_moment(text) is None:
        values.note("date-unreadable", child)
    return text


def _compare(values: Values, number: NationalId, sex: str, birth_date: str, node: Node) -> None:
    """Note where the message's sex or birth date contradicts the number."""
    told = parse_moment(birth_date) if birth_date else None
    if told is not None and len(birth_date) >= len("YYYY-MM-DD"):
        known = number.birth_date
        if known is not None and told.at.date() != known:
            values.note("birth-date-differs", node)
    if sex in (_MALE, _FEMALE) and sex_of(number) not in (None, sex):
        values.note("sex-differs", node)


def sex_of(number: NationalId) -> str | None:
    """The sex a number tells: the ninth digit is odd for men. None for kinds that tell none.

    Numbers given out from 2032 on tell none either; until then every valid number does.
    """
    if number.kind == "FHN":
        return None
    return _MALE if int(number.value[8]) % 2 else _FEMALE
