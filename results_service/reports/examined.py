"""What a version tells the journal of the order behind it: which examinations are how far, never a result.

Only nationally coded ones: a laboratory's own codes mean nothing to who ordered. Of what the laboratory names
as the requisition's number only our own numbers are told: others may hold anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby

import msgspec
from msgspec import Struct, field

from core_record.result_news.requisition_numbers import found_in
from core_record.result_news.service import WITHDRAWN, Examined, Named, Standing
from results_service.codes.systems import NCRP, NLK, NLK_MISTAKEN, system_url
from results_service.reports.fhir import names
from results_service.reports.fhir.status import UNFINISHED
from results_service.reports.packing import Packed

_SYSTEMS = {system_url(NLK): "nlk", system_url(NLK_MISTAKEN): "nlk", system_url(NCRP): "ncrp"}
_FINAL = frozenset({"final", "amended", "corrected"})
_GIVEN_UP = frozenset({"cancelled", "entered-in-error"})
_HISTORY = names.NILAR + "history"
_BEHIND, _STATUS = names.AKSON + "result-status", "status"
_CODE = re.compile(r"[A-Z0-9]{6,10}")  # what else stands where a code should may be anything
_UNDONE_FIRST: tuple[Standing, ...] = ("registered", "preliminary", "final", "cancelled")


class _Coding(Struct):
    system: str = ""
    code: str = ""


class _Concept(Struct):
    coding: list[_Coding] = []


class _Part(Struct, rename="camel"):
    url: str = ""
    value_coding: _Coding = field(default_factory=_Coding)


class _Extension(Struct, rename="camel"):
    url: str = ""
    value_boolean: bool = False
    extension: list[_Part] = []


class _Observation(Struct, rename="camel"):
    status: str = ""
    code: _Concept = field(default_factory=_Concept)
    value_quantity: msgspec.Raw = msgspec.Raw()
    value_codeable_concept: msgspec.Raw = msgspec.Raw()
    value_date_time: str = ""
    value_range: msgspec.Raw = msgspec.Raw()
    note: list[msgspec.Raw] = []
    extension: list[_Extension] = []


_observation = msgspec.json.Decoder(_Observation)


def named_in(packed: Packed, requisitions: Iterable[str]) -> Named:
    """What a version tells; `requisitions`: the numbers as the laboratory sent them."""
    examined = examined_in(packed)
    if any(e.kind == "DiagnosticReport" and e.status in _GIVEN_UP for e in packed.entries):
        examined = [*examined, WITHDRAWN]
    return Named(found_in(requisitions), examined, _sampled(packed))


def examined_in(packed: Packed) -> list[Examined]:
    """Each coded examination once, as far as its least finished result: one of two glucoses is not both."""
    found = sorted(_each(packed), key=lambda one: (one.system, one.code, _UNDONE_FIRST.index(one.status)))
    return [next(same) for _, same in groupby(found, key=lambda one: (one.system, one.code))]


def _each(packed: Packed) -> Iterator[Examined]:
    places = [place for place, entry in enumerate(packed.entries) if entry.kind == "Observation"]
    decoded = {place: _observation.decode(packed.body(place)) for place in places}
    found = {place: one for place, one in decoded.items() if not _is_repeated(one)}
    for place, one in found.items():
        for coding in one.code.coding:
            if coding.system in _SYSTEMS and _CODE.fullmatch(coding.code):
                yield Examined(_standing(packed, found, place), _SYSTEMS[coding.system], coding.code)


def _is_repeated(one: _Observation) -> bool:
    """Whether it is of an earlier report."""
    return any(e.value_boolean for e in one.extension if e.url == _HISTORY)


def _standing(packed: Packed, found: Mapping[int, _Observation], place: int) -> Standing:
    """As far as the least finished of the result and all under it; a heading that is final says nothing."""
    one, members = found[place], packed.entries[place].links.get("has-member", [])
    if one.status in _GIVEN_UP:
        return "cancelled"
    under = [_standing(packed, found, member) for member in members if member in found]
    own: Standing = "final" if one.status in _FINAL and not _is_unfinished(one) else "preliminary"
    if not _says_something(one) and not under:
        return "registered"  # whatever its status: nothing is answered
    if _says_something(one) or own == "preliminary":
        under.append(own)
    return min(under, key=_UNDONE_FIRST.index)


def _says_something(one: _Observation) -> bool:
    said = bytes(one.value_quantity) or bytes(one.value_codeable_concept) or bytes(one.value_range)
    return bool(said or one.value_date_time or one.note)


def _is_unfinished(one: _Observation) -> bool:
    """Whether it was changed and still is preliminary, which `amended` hides (clinical rule 9)."""
    parts = [part for e in one.extension if e.url == _BEHIND for part in e.extension]
    return any(part.value_coding.code in UNFINISHED for part in parts if part.url == _STATUS)


def _sampled(packed: Packed) -> datetime | None:
    """The oldest time of sampling, as the report has it."""
    return next((entry.effective for entry in packed.entries if entry.kind == "DiagnosticReport"), None)
