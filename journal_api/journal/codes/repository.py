"""The SQL of codes. Private to this feature."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg import AsyncConnection, Connection

from journal_api.journal.codes.files import CodeRow

# What the operator has loaded counts before what came with the product.
_STORE = """
INSERT INTO journal.code AS c (system, code, nb, en, valid_to, origin)
SELECT *, %(origin)s FROM unnest(%(systems)s::text[], %(codes)s::text[], %(nb)s::text[], %(en)s::text[],
    %(valid_to)s::date[])
ON CONFLICT (system, code) DO UPDATE SET nb = excluded.nb, en = excluded.en, valid_to = excluded.valid_to,
    origin = excluded.origin
WHERE (excluded.origin = 'operator' OR c.origin = 'builtin')
    AND (c.nb, c.en, c.valid_to, c.origin) IS DISTINCT FROM
        (excluded.nb, excluded.en, excluded.valid_to, excluded.origin)
"""
_END_OTHERS = """
UPDATE journal.code SET valid_to = %s WHERE system = %s AND code <> ALL (%s)
    AND (valid_to IS NULL OR valid_to > %s)
"""
_WHOLE = """
INSERT INTO journal.code_system (system, codes) VALUES (%s, %s)
ON CONFLICT (system) DO UPDATE SET loaded_at = clock_timestamp(), codes = excluded.codes
"""
_SEARCH = """
SELECT system, code, nb, en FROM journal.code
WHERE system = %(system)s AND (valid_to IS NULL OR valid_to >= %(today)s)
    AND (code LIKE %(prefix)s OR words @@ to_tsquery('simple'::regconfig, %(words)s))
ORDER BY CASE WHEN code LIKE %(prefix)s THEN 0 WHEN lower(nb) LIKE %(begins)s THEN 1 ELSE 1 + length(nb) END,
    code
LIMIT %(count)s
"""
_WORDS = """
SELECT c.system, c.code, c.nb FROM unnest(%(systems)s::text[], %(codes)s::text[]) AS w (system, code)
JOIN journal.code c USING (system, code) WHERE c.valid_to IS NULL OR c.valid_to >= %(today)s
"""
_KNOWN = """
SELECT EXISTS (SELECT 1 FROM journal.code WHERE system = %(system)s AND code = %(code)s
        AND (valid_to IS NULL OR valid_to >= %(today)s))
    OR NOT EXISTS (SELECT 1 FROM journal.code_system WHERE system = %(system)s)
"""


def store(conn: Connection[Any], found: Sequence[CodeRow], origin: str) -> int:
    """Insert or update; how many are new or other than before."""
    return conn.execute(_STORE, _columns(found, origin)).rowcount


async def store_async(conn: AsyncConnection[Any], found: Sequence[CodeRow], origin: str) -> int:
    """The same for the API."""
    return (await conn.execute(_STORE, _columns(found, origin))).rowcount


def make_whole(conn: Connection[Any], system: str, codes: Sequence[str], yesterday: date) -> int:
    """`codes` are all there are of a system: the others have ended; how many ended now."""
    ended = conn.execute(_END_OTHERS, (yesterday, system, list(codes), yesterday)).rowcount
    conn.execute(_WHOLE, (system, len(codes)))
    return ended


async def search(conn: AsyncConnection[Any], values: dict[str, Any]) -> list[CodeRow]:
    """Codes that fit, the best first."""
    found = await conn.execute(_SEARCH, values)
    return [CodeRow(*row) for row in await found.fetchall()]


async def words(
    conn: AsyncConnection[Any], codes: Sequence[tuple[str, str]], today: date
) -> dict[tuple[str, str], str]:
    """The Norwegian words of each code that may be chosen."""
    values = {"systems": [one[0] for one in codes], "codes": [one[1] for one in codes], "today": today}
    return {(row[0], row[1]): row[2] for row in await (await conn.execute(_WORDS, values)).fetchall()}


async def is_known(conn: AsyncConnection[Any], system: str, code: str, today: date) -> bool:
    """Whether a code may be chosen: it is there and has not ended, or its system is not loaded whole."""
    found = await conn.execute(_KNOWN, {"system": system, "code": code, "today": today})
    row = await found.fetchone()
    return bool(row and row[0])


def _columns(found: Sequence[CodeRow], origin: str) -> dict[str, Any]:
    return {
        "origin": origin,
        "systems": [row.system for row in found],
        "codes": [row.code for row in found],
        "nb": [row.nb for row in found],
        "en": [row.en for row in found],
        "valid_to": [row.valid_to for row in found],
    }
