"""Follow-up of results over HTTP: whose list, opened by whom, assessed, forwarded.

Results themselves are read from the results service; nothing here says what one is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request, Response
from psycopg import AsyncConnection

from core_record.access.service import Decision, LookUp
from journal_api.care.follow_up import ownership, service
from journal_api.care.follow_up.models import FollowUp, Seen
from journal_api.care.follow_up.service import Assessed, Forwarded, Prepared
from journal_api.care.tasks.kind import TASK, Task
from journal_api.care.worklist.service import Listed, Wanted
from journal_api.care.worklist.service import read as read_list
from journal_api.desk import Caller, Visit, unit_list, visit
from journal_api.journal.entries import service as entries
from journal_api.journal.entries.models import Written
from kit.db import set_unit
from kit.errors import Forbidden
from kit.identity.actor import Actor
from kit.jsonapi import json_answer, read_body
from kit.keys import KeyRing

router = APIRouter(prefix="/follow-up", tags=["follow-up"])
KIND = "ResultFollowUp"


class Tasked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A task to be made of a report; `id` is a new UUID of the sender's, `at` when it was decided."""

    id: UUID
    at: datetime
    task: Task


@router.post("/_search", response_class=Response)
async def search(request: Request, actor: Caller) -> Response:
    """{"results": [FollowUp]}: one person's, newest first."""

    async def work(here: Visit) -> LookUp[list[FollowUp]]:
        found = await service.listing(here)
        return LookUp(found, {KIND: len(found)})

    return json_answer({"results": await visit(request, actor, [KIND], work)})


@router.post("/no-owner/_search", response_class=Response)
async def ownerless(request: Request, actor: Caller) -> Response:
    """{"items": […]} as `POST /work/_search`: what has no owner in the municipality."""

    async def work(conn: AsyncConnection[Any], _: KeyRing, __: Decision) -> LookUp[list[Listed]]:
        if actor.hpr_number is None:
            raise Forbidden("no-owner-role", "Authorised health workers look after what has no owner.")
        found: list[Listed] = []
        for unit in await ownership.ownerless(conn, actor.place or actor.organisation or ""):
            await set_unit(conn, unit)
            found += await read_list(conn, unit, Wanted(kinds=["result"]), None)
        return LookUp(found, {"WorkList": len(found)})

    return json_answer({"items": await unit_list(request, actor, "WorkList", work)})


@router.post("/{report_id}/$open", response_class=Response)
async def open_one(report_id: UUID, request: Request, actor: Caller) -> Response:
    """`Seen`. The caller has opened the newest version from here on. 404 `follow-up-unknown`."""
    return await _about(request, actor, lambda here: service.open_one(here, report_id))


@router.post("/{report_id}/$prepare", response_class=Response)
async def prepare(report_id: UUID, request: Request, actor: Caller) -> Response:
    """{version, words}: a helper proposes. 409 `changed-meanwhile`; 422 `not-opened`."""
    said = await read_body(request, Prepared)
    return await _about(request, actor, lambda here: service.prepare(here, report_id, said))


@router.post("/{report_id}/$assess", response_class=Response)
async def assess(report_id: UUID, request: Request, actor: Caller) -> Response:
    """{version, words, comment, release}: off the list, and its release ordered. 403 `assess-role`."""
    said = await read_body(request, Assessed)
    return await _about(request, actor, lambda here: service.assess(here, report_id, said))


@router.post("/{report_id}/$forward", response_class=Response)
async def forward(report_id: UUID, request: Request, actor: Caller) -> Response:
    """{unit?, assignee?, words}: onto another list. 403 `not-on-your-list`."""
    said = await read_body(request, Forwarded)
    return await _about(request, actor, lambda here: service.forward(here, report_id, said))


@router.post("/{report_id}/$task", response_class=Response)
async def task(report_id: UUID, request: Request, actor: Caller) -> Response:
    """{id, at, task}: a task about the report, in the same transaction. It waits on its list all the same."""
    said = await read_body(request, Tasked)
    made = msgspec.structs.replace(said.task, kind="result", result=report_id)

    async def work(here: Visit) -> Seen:
        seen = await service.note_task(here, report_id, said.id, made.unit or here.unit)
        body = msgspec.Raw(msgspec.json.encode(made))
        await entries.write(here, TASK, said.id, Written("requested", said.at, body), None)
        return seen

    return await _about(request, actor, work, KIND, "Task")


async def _about(
    request: Request, actor: Actor, do: Callable[[Visit], Awaitable[Seen]], *kinds: str
) -> Response:
    async def work(here: Visit) -> LookUp[Seen]:
        return LookUp(await do(here), {KIND: 1})

    return json_answer(await visit(request, actor, kinds or [KIND], work, writes=True))
