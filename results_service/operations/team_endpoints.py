"""`/operations`, what operators do together: causes, finding, taking, notes, asking senders, many at once."""

from __future__ import annotations

from uuid import UUID

import msgspec
from fastapi import APIRouter, Request, Response

from results_service.operations import rules
from results_service.operations.endpoints import (
    Code,
    ListName,
    Ops,
    Reason,
    SenderKey,
    Whose,
    answered,
    one_of,
    read,
)
from results_service.operations.held import Wanted
from results_service.operations.sharing import Step

router = APIRouter(prefix="/operations", tags=["operations"])


class Taking(msgspec.Struct, frozen=True):
    """`over`: also from a colleague who has it."""

    over: bool = False


class Words(msgspec.Struct, frozen=True):
    """To colleagues, in own words."""

    note: str

    def __repr__(self) -> str:
        return "Words(***)"


class Sought(msgspec.Struct, frozen=True):
    """Our id of a message, its MsgId, or its report number."""

    id: str

    def __repr__(self) -> str:
        return "Sought(***)"


class Many(msgspec.Struct, frozen=True):
    """Which messages of the list `state`, and why. `after`: the `next` of the batch before; `until`: that of
    a letter, for those that it names."""

    code: str
    reason: str = ""
    sender: str | None = None
    state: ListName = "open"
    whose: Whose | None = None
    after: UUID | None = None
    until: UUID | None = None

    @property
    def wanted(self) -> Wanted:
        """The messages of the list."""
        return Wanted(self.code, self.sender, self.whose, self.until)


@router.get("/causes")
async def causes(
    ops: Ops,
    state: ListName = "open",
    code: Code = None,
    sender: SenderKey = None,
    whose: Whose | None = None,
) -> Response:
    """The messages of a list by what is wrong and who sent them: how many, the oldest, how many are taken."""
    return answered({"causes": await ops.causes(state, Wanted(code, sender, whose))})


@router.post("/messages/_find")
async def find(request: Request, ops: Ops) -> Response:
    """Messages by the id that a laboratory gives on the telephone: ours, MsgId or report number."""
    asked = await read(request, Sought)
    return answered({"items": await ops.find(asked.id)})


@router.post("/replay")
async def replay_all(request: Request, ops: Ops) -> Response:
    """Process anew the oldest messages of a cause, a batch at a time: go on after `next` until it is null."""
    asked = await read(request, Many)
    reason = one_of(asked.reason, rules.REPLAY_REASONS)
    which = "rejected" if asked.code in rules.REMOVABLE else asked.state
    done = await ops.many("replay", which, asked.wanted, reason, asked.after)
    return answered({"replayed": done.done, "left": done.left, "next": done.next})


@router.post("/resolve")
async def resolve_all(request: Request, ops: Ops) -> Response:
    """Note how all messages of a cause were solved, a batch at a time: go on after `next`."""
    asked = await read(request, Many)
    reason = one_of(asked.reason, rules.RESOLVE_REASONS)
    return answered(await ops.many("resolve", asked.state, asked.wanted, reason, asked.after))


@router.post("/take")
async def take_all(request: Request, ops: Ops) -> Response:
    """Take all messages of a cause that nobody has taken."""
    asked = await read(request, Many)
    return answered(await ops.many("take", asked.state, asked.wanted, "", asked.after))


@router.post("/ask")
async def ask_all(request: Request, ops: Ops) -> Response:
    """Note that all messages of a cause, or those a letter names (`until`), were returned to their sender."""
    asked = await read(request, Many)
    reason = one_of(asked.reason, rules.ASK_REASONS)
    return answered(await ops.many("ask", asked.state, asked.wanted, reason, asked.after))


@router.post("/letter")
async def letter(request: Request, ops: Ops) -> Response:
    """For a letter to one sender: its own ids of its oldest 400 messages of a cause. Nothing of a person."""
    asked = await read(request, Many)
    return answered(await ops.letter(asked.state, asked.wanted))


@router.post("/reopen")
async def reopen_all(request: Request, ops: Ops) -> Response:
    """Put all messages of a cause back on the list."""
    asked = await read(request, Many)
    return answered(await ops.many("reopen", asked.state, asked.wanted, "", asked.after))


@router.post("/messages/{message_id}/take")
async def take(request: Request, ops: Ops, message_id: UUID) -> Response:
    """Tell colleagues that one works on the message. 409 `taken-by-other` without `over`."""
    asked = await read(request, Taking)
    return answered(await ops.share(message_id, Step("take", over=asked.over)))


@router.post("/messages/{message_id}/leave")
async def leave(ops: Ops, message_id: UUID) -> Response:
    """Tell colleagues that one does not any more."""
    return answered(await ops.share(message_id, Step("leave")))


@router.post("/messages/{message_id}/note")
async def note(request: Request, ops: Ops, message_id: UUID) -> Response:
    """Write to colleagues; they read it where they open the message."""
    asked = await read(request, Words)
    return answered(await ops.share(message_id, Step("note", words=asked.note)))


@router.post("/messages/{message_id}/ask")
async def ask(request: Request, ops: Ops, message_id: UUID) -> Response:
    """Note that the message was returned to its sender, and what that is asked to do."""
    asked = await read(request, Reason)
    reason = one_of(asked.reason, rules.ASK_REASONS)
    return answered(await ops.share(message_id, Step("ask", reason=reason, seen=asked.seen)))


@router.post("/messages/{message_id}/reopen")
async def reopen(ops: Ops, message_id: UUID) -> Response:
    """Put a message that was noted as solved, or returned, back on the list."""
    return answered(await ops.share(message_id, Step("reopen")))
