"""Two persons who are one become one, in a single transaction: nothing is lost, nothing is seen by halves.

Results, releases, originals and the journal move behind the second wall; report numbers and deliveries
follow; a row in each chain of the log tells of it; the numbers change hands last. It cannot be undone by
command: the row of the merge keeps what was moved, from whom, when, by whom and why (docs/adr, merging).
"""

from __future__ import annotations

import os
from typing import Any
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import AsyncConnection

from core_record.access_log.service import LogEntry, Who, append
from kit.db import Database, set_person
from kit.errors import Conflict, NotFound, Unprocessable
from kit.ids import NationalId, new_id
from kit.keys import KeyRing
from results_service.merging import repository

BASIS, RELATION, ACTION = "DRIFT", "operator", "merge"
"""What stands in both logs."""
REFUSALS = {
    "merge-of-personnel": "The person who is to go is registered as health personnel: correct that first.",
    "merge-of-reserved": "One of the two has reserved against the service: merging would undo or widen that.",
    "merge-birth-dates-differ": "The two have different birth dates: check that they are one.",
    "merge-person-has-settings": "The person who is to go has privacy settings, powers of attorney or"
    " children: they must be given up, or set anew on the other, first.",
}
_NONCE = 12


async def merge_persons(
    db: Database,
    keys: KeyRing,
    from_number: NationalId,
    to_number: NationalId,
    *,
    ordered_by: str,
    reason: str,
) -> dict[str, int]:
    """Make `from_number`'s person one with `to_number`'s, who stays; rows moved, by table.

    `db` is of the role `akson_results`. Empty when they are one already. Raises `NotFound`
    (`number-unknown`), `Unprocessable` (`REFUSALS`), `Conflict` (`merge-conflict`: the same row on both
    sides; `merge-left-behind`: a table that could not be emptied).
    """
    hashes = keys.number_hash(from_number), keys.number_hash(to_number)
    try:
        async with db.transaction() as conn:
            pair = await repository.begin(conn, *hashes)
            if pair.code == "already-one":
                return {}
            if pair.code == "number-unknown" or pair.from_person is None or pair.to_person is None:
                raise NotFound("number-unknown", "One of the numbers is of nobody here.")
            if pair.code is not None:
                raise Unprocessable(pair.code, REFUSALS[pair.code])
            people = pair.from_person, pair.to_person
            moved = await _move(conn, keys, people)
            await _log(conn, keys, people, ordered_by, moved)
            await repository.finish(conn, people, new_id(), ordered_by, reason, moved)
            return moved
    except psycopg.errors.UniqueViolation:
        raise Conflict("merge-conflict", "Both persons hold the same row: nothing was merged.") from None
    except psycopg.errors.ForeignKeyViolation:
        raise Conflict("merge-left-behind", "Something of the person stayed: nothing was merged.") from None


async def _move(conn: AsyncConnection[Any], keys: KeyRing, people: tuple[UUID, UUID]) -> dict[str, int]:
    moved = {table: await repository.move(conn, table, *people) for table in await repository.tables(conn)}
    moved["original"] = await _move_originals(conn, keys, people)
    moved |= await repository.move_names(conn, *people)
    moved["follow_up"] = await repository.move_follow_up(conn, *people)
    moved |= await repository.move_journal(conn, *people)
    return {table: number for table, number in moved.items() if number}


async def _move_originals(conn: AsyncConnection[Any], keys: KeyRing, people: tuple[UUID, UUID]) -> int:
    """Each original under the other's key; the key of the one who goes is destroyed."""
    from_person, to_person = people
    found = await repository.originals(conn, from_person)
    wrapped = await repository.person_key(conn, from_person)
    if found and wrapped is not None:
        old = AESGCM(keys.decrypt("original-encrypt", wrapped, from_person.bytes))
        new = AESGCM(await _key(conn, keys, to_person))
        await set_person(conn, to_person)
        for one in found:
            packed = old.decrypt(one.body[:_NONCE], one.body[_NONCE:], one.message_id.bytes)
            nonce = os.urandom(_NONCE)
            body = nonce + new.encrypt(nonce, packed, one.message_id.bytes)
            await repository.put_original(conn, to_person, one._replace(body=body))
    await repository.drop_originals(conn, from_person)
    return len(found)


async def _key(conn: AsyncConnection[Any], keys: KeyRing, person_id: UUID) -> bytes:
    wrapped = await repository.person_key(conn, person_id)
    if wrapped is not None:
        return keys.decrypt("original-encrypt", wrapped, person_id.bytes)
    key = AESGCM.generate_key(256)
    await repository.put_person_key(conn, person_id, keys.encrypt("original-encrypt", key, person_id.bytes))
    return key


async def _log(
    conn: AsyncConnection[Any],
    keys: KeyRing,
    people: tuple[UUID, UUID],
    ordered_by: str,
    moved: dict[str, int],
) -> None:
    """A row in each chain; the last of the one who goes."""
    who = Who(
        actor_kind="machine", actor_hash=keys.find_hash(f"operator:{ordered_by}"), actor_name=ordered_by
    )
    for person_id in sorted(people):
        await set_person(conn, person_id)
        entry = LogEntry(
            person_id=person_id, who=who, basis=BASIS, relation=RELATION, items=moved, action=ACTION
        )
        await append(conn, entry)
