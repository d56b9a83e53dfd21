"""What is looked up, by whom, and what must come back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dev.personas import RegisterFile, persona
from kit.identity import audiences
from kit.ids import InvalidNationalId, parse_national_id
from tests.faults.caller import Caller

OWN, RESTRICTED, CLOSED = "line", "gry", "roland"
"""Citizens whose reports are all there before the first fault: without restriction, with one field closed,
with everything closed."""
WITH_ALL_STORED = 3
_FIELD = "CLIN"  # withheld of RESTRICTED: most blood tests, not all reports
_EXCEPTION = {"access-basis": "UNNTAK", "requester-hpr-role": "LE"}
_CONSENT = {"access-basis": "SAMTYKKE", "requester-hpr-role": "LE", "access-reason": "treatment"}
_ELEVATED = {"access-basis": "FORHOYET_SAMTYKKE", "requester-hpr-role": "LE"}
_PAGE = {"_count": "1000"}
_INCLUDED = {"_count": "40", "_include": "DiagnosticReport:result"}


@dataclass(frozen=True)
class Question:
    """One look-up. `growing`: its person's reports come in meanwhile; `nobody`: a number that nobody has."""

    name: str
    persona: str
    number: str
    path: str = "/fhir/DiagnosticReport/_search"
    form: dict[str, str] = field(default_factory=lambda: dict(_PAGE), hash=False)
    declared: dict[str, str] = field(default_factory=dict, hash=False)
    growing: bool = False
    nobody: bool = False


def standing(registers: RegisterFile) -> Iterator[Question]:
    """Those whose answers never change."""
    own, restricted, closed = (_number(name) for name in (OWN, RESTRICTED, CLOSED))
    observations = "/fhir/Observation/_search"
    yield Question("the listed GP", "lege-koman", own, declared=_EXCEPTION)
    yield Question("the listed GP, with results", "lege-koman", own, form=_INCLUDED, declared=_EXCEPTION)
    yield Question("the listed GP, observations", "lege-koman", own, path=observations, declared=_EXCEPTION)
    yield Question("hospital by consent", "sykehuslege", own, declared=_CONSENT)
    yield Question("a field closed", "lege-koman", restricted, declared=_EXCEPTION)
    yield Question("a field closed, hospital", "sykehuslege", restricted, declared=_CONSENT)
    yield Question("everything closed", "lege-lin", closed, declared=_EXCEPTION)
    yield Question("everything closed, opened", "lege-lin", closed, declared=_ELEVATED)
    yield Question("a citizen's own", OWN, own)
    yield Question("a citizen's own, with results", OWN, own, form=_INCLUDED)
    yield Question("a citizen's own, restricted for others", RESTRICTED, restricted)
    yield Question("a citizen's own, closed for others", CLOSED, closed)
    yield Question("nobody", "lege-koman", _nobodys(registers), declared=_CONSENT, nobody=True)


def of_growing(number: str) -> Question:
    """A hospital's look-up of a person whose messages are being sent."""
    return Question("hospital, growing", "sykehuslege", number, declared=_CONSENT, growing=True)


async def restrict(callers: dict[str, Caller], core_record: str) -> None:
    """The citizens close what the names above say."""
    await _close(callers[RESTRICTED], core_record, {"class": [{"system": _FIELDS, "code": _FIELD}]})
    await _close(callers[CLOSED], core_record, {})


_FIELDS = "http://ehelse.no/fhir/CodeSystem/no-kodeverk-8202"


async def _close(caller: Caller, core_record: str, what: dict[str, Any]) -> None:
    category = {"coding": [{"system": "urn:akson:privacy-setting", "code": "sperring"}]}
    consent = {
        "resourceType": "Consent",
        "status": "active",
        "category": [category],
        "provision": {"type": "deny", **what},
    }
    answer = await caller.call(
        "POST",
        f"{core_record}/fhir/Consent",
        json=consent,
        headers={"content-type": "application/fhir+json", "idempotency-key": f"faults-{caller.persona}"},
    )
    answer.raise_for_status()


def own_scopes(audience: str) -> tuple[str, ...]:
    """What a caller of these questions needs there."""
    if audience == audiences.RESULTS:
        return (audiences.READ_RESULTS,)
    return (audiences.READ_CORE_RECORD, audiences.WRITE_CORE_RECORD)


def _number(name: str) -> str:
    number = persona(name).national_id
    assert number is not None, name
    return number


def _nobodys(registers: RegisterFile) -> str:
    """A valid number that no register has."""
    taken = {p.national_id for p in registers.persons} | {p.national_id for p in registers.personnel}
    for last in range(100_000):
        number = f"019190{last:05d}"
        try:
            parse_national_id(number)
        except InvalidNationalId:
            continue
        if number not in taken:
            return number
    raise AssertionError("every number is taken")
