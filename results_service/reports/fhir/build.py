"""Small builders of FHIR JSON. Numbers are never floats: their digits go out as they came in."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from msgspec import Raw

from results_service.codes.systems import NLK, NLK_MISTAKEN, system_url
from results_service.codes.units import is_unit, ucum
from results_service.reports.fhir import names
from results_service.reports.svarrapport.parts import Code, Moment, Quantity

Json = dict[str, Any]

NOT_GIVEN = {"system": names.DATA_ABSENT_SYSTEM, "code": "unknown"}
# FHIR decimal (R4, datatypes) is JSON's number; kith PQ is xs:double, which also allows these spellings.
_NUMBER = re.compile(r"([+-]?)0*(\d+)(?:\.(\d*))?(?:[eE]([+-]?)0*(\d{1,2}))?")
_BARE_FRACTION = re.compile(r"([+-]?)\.\d")
_MOST_DIGITS = 18
_LONGEST = _MOST_DIGITS + 4  # two signs, a point, an e


def number(text: str) -> Raw | None:
    """A number with the digits sent → JSON, None when it is no number of at most 18 digits.

    Only the spelling is made JSON's (`+5`, `05`, `.5`, `5.`); no digit after the point is added or lost.
    """
    return _number(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=8192)
def _number(text: str) -> Raw | None:
    if _BARE_FRACTION.match(text):
        text = text.replace(".", "0.", 1)
    match = _NUMBER.fullmatch(text)
    if match is None or not text.isascii() or sum(map(str.isdigit, text)) > _MOST_DIGITS:
        return None
    sign, whole, fraction, exponent_sign, exponent = match.groups()
    json = ("-" if sign == "-" else "") + whole
    if fraction:
        json += "." + fraction
    if exponent:
        json += "e" + ("-" if exponent_sign == "-" else "") + exponent
    return Raw(json.encode())


def quantity(value: Raw, unit: str, comparator: str = "") -> Json:
    """A Quantity: the unit verbatim, its UCUM code beside it where that is known."""
    json: Json = {"value": value}
    if comparator:
        json["comparator"] = comparator
    if is_unit(unit):
        json["unit"] = unit
        code = ucum(unit)
        if code is not None:
            json["system"] = names.UCUM
            json["code"] = code
    return json


def sent_quantity(sent: Quantity) -> Json | None:
    """The Quantity of a number as sent, None when it cannot be read as one."""
    value = number(sent.value)
    return quantity(value, sent.unit) if value is not None else None


def extension(name: str, kind: str, value: object) -> Json:
    """An extension of the guide: `extension("history", "Boolean", True)`."""
    return {"url": names.NILAR + name, "value" + kind: value}


def own_extension(name: str, kind: str, value: object) -> Json:
    """An extension of ours."""
    return {"url": names.AKSON + name, "value" + kind: value}


def when(found: list[Json], name: str, moment: Moment | None) -> None:
    """Add a dateTime extension of the guide where there is a date."""
    if moment is not None:
        found.append(extension(name, "DateTime", moment.text))


def coding(code: Code, system_oid: str | None = None, *, beside: str = "") -> Json:
    """A Coding. A local code may come without value; then its text stands as display.

    What the sender wrote in its own words (OT) beside the code's name (DN) is an extension, unless `beside`,
    the text that the Coding stands with, says it.
    """
    json: Json = {}
    system = system_url(code.system if system_oid is None else system_oid)
    if system:
        json["system"] = system
    if code.value:
        json["code"] = code.value
    display = code.display or code.original
    if display:
        json["display"] = display
    if code.original and code.original != display and code.original not in beside:
        json["extension"] = [own_extension("original-text", "String", code.original)]
    return json


def concept(code: Code, text: str = "") -> Json:
    """A CodeableConcept of one code; `text` is what the sender wrote beside it."""
    shown = text or code.original
    json: Json = {"coding": [coding(code, beside=shown) or NOT_GIVEN]}
    if shown:
        json["text"] = shown
    return json


def token(json: Json) -> str | None:
    """The search token `system|code` of a Coding, None where it has no code."""
    code = json.get("code")
    return f"{json.get('system', '')}|{code}" if code else None


def annotation(text: str) -> Json:
    """An Annotation."""
    return {"text": text}


def sourced(source: str, value: str, use: str = "") -> Json:
    """An Identifier whose system is one of the guide's sources (MsgId, ServReportId, …)."""
    return {"use": use, "system": source, "value": value} if use else {"system": source, "value": value}


def is_nlk(code: Code) -> bool:
    """Whether a code is sent as NLK, by the right OID or by the one that stands for it in the field."""
    return code.system in (NLK, NLK_MISTAKEN)
