"""One of one's own analyses over time: every released value of it, newest first. Fetched when asked for.

What stands in one course is the service's to say (code and unit, and the table of equivalences): never names,
nor the field of medicine that a report is of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import reflex as rx

from portal.citizen.results.lines import MARKS
from portal.clients.beside import number_text
from portal.clients.errors import ServiceProblem
from portal.clients.screens import Row, TableAnswer, Value
from portal.frame.acting import shown_handle
from portal.session.acting import shown_screens_client
from portal.session.current import current
from portal.session.guard import requires
from portal.session.models import Kind
from portal.ui.dates import show_moment, show_partly, sort_key

HEADING = "own-over-time"
_LEAST = 2  # values that make a course
_VALUES = ("quantity", "text", "range", "date")
_NUMBERS = ("quantity", "range")
_WITHDRAWN = ("cancelled", "entered-in-error")


@dataclass
class OwnValue:
    """One value as the laboratory sent it. `ours`: its number in the course's unit, ours (`by`: how).

    `answered`: the day is the answer's, no sampling is stated; `cut`: the report says more; `commented`: the
    laboratory says something of it there; `withdrawn`: it was sent, and is taken back; `mark` and `mark_text`
    as in a report's line.
    """

    day: str
    shown: str
    reference: str
    laboratory: str
    mark: str = ""
    mark_text: str = ""
    ours: str = ""
    by: str = ""
    preliminary: bool = False
    cut: bool = False
    answered: bool = False
    commented: bool = False
    withdrawn: bool = False


@dataclass
class Course:
    """One analysis in one unit; `number` of its results have a value."""

    key: str = ""
    name: str = ""
    unit: str = ""
    number: int = 0
    results: list[OwnValue] = field(default_factory=list)


class OwnOverTime(rx.State):
    """The courses, while they are asked for, and the one that is shown. `of`: whose, by handle."""

    of: str = ""
    asked: bool = False
    courses: list[Course] = []  # noqa: RUF012 - Reflex copies defaults
    chosen: Course = Course()
    problem: str = ""
    code: str = ""

    @rx.event
    @requires(Kind.CITIZEN)
    async def show(self) -> Any:
        """Fetch what there is more than one value of."""
        self.reset()  # type: ignore[no-untyped-call]
        self.of = await shown_handle(self)
        now = await current(self)
        if now is None:
            return None
        try:
            answer = await (await shown_screens_client(now)).table()
        except ServiceProblem as problem:
            self.problem, self.code = str(problem.problem), problem.code
            return None
        self.courses, self.asked = courses_of(answer), True
        return rx.set_focus(HEADING)

    @rx.event
    @requires(Kind.CITIZEN)
    async def choose(self, key: str) -> None:
        """Show one of them."""
        self.chosen = next((course for course in self.courses if course.key == key), Course())

    @rx.event
    @requires(Kind.CITIZEN)
    async def hide(self) -> None:
        """Put them away."""
        self.reset()  # type: ignore[no-untyped-call]


def courses_of(answer: TableAnswer) -> list[Course]:
    """Every analysis with more than one value, by name; where some share one, with code or laboratory."""
    rows = _rows(answer)
    named = Counter(row.name for row in rows)
    found = [_course(row, answer, with_code=named[row.name] > 1) for row in rows]
    return sorted((c for c in found if c.number >= _LEAST), key=lambda c: (c.name.casefold(), c.unit))


def _rows(answer: TableAnswer) -> list[Row]:
    """One for each analysis and unit: the table has one in each field of medicine that reports are of."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in (row for field_ in answer.fields for group in field_.groups for row in group.rows):
        found.setdefault((row.analysis, row.unit_key), []).append(row)
    return [msgspec.structs.replace(rows[0], values=_newest_first(rows)) for rows in found.values()]


def _newest_first(rows: Iterable[Row]) -> list[Value]:
    return sorted((value for row in rows for value in row.values), key=lambda v: sort_key(v.at), reverse=True)


def _course(row: Row, answer: TableAnswer, *, with_code: bool) -> Course:
    values = [_value(value, answer) for value in row.values if value.kind in _VALUES or _withdrawn(value)]
    apart = row.code if row.code != row.name else next((v.laboratory for v in values), "")
    name = f"{row.name} {apart}".strip() if with_code else row.name
    number = sum(not value.withdrawn for value in values)
    return Course(f"{row.analysis} {row.unit_key}", name, row.unit, number, values)


def _value(value: Value, answer: TableAnswer) -> OwnValue:
    ours = value.converted
    return OwnValue(
        day=_when(value.at),
        shown=_with_unit(value.comparator, _written(value), value.unit),
        reference=value.reference,
        laboratory=answer.reports[value.report].laboratory if value.report >= 0 else "",
        mark=MARKS.get(value.flag, "other") if value.flag else "",
        mark_text=value.flag_text,
        ours=_with_unit(ours.comparator, number_text(ours.value), "") if ours else "",
        by=ours.source if ours else "",
        preliminary=value.preliminary,
        cut=value.more,
        answered=not value.sampled,
        commented=value.commented,
        withdrawn=_withdrawn(value),
    )


def _withdrawn(value: Value) -> bool:
    return value.kind == "none" and value.status in _WITHDRAWN


def _written(value: Value) -> str:
    """As a report writes it; what cannot be read is left as it was sent."""
    if value.kind == "date":
        return _when(value.value) or value.value
    return number_text(value.value) if value.kind in _NUMBERS else value.value


def _when(at: str) -> str:
    return show_moment(at) if "T" in at else show_partly(at)


def _with_unit(comparator: str, number: str, unit: str) -> str:
    return " ".join(part for part in (comparator, number, unit) if part)
