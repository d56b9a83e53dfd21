"""The journal of one person: a summary, entries by kind, one entry's history, and writing an entry.

Header `person-id`: whose. Health workers declare `requester-hpr-role`, and `access-reason` where no register
shows a relation; `access-basis` where a basis other than giving help is used.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request, Response

from core_record.access.journal import MUNICIPAL, journal_role
from core_record.access.service import LookUp
from journal_api.desk import Caller, Visit, visit
from journal_api.journal.entries import service
from journal_api.journal.entries.models import Cursor, Entry, Kind, Version, Written
from journal_api.journal.kinds import EVENTS, KINDS
from journal_api.journal.medication import stop
from kit.errors import Malformed, NotFound
from kit.identity.actor import Actor, ActorKind
from kit.jsonapi import json_answer, read_body, version_in

router = APIRouter(prefix="/journal", tags=["journal"])
_MOST = 200_000  # bytes of an entry
EACH = 30
"""How many events of each kind the summary shows."""
MOST = 500
"""How many live entries of a list: more than anybody has."""


class Search(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which entries: kinds, states (None: every), those of one contact, and when.

    `after` is the `next` of the page before; `since` and `before` are times. `measures`: values of these
    alone.
    """

    kinds: list[str]
    states: list[str] | None = None
    contact: UUID | None = None
    measures: list[str] | None = None
    since: datetime | None = None
    before: datetime | None = None
    after: Cursor | None = None
    count: int = 200


@router.post("/summary/_search", response_class=Response)
async def summary(request: Request, actor: Caller) -> Response:
    """What is live in a person's journal, and its newest events: {"entries": {kind: […]}, "conflicts": […]}.

    Body: {"kinds": […]} (empty: all). A role sees the kinds that are open to it. `conflicts` marks every
    medication shown that conflicts with an allergy shown, answered by an override or not. `next` says of each
    kind of event that has older ones where they begin ({kind: cursor}; `after` of a search); `writes` which
    kinds the caller's role writes, so that a page offers no more.
    """
    wanted = await read_body(request, Search)
    kinds = _known(wanted.kinds or _open_to(request, actor))

    async def work(here: Visit) -> LookUp[tuple[dict[str, list[Entry]], dict[str, Cursor], list[str]]]:
        events = {kind.name: sorted(kind.live) for kind in kinds if kind.name in EVENTS}
        lists = {kind.name: sorted(kind.live) for kind in kinds if kind.name not in EVENTS}
        newest = _by_kind(kinds, await service.newest(here, events, EACH + 1))
        pages = {name: service.page_of(newest[name], EACH) for name in events}
        found = _by_kind(kinds, await service.newest(here, lists, MOST))
        found |= {name: page.entries for name, page in pages.items()}
        goes_on = {name: page.next for name, page in pages.items() if page.next}
        return LookUp((found, goes_on, _written_by(here)), _counted(found))

    found, goes_on, writes = await visit(request, actor, [kind.name for kind in kinds], work)
    conflicts = stop.mark(found.get(stop.ALLERGY, []), found.get(stop.MEDICATION, []))
    return json_answer({"entries": found, "conflicts": conflicts, "next": goes_on, "writes": writes})


@router.post("/_search", response_class=Response)
async def search(request: Request, actor: Caller) -> Response:
    """Entries of some kinds, newest first: {"entries": {kind: […]}, "next": cursor}.

    `next` (null: there are no more) goes into `after`; pages follow each other whatever their sizes, also
    where entries have the same time.
    """
    wanted = await read_body(request, Search)
    kinds = _known(wanted.kinds)
    if not kinds:
        raise Malformed("kinds-missing", "Say which kinds of entries.")

    async def work(here: Visit) -> LookUp[service.Page]:
        found = await service.page(
            here,
            [kind.name for kind in kinds],
            states=wanted.states,
            contact=wanted.contact,
            measures=wanted.measures,
            since=wanted.since,
            before=wanted.before,
            after=wanted.after,
            count=max(1, min(wanted.count, 1000)),
        )
        return LookUp(found, _counted(_by_kind(kinds, found.entries)))

    found = await visit(request, actor, [kind.name for kind in kinds], work)
    return json_answer({"entries": _by_kind(kinds, found.entries), "next": found.next})


@router.post("/{kind}/{entry_id}/_history", response_class=Response)
async def history(kind: str, entry_id: UUID, request: Request, actor: Caller) -> Response:
    """Every version of an entry, newest first: {"versions": […]}."""
    (known,) = _known([kind])

    async def work(here: Visit) -> LookUp[list[Version]]:
        found = await service.history(here, known.name, entry_id)
        return LookUp(found, {known.name: len(found)})

    return json_answer({"versions": await visit(request, actor, [known.name], work)})


@router.put("/{kind}/{entry_id}", response_class=Response)
async def write(kind: str, entry_id: UUID, request: Request, actor: Caller) -> Response:
    """Make an entry (the id is the sender's, a new UUID), or its next version with `If-Match`.

    Repeating changes nothing. The answer is the entry; of an allergy or a medication with its `conflicts`.
    409 `id-used`, `changed-meanwhile`, `allergy-conflict` (names `allergies`); 422 with the kind's own code.
    """
    (known,) = _known([kind])
    sent = await read_body(request, Written, most=_MOST)
    number = version_in(request, needed=False)

    async def work(here: Visit) -> LookUp[dict[str, Any]]:
        entry = await service.write(here, known, entry_id, sent, None if number < 0 else number)
        told = await known.tell(here, entry)
        answer = msgspec.to_builtins(entry) | msgspec.to_builtins(dict(told.members))
        return LookUp(answer, {**told.shown, known.name: 1})

    return json_answer(await visit(request, actor, [known.name], work, writes=True))


def _open_to(request: Request, actor: Actor) -> list[str]:
    """The kinds that the caller's role reads; a citizen reads all that is shown to them."""
    if actor.kind is not ActorKind.CLINICIAN:
        return sorted(KINDS)
    role = journal_role(actor.hpr_number, request.headers.get("requester-hpr-role"))
    return sorted(KINDS.keys() & role.reads)


def _written_by(here: Visit) -> list[str]:
    """The kinds that the caller writes by role: none for the person, nor outside the municipal services."""
    if not here.of_personnel or here.decision.facts.organisation_kind not in MUNICIPAL:
        return []
    return sorted(KINDS.keys() & journal_role(here.actor.hpr_number, here.role).writes)


def _known(names: list[str]) -> list[Kind]:
    strange = [name for name in names if name not in KINDS]
    if strange:
        raise NotFound("kind-unknown", f"The journal has the kinds {', '.join(sorted(KINDS))}.")
    return [KINDS[name] for name in dict.fromkeys(names)]


def _by_kind(kinds: list[Kind], found: list[Entry]) -> dict[str, list[Entry]]:
    sorted_out: dict[str, list[Entry]] = {kind.name: [] for kind in kinds}
    for entry in found:
        sorted_out[entry.kind].append(entry)
    return sorted_out


def _counted(found: dict[str, list[Entry]]) -> dict[str, int]:
    return {name: len(entries) for name, entries in found.items()}
