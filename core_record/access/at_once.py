"""A look-up that is as simple as most: one thing to read, nothing kept back, nothing to write but its row.

What is read comes in the same round trip as the decision's facts (ADR 0048), and the row is written together
with those of other look-ups (ADR 0049). Whatever is not that simple is left to `look_up`, from the start.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, TypeVar

from core_record.access import apps, repository
from core_record.access.effects import EMERGENCY, has_to_tell
from core_record.access.judgement import judge_look_up
from core_record.access.models import AccessRequest, LookUp
from core_record.access.rows import actor_hash_of, entry_of, who_of
from core_record.access_log.service import GroupCommit, append_and_commit, note_row
from core_record.representation.facts import power_for
from kit import wire
from kit.db import Database
from kit.identity.actor import Actor, ActorKind
from kit.ids import NationalId
from kit.keys import KeyRing
from kit.norway import today_in_norway

T = TypeVar("T")
_REMEMBERED = 10_000  # persons
_FOR = 600.0  # seconds


class Restricted:
    """Whose data were restricted a short while ago, by the keyed hash of the number: a hint that saves work.

    It decides nothing: whoever is in it is asked for by `look_up`.
    """

    def __init__(self) -> None:
        self._until: dict[bytes, float] = {}

    def add(self, number_hash: bytes) -> None:
        """Remember for ten minutes; of too many, the oldest is forgotten."""
        self._until.pop(number_hash, None)
        while len(self._until) >= _REMEMBERED:
            del self._until[next(iter(self._until))]
        self._until[number_hash] = monotonic() + _FOR

    def __contains__(self, number_hash: bytes) -> bool:
        return self._until.get(number_hash, 0.0) > monotonic()


_restricted = Restricted()


async def look_up_at_once(
    db: Database,
    log: GroupCommit,
    keys: KeyRing,
    actor: Actor,
    number: NationalId,
    request: AccessRequest,
    kinds: Sequence[str],
    step: wire.Step,
    read: Callable[[list[tuple[Any, ...]]], LookUp[T] | None],
) -> T | None:
    """Resolve, decide, log, commit, answer; None where it is not that simple: nothing was shown or logged.

    `step` finds its rows by `akson.person` alone. They are unpacked for `read` only once the decision permits
    and the person keeps nothing from this reader. `read` asks the database nothing, and gives None when the
    rows do not suffice. Raises what `look_up` raises.
    """
    number_hash = keys.number_hash(number)
    if actor.kind is not ActorKind.CLINICIAN or request.basis in EMERGENCY or number_hash in _restricted:
        return None
    actor_hash, today = actor_hash_of(keys, actor), today_in_norway()
    with log.under_way() as crowded:
        async with db.transaction() as conn:
            facts, came = await repository.open_and_read(
                conn, number_hash, actor_hash, actor, request, today, step, apart=crowded
            )
            power = power_for(kinds)
            decision = await judge_look_up(conn, actor, number, request, facts, kinds, today, power)
            if decision.restrictions is not None:
                _restricted.add(number_hash)
                return None
            if not decision.permitted or decision.person_id is None or has_to_tell(request, decision):
                return None
            found = read(wire.rows(conn, came))
            if found is None:
                return None
            apps.check_shown(actor, found.items, writes=request.writes)
            who = who_of(keys, actor, request, decision, actor_hash)
            items = dict.fromkeys(kinds, 0) | dict(found.items)
            entry = entry_of(decision.person_id, who, request, decision, items, found.action)
            if not crowded:
                await append_and_commit(conn, entry, found.meanwhile)
                return found.value
            written = log.add(entry)
            is_last = log.due
            if is_last:
                await log.write(conn, found.meanwhile)
        if not is_last and found.meanwhile is not None:
            found.meanwhile()
        await written
    note_row()
    return found.value
