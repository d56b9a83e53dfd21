"""The matrix of `expected.yaml`: who asks, about whom, what comes back; and the requests it stands for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dev.personas import persona
from kit.ids import new_id
from tests.integration.idor.world import Person

TABLE = Path(__file__).with_name("expected.yaml")
TARGETS = ("own", "other", "blocked", "restricted", "reserved")
OWN_PLACE, OTHER_PLACE = "313900878", "313900762"
"""A place of work below the administrator's municipality, and one of another's."""
SWAPPED = "swapped"
"""About one's own person, with the id of another's object: the classic."""


@dataclass(frozen=True)
class Row:
    """One route: its grid, and what is sent. `ids` says which object stands in the path."""

    service: str
    method: str
    path: str
    grid: str
    about: str = "person"  # person · object (a person's) · organisation · nobody
    body: Any = None
    form: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def targets(self) -> tuple[str, ...]:
        if self.about == "nobody":
            return ("own",)
        if self.about == "organisation":
            return ("own", "other")
        return (*TARGETS, SWAPPED) if self.about == "object" else TARGETS


@dataclass(frozen=True)
class Cell:
    """One call and what it must answer: `200`, or status and code."""

    row: Row
    actor: str
    target: str
    expected: str


class Matrix:
    """The whole table, read and checked for form."""

    def __init__(self, path: Path = TABLE) -> None:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
        self.actors: dict[str, dict[str, Any]] = read["actors"]
        self.persons: dict[str, str] = read["persons"]
        self.grids: dict[str, dict[str, Any]] = {
            name: {**read["common"], **grid} for name, grid in read["grids"].items()
        }
        self.rows = [
            Row(service, *name.split(" ", 1), **({"grid": row} if isinstance(row, str) else row))
            for service, rows in read["routes"].items()
            for name, row in rows.items()
        ]
        self.handlers: dict[str, dict[str, list[str]]] = read["handlers"]
        self.pages: dict[str, str | int] = read["pages"]

    def cells(self, service: str) -> Iterator[Cell]:
        """Every call of a service, in the order of the table."""
        for row in self.rows:
            if row.service != service:
                continue
            grid = self.grids[row.grid]
            for actor in self.actors:
                expected = grid.get(actor, grid.get("others"))
                for i, target in enumerate(row.targets):
                    said = expected[i] if isinstance(expected, list) else expected
                    yield Cell(row, actor, target, str(said))

    def number_of(self, actor: str, target: str) -> str:
        """The name of the person that `target` is for `actor`."""
        who = self.actors[actor]
        if target in ("own", SWAPPED):
            return str(who.get("own", "line"))
        return str(who.get("other", "roland")) if target == "other" else self.persons[target]


def declared(who: dict[str, Any], target: str) -> dict[str, str]:
    """What a health worker declares: the truth about one's own patient, nothing of help about another's."""
    if "as" not in who or persona(who["as"]).login != "helseid":
        return {}
    one = persona(who["as"])
    basis, reason = {
        "own": (who.get("basis", "UNNTAK"), who.get("reason")),
        SWAPPED: (who.get("basis", "UNNTAK"), who.get("reason")),
        "other": (who.get("basis", "UNNTAK"), None),
    }.get(target, ("SAMTYKKE", "treatment"))
    headers = {"access-basis": basis, "requester-hpr-role": one.role, "access-reason": reason}
    return {name: value for name, value in headers.items() if value}


@dataclass(frozen=True)
class Sent:
    """A request ready to be signed."""

    method: str
    path: str
    headers: dict[str, str]
    content: bytes | None


def request(matrix: Matrix, cell: Cell, people: dict[str, Person], things: dict[str, str]) -> Sent:
    """The request of a cell. Braces in path and body are filled from the person's objects and `things`."""
    who, row = matrix.actors[cell.actor], cell.row
    person = people[matrix.number_of(cell.actor, cell.target)]
    whose = people[matrix.number_of(cell.actor, "other")] if cell.target == SWAPPED else person
    values = {
        **things,
        "report": str(whose.report_id),
        "consent": str(whose.consent_id),
        "note": str(whose.note_id),
        "message": str(whose.message_id),
        "number": person.number.value,
        "organisation": OWN_PLACE if cell.target == "own" else OTHER_PLACE,
        "new": str(new_id()),
    }
    headers = {"person-id": person.number.value} if row.about in ("person", "object") else {}
    headers |= declared(who, cell.target) | {n: _filled(v, values) for n, v in row.headers.items()}
    content = None
    if row.body is not None:
        content = _filled(row.body if isinstance(row.body, str) else json.dumps(row.body), values).encode()
        headers.setdefault("content-type", "application/json")
    elif row.method == "POST":
        content = "&".join(f"{name}={value}" for name, value in row.form.items()).encode()
        headers.setdefault("content-type", "application/x-www-form-urlencoded")
    return Sent(row.method, _filled(row.path, values), headers, content)


def outcome(status: int, body: bytes) -> str:
    """`200`, or status and code of an OperationOutcome, a problem or an OAuth error."""
    if status < 400:
        return str(status)
    try:
        said = json.loads(body)
    except ValueError:
        return str(status)
    if issue := (said.get("issue") or [None])[0]:
        coding = issue.get("details", {}).get("coding") or [{}]
        return f"{status} {coding[0].get('code') or issue['diagnostics'].split(':')[0]}"
    return f"{status} {said.get('title') or said.get('error')}"


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
