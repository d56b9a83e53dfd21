"""The search parameters of the public documentation, per resource, and how a request is read into them.

One table says what is accepted; the CapabilityStatement is made from it. Sources: the documentation of
Pasientens prøvesvar (NHN), FHIR R4 3.1.1 (search).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_
from typing import Literal

from kit.errors import Malformed
from kit.ids import InvalidNationalId, parse_national_id
from results_service.lookup.dates import Moments, parse_dates
from results_service.lookup.tokens import Token, parse_tokens

Kind = Literal["DiagnosticReport", "Observation", "ServiceRequest", "Specimen", "PractitionerRole"]

_OF_A_PAGE = ("_count", "_skip", "_page")
DEFAULT_COUNT = 50
MAX_COUNT = 5000
_MAX_VALUES = 100

_DATES = "eq, ne, lt, gt, le, ge, sa, eb; with commas: one of them; repeated: an interval."
# Parameter → FHIR search parameter type and what it looks at.
PARAMETERS: dict[Kind, dict[str, tuple[str, str]]] = {
    "DiagnosticReport": {
        "_id": ("token", "The report; the same for every version."),
        "_tag": ("token", "A code anywhere in the report's results."),
        "date": ("date", f"effective: the oldest sampling. {_DATES}"),
        "category": ("token", "Main field: LAB, PAT or BLD."),
        "code": ("token", "Kind of report (8202)."),
        "status": ("token", "Status of the shown version."),
    },
    "Observation": {
        "_id": ("token", "The observation; the same in every version of its report."),
        "_tag": ("token", "A code anywhere in the tree."),
        "date": ("date", f"effective: the sampling. {_DATES}"),
        "category": ("token", "Field: CLIN, MBIO, MGEN, FARM, IMTR, PAT, RAD or NUK."),
        "code": ("token", "The examination's code, or the code alone without its system."),
        "status": ("token", "Status."),
    },
    "ServiceRequest": {
        "_id": ("token", "The requisition."),
        "date": ("date", f"authoredOn. {_DATES}"),
        "status": ("token", "Status."),
    },
    "Specimen": {
        "_id": ("token", "The specimen."),
        "date": ("date", f"The sampling. {_DATES}"),
    },
    "PractitionerRole": {"_id": ("token", "The role.")},
}
COMMON: dict[str, tuple[str, str]] = {
    "_count": ("number", f"Matches a page, {DEFAULT_COUNT} unless told, at most {MAX_COUNT}."),
    "_skip": ("number", "Matches to leave out before the page."),
    "_include": ("string", "Adds what the matches refer to."),
    "_include:iterate": ("string", "Adds what the added resources refer to."),
}
INCLUDES: dict[Kind, dict[str, Kind]] = {
    "DiagnosticReport": {
        "specimen": "Specimen",
        "based-on": "ServiceRequest",
        "result": "Observation",
        "performer": "PractitionerRole",
    },
    "Observation": {
        "specimen": "Specimen",
        "performer": "PractitionerRole",
        "has-member": "Observation",
    },
    "ServiceRequest": {"requester": "PractitionerRole"},
    "Specimen": {"collector": "PractitionerRole"},
    "PractitionerRole": {},
}
_OF_LINKS = {"_page": ("special", "Of a link `next`: where to go on. No one makes it up.")}
"""Taken, and in no list of search parameters."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z_:.\-]{0,60}")
_ELEVEN_DIGITS = re.compile(r"(?<!\d)\d{11}(?!\d)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Include:
    """`_include` of `source:parameter`; one that cannot start at a match is followed from what was added."""

    source: Kind
    parameter: str
    iterate: bool


@dataclass(frozen=True, slots=True)
class Search:
    """A search as asked for. Each list of tokens is one parameter: one of its values must fit.

    `moments`: what every `date` holds, None where none was given. `page`: where the page before this one
    ended, from its link. `applied` are the parameters as understood, without these and the page's, for links.
    """

    kind: Kind
    count: int = DEFAULT_COUNT
    skip: int = 0
    page: str = ""
    tokens: tuple[tuple[str, tuple[Token, ...]], ...] = ()
    moments: Moments | None = None
    includes: tuple[Include, ...] = ()
    applied: tuple[tuple[str, str], ...] = field(default=())

    def values(self, name: str) -> list[tuple[Token, ...]]:
        """The values of each occurrence of a token parameter."""
        return [values for parameter, values in self.tokens if parameter == name]


def read_search(kind: Kind, pairs: Sequence[tuple[str, str]], *, lenient: bool = False) -> Search:
    """Name-value pairs of a form → `Search`.

    Raises `Malformed` (400): `search-parameter-unknown` (left out instead when `lenient`, FHIR R4 3.1.1.3),
    `search-modifier-unknown` (also then: without it the search would ask for something else, 3.1.1.4.4),
    `search-value-invalid`, `search-too-long`, `person-number-in-parameter`.
    """
    if len(pairs) > _MAX_VALUES:
        raise Malformed("search-too-long", f"At most {_MAX_VALUES} parameters.")
    known = PARAMETERS[kind] | COMMON | _OF_LINKS
    given = [(name, value.strip()) for name, value in pairs if _is_known(name, known, lenient=lenient)]
    accepted = [(name, value) for name, value in given if value]  # an empty field of a form asks for nothing
    _refuse_person_numbers(accepted)
    _refuse_control_characters(accepted)
    numbers = {name: _number(name, accepted) for name in ("_count", "_skip")}
    includes = [
        _include(kind, value, iterate=name != "_include")
        for name, value in accepted
        if name.startswith("_include")
    ]
    return Search(
        kind=kind,
        count=DEFAULT_COUNT if numbers["_count"] is None else numbers["_count"],
        skip=numbers["_skip"] or 0,
        page=next((value for name, value in accepted if name == "_page"), ""),
        tokens=tuple((n, parse_tokens(n, value)) for n, value in accepted if known[n][0] == "token"),
        moments=_moments(accepted),
        includes=tuple(dict.fromkeys(includes)),
        applied=tuple((name, value) for name, value in accepted if name not in _OF_A_PAGE),
    )


def _moments(pairs: Sequence[tuple[str, str]]) -> Moments | None:
    given = [parse_dates(value) for name, value in pairs if name == "date"]
    return reduce(and_, given) if given else None


def _is_known(name: str, known: dict[str, tuple[str, str]], *, lenient: bool) -> bool:
    if name in known:
        return True
    shown = name if _NAME.fullmatch(name) else "(unreadable name)"
    parameter, _, modifier = name.partition(":")
    if modifier and parameter in known:
        raise Malformed(
            "search-modifier-unknown",
            f"{shown} is not understood: {parameter} is taken here without a modifier"
            f"{', or as _include:iterate' if parameter == '_include' else ''}.",
        )
    if lenient:
        return False
    raise Malformed(
        "search-parameter-unknown",
        f"There is no parameter {shown} here. Known: {', '.join(sorted(known.keys() - _OF_LINKS.keys()))}. "
        "With the header Prefer: handling=lenient unknown ones are left out.",
    )


def _refuse_person_numbers(pairs: Sequence[tuple[str, str]]) -> None:
    """Parameters return in the links of the answer, and a URL may hold no person number."""
    for name, value in pairs:
        for digits in _ELEVEN_DIGITS.findall(value):
            try:
                parse_national_id(digits)
            except InvalidNationalId:
                continue
            raise Malformed(
                "person-number-in-parameter",
                f"{name} holds a national identity number. Send it in the header person-id alone.",
            )


def _refuse_control_characters(pairs: Sequence[tuple[str, str]]) -> None:
    """They are in no code, and PostgreSQL stores no NUL."""
    for name, value in pairs:
        if _CONTROL.search(value):
            raise Malformed("search-value-invalid", f"{name} holds a character that is no text.")


def _number(name: str, pairs: Sequence[tuple[str, str]]) -> int | None:
    values = [value for n, value in pairs if n == name]
    if not values:
        return None
    limit = MAX_COUNT if name == "_count" else 1_000_000
    if len(values) > 1 or not re.fullmatch(r"[0-9]{1,7}", values[0]) or int(values[0]) > limit:
        raise Malformed("search-value-invalid", f"{name} must be one whole number from 0 to {limit}.")
    return int(values[0])


def _include(kind: Kind, value: str, *, iterate: bool) -> Include:
    source, _, rest = value.partition(":")
    parameter, _, target = rest.partition(":")
    for known, targets in INCLUDES.items():
        if known == source and parameter in targets and target in ("", targets[parameter]):
            return Include(known, parameter, iterate or known != kind)
    choices = ", ".join(f"{k}:{name}" for k, names in INCLUDES.items() for name in names)
    raise Malformed("search-value-invalid", f"_include must be one of {choices}.")
