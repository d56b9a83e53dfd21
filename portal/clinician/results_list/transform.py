"""Items of lists and what happened to a report → what the page shows. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal.clients.follow_up import Event, Seen
from portal.clients.unit import Item, Listed, Work
from portal.clinician.results.transform.versions import Change, VersionRow
from portal.ui.dates import day_text, moment_text, near_text

LISTS = ("mine", "inbox", "others", "awaited", "ownerless")
TOLD, LATE, AWAITED = "result-changed", "result-late", "result-awaited"
ORDER, DRAFT = "requisition", "requisition-draft"
ORDERS = frozenset({ORDER, DRAFT})
"""Orders of the journal: not answered, and prepared for who orders. Opened in the journal."""
UNANSWERED = ORDERS | {AWAITED}
RESULTS = frozenset({"result", TOLD, LATE})
_FIRST = {"critical": 0, "abnormal": 1, "undecided": 2, "none": 3}
_SEEN = {"prepared": 1, "opened": 2}
_HURRIES = {2: "acute", 1: "urgent"}
_MARKS = frozenset({"none", "undecided", "abnormal", "critical"})


@dataclass
class Row:
    """One line. `key` finds the item on the server. `state`: as the service has it,
    `told` where one opened an earlier version, `late` where a critical one waits unopened. `due`, `field`
    and `urgency` (`acute urgent`): of an order, from when its answer is late, of which field it is, and how
    it hurries."""

    key: str
    name: str
    born: str
    came: str
    mark: str
    state: str
    overdue: bool = False
    whose: str = ""
    due: str = ""
    field: str = ""
    urgency: str = ""


@dataclass
class Colleague:
    """Somebody to whom a result or a task may go."""

    id: str
    name: str


@dataclass
class Line:
    """Something that happened to the report."""

    at: str
    kind: str
    who: str
    towards: str = ""
    words: str = ""
    comment: str = ""
    released: bool = False


@dataclass
class Opened:
    """The open report. `listed`: it waits for an assessment; `changes`: since `changed_from` was opened."""

    report: str = ""
    name: str = ""
    mark: str = ""
    state: str = ""
    listed: bool = False
    may_assess: bool = False
    here: bool = False
    changed: bool = False
    changes: list[Change] = field(default_factory=list)
    history: list[Line] = field(default_factory=list)
    proposed: str = ""
    proposed_by: str = ""


def lists_of(
    mine: Sequence[Listed], unit: Sequence[Listed], ownerless: Sequence[Listed], unanswered: Work
) -> dict[str, list[Listed]]:
    """Each list, the gravest first, and of these what has waited longest; of what is not answered one's own
    first, and what is due first."""
    own = {one.item.id for one in mine}
    rest = [one for one in unit if one.item.id not in own]
    found = {
        "mine": list(mine),
        "inbox": [one for one in rest if one.item.assignee is None],
        "others": [one for one in rest if one.item.assignee is not None],
        "ownerless": list(ownerless),
    }
    waiting = sorted(unanswered.items, key=lambda one: (_hurries(one), *_when_due(one, unanswered.mine)))
    return {name: sorted(items, key=_place) for name, items in found.items()} | {"awaited": waiting}


def rows(items: Sequence[Listed], now: datetime) -> list[Row]:
    """The lines of a list; whose each is where they are not all of one."""
    several = len({one.item.assignee for one in items}) > 1
    return [_row(one, now, several=several) for one in items]


def place_of(lists: Mapping[str, Sequence[Listed]], person: str, wanted: str) -> tuple[str, str] | None:
    """On which list, and under which key, a person's result stands: the wanted one, else the first."""
    every = [(name, one.item) for name in LISTS for one in lists.get(name, ())]
    theirs = [(n, item.id) for n, item in every if item.kind not in ORDERS and item.person_id == person]
    return next((one for one in theirs if one[1] == wanted), theirs[0] if theirs else None)


def counts(lists: Mapping[str, Sequence[Listed]]) -> dict[str, int]:
    """How many wait on each list."""
    return {name: len(lists.get(name, ())) for name in LISTS}


def opened(seen: Seen, name: str, versions: Sequence[VersionRow] = ()) -> Opened:
    """The open report: how it stands, what changed, what others have said."""
    result = seen.result
    prepared = next((e for e in seen.events if e.kind == "prepared" and e.version == result.version), None)
    return Opened(
        report=result.report,
        name=name,
        mark=result.mark if result.mark in _MARKS else "undecided",
        state=result.state,
        listed=result.state in ("unseen", "changed", "opened", "prepared"),
        may_assess=seen.may_assess,
        here=seen.here,
        changed=seen.earlier is not None,
        changes=versions[0].changes if seen.earlier is not None and versions else [],
        history=[_line(event) for event in seen.events],
        proposed=(prepared.words or "") if prepared else "",
        proposed_by=(prepared.name or "") if prepared else "",
    )


def gravity(item: Item) -> tuple[int, int, int, float, str]:
    """Where a result stands on every list of results: the gravest first, then what nobody has opened, then
    what is prepared, and of these what has waited longest. What is to be read stands before what is unmarked.

    The service says how pressing it is (`urgency`: critical, then unopened); it does not tell a critical one
    that a colleague has opened from one that nobody has.
    """
    since = item.since.timestamp() if item.since else 0.0
    return -item.urgency, _FIRST.get(_mark(item), 0), _SEEN.get(item.state, 0), since, item.id


def _place(one: Listed) -> tuple[int, int, int, float, str]:
    return gravity(one.item)


def _hurries(one: Listed) -> int:
    """What is late and acute stands before all, whoever ordered it; then what is late and urgent."""
    return -one.item.urgency if one.overdue and one.item.kind == ORDER else 0


def _when_due(one: Listed, mine: Collection[str]) -> tuple[bool, bool, float]:
    """Drafts first, which nobody has ordered by; then one's own and nobody's, what is due first."""
    item = one.item
    of_others = item.assignee is not None and item.assignee not in mine
    return item.kind != DRAFT, of_others, item.due.timestamp() if item.due else 0.0


def _row(one: Listed, now: datetime, *, several: bool) -> Row:
    item = one.item
    state = {TOLD: "told", LATE: "late", AWAITED: "awaited"}.get(item.kind, item.state)
    if item.kind == TOLD and item.state == "gone":
        state = "gone"
    if item.kind in ORDERS:
        state = "draft" if item.kind == DRAFT else f"order-{item.state}"
    return Row(
        key=item.id,
        name=one.name,
        born=day_text(one.birth_date) if one.birth_date else "",
        came=near_text(item.since, now) if item.since else "",
        mark=_mark(item),
        state=state,
        overdue=one.overdue,
        whose=(one.assignee_name or "") if several else "",
        due=day_text(item.due) if item.kind == ORDER and item.due else "",
        field=item.label or "" if item.kind in ORDERS else "",
        urgency=_HURRIES.get(item.urgency, "") if item.kind == ORDER else "",
    )


def _mark(item: Item) -> str:
    """How grave it looks; of an order nothing is known."""
    if item.kind in ORDERS:
        return "none"
    return item.label if item.label in _MARKS else "undecided"


def _line(event: Event) -> Line:
    return Line(
        at=moment_text(event.at),
        kind=event.kind,
        who=event.name or "",
        towards=event.to_name or "",
        words=event.words or "",
        comment=event.comment or "",
        released=event.released,
    )
