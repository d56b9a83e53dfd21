"""A citizen's whole log as one file that can be checked without us: rows, chain, proofs, heads, public keys.

`citizen_verifier.py` reads it; `docs/innsynslogg.md` describes it for those who write their own.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from core_record.access_log import repository
from core_record.access_log.heads import Head, key_name, microseconds
from core_record.access_log.merkle import proofs_of
from core_record.access_log.rowtext import PERSON_COLUMNS, plain_values, selected
from kit.db import set_person

FORMAT = "akson-access-log-1"
_ROWS = (
    f"SELECT {selected(PERSON_COLUMNS)}, l.format, l.prev, l.hash, s.head, s.position"  # noqa: S608
    " FROM core_record.access_log l LEFT JOIN core_record.sealed_row s USING (person_id, seq)"
    " WHERE person_id = %s ORDER BY seq"
)
_HEADS = (
    "SELECT number, at, rows, size, root, prev, key_id, signature, leaves FROM core_record.log_head"
    " WHERE number = ANY(%s) ORDER BY number"
)
_HEADS_AT_ONCE = 50  # a head's leaves are up to 256 kB


Places = dict[int, list[tuple[int, dict[str, Any]]]]


async def export(conn: AsyncConnection[Any], person_id: UUID, public_keys: list[bytes]) -> dict[str, Any]:
    """The person's log as a JSON object. The transaction must serve the person, and does afterwards.

    Rows that no head holds yet (the last second's) have `seal: null`. `former`: the chains of persons who
    were merged into this one, each whole, under the id it was written for.
    """
    places: Places = {}
    former = []
    for earlier in await repository.merged_into(conn, person_id):
        await set_person(conn, earlier)
        former.append({"person": str(earlier), "rows": await _chain(conn, earlier, places)})
    await set_person(conn, person_id)
    rows = await _chain(conn, person_id, places)
    heads = []
    numbers = sorted(places)
    for start in range(0, len(numbers), _HEADS_AT_ONCE):
        heads += await _heads(conn, numbers[start : start + _HEADS_AT_ONCE], places)
    return {
        "format": FORMAT,
        "person": str(person_id),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "keys": {key_name(key): key.hex() for key in public_keys},
        "heads": heads,
        "rows": rows,
        **({"former": former} if former else {}),
    }


async def _chain(conn: AsyncConnection[Any], person_id: UUID, places: Places) -> list[dict[str, Any]]:
    """The rows of one chain; where each is sealed is noted in `places`."""
    found = await (await conn.execute(_ROWS.encode(), (person_id,))).fetchall()
    rows = [_row(values) for values in found]
    for values, row in zip(found, rows, strict=True):
        if values[-2] is not None:
            places.setdefault(values[-2], []).append((values[-1], row))
    return rows


def _row(values: tuple[Any, ...]) -> dict[str, Any]:
    *columns, form, prev, row_hash, _, _ = values
    row = dict(zip(PERSON_COLUMNS, plain_values(columns), strict=True))
    return row | {"format": form, "prev": bytes(prev).hex(), "hash": bytes(row_hash).hex(), "seal": None}


async def _heads(conn: AsyncConnection[Any], numbers: list[int], places: Places) -> list[dict[str, Any]]:
    """These heads; each row of theirs gets its place and proof."""
    heads = []
    for values in await (await conn.execute(_HEADS, (numbers,))).fetchall():
        number, at, rows, size, root, prev, key, signature, leaves = values
        head = Head(number, microseconds(at), rows, size, bytes(root), bytes(prev), key, bytes(signature))
        heads.append(head.to_json())
        tree = [bytes(leaves[i : i + 32]) for i in range(0, len(leaves), 32)]
        proofs = proofs_of(tree, [position for position, _ in places[number]])
        for (position, row), proof in zip(places[number], proofs, strict=True):
            row["seal"] = {"head": number, "position": position, "proof": [one.hex() for one in proof]}
    return heads
