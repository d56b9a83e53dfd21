"""A check value in the database: with other keys than the data was made with, nothing starts."""

from __future__ import annotations

import psycopg

from kit.keys import KeyProblem, KeyRing


def ensure_check_value(owner_dsn: str, keys: KeyRing) -> None:
    """Store the keys' check value at first, compare it ever after. Raises `KeyProblem`."""
    with psycopg.connect(owner_dsn) as conn:
        conn.execute("CREATE SCHEMA IF NOT EXISTS kit")
        conn.execute(
            "CREATE TABLE IF NOT EXISTS kit.key_check ("
            "one boolean PRIMARY KEY DEFAULT true CHECK (one), value text NOT NULL)"
        )
        conn.execute(
            "INSERT INTO kit.key_check (value) VALUES (%s) ON CONFLICT DO NOTHING", (keys.check_value(),)
        )
        conn.execute("GRANT USAGE ON SCHEMA kit TO may_decide")
        conn.execute("GRANT SELECT ON kit.key_check TO may_decide")
        _compare(conn, keys)


def verify_check_value(dsn: str, keys: KeyRing) -> None:
    """Compare only: what every service does before it opens its port. Raises `KeyProblem`."""
    with psycopg.connect(dsn) as conn:
        _compare(conn, keys)


def _compare(conn: psycopg.Connection[tuple[str]], keys: KeyRing) -> None:
    row = conn.execute("SELECT value FROM kit.key_check").fetchone()
    if row is None or row[0] != keys.check_value():
        raise KeyProblem(
            "These are not the keys this database was made with. Nothing was changed. "
            "Point AKSON_KEYS to the right folder."
        )
