"""The register's SQL. Private to this feature."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, LiteralString

from psycopg import AsyncConnection
from psycopg.rows import class_row

from core_record.apps.models import Admitted, AppRow, Step
from core_record.registers.changes import Table

APP = Table("app", ("client_id", "org_number"))
COLUMNS: tuple[LiteralString, ...] = (
    *("client_id", "org_number", "name", "vendor", "vendor_name", "purpose", "grants", "roles"),
    *("launch_url", "data_protection", "state", "valid_to", "decided_by", "decided_at"),
)
_ROWS: LiteralString = (
    "SELECT a.*, o.name AS organisation, encode(sha256(convert_to(to_jsonb(a)::text, 'UTF8')), 'hex') AS seen"
    " FROM core_record.app a"
    " JOIN core_record.organisation o USING (org_number)"
)
_ORDER: LiteralString = " ORDER BY lower(a.name), o.name, a.client_id"


async def number(conn: AsyncConnection[Any]) -> int:
    """The register's number: it grows with each change."""
    row = await (await conn.execute("SELECT number FROM core_record.app_register")).fetchone()
    return int(row[0]) if row else 0


async def admitted(conn: AsyncConnection[Any]) -> list[Admitted]:
    """Every row, whatever its state: who was admitted once is told why they are no longer."""
    found = await conn.execute(
        "SELECT client_id, org_number, name, vendor_name, purpose, grants, roles, launch_url, state, valid_to"
        " FROM core_record.app"
    )
    return [Admitted(*row) for row in await found.fetchall()]


async def rows(conn: AsyncConnection[Any], organisations: Collection[str] | None) -> list[AppRow]:
    """The apps of these organisations (None: of all), by name."""
    async with conn.cursor(row_factory=class_row(AppRow)) as cursor:
        if organisations is None:
            await cursor.execute(_ROWS + _ORDER)
        else:
            await cursor.execute(_ROWS + " WHERE a.org_number = ANY(%s)" + _ORDER, (list(organisations),))
        return await cursor.fetchall()


async def find(conn: AsyncConnection[Any], client_id: str, org_number: str) -> AppRow | None:
    """One row, kept from others' changes until commit."""
    await conn.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"apps|{client_id}|{org_number}",)
    )
    async with conn.cursor(row_factory=class_row(AppRow)) as cursor:
        await cursor.execute(_ROWS + " WHERE a.client_id = %s AND a.org_number = %s", (client_id, org_number))
        return await cursor.fetchone()


async def history(conn: AsyncConnection[Any], client_id: str, org_number: str) -> list[Step]:
    """The changes of a row, newest first."""
    async with conn.cursor(row_factory=class_row(Step)) as cursor:
        await cursor.execute(
            "SELECT at, after ->> 'state' AS state, source, actor_name, reason,"
            " before IS NOT NULL AND before -> 'grants' <> after -> 'grants' AS asked"
            " FROM core_record.register_change WHERE register = 'app' AND key = %s"
            " ORDER BY at DESC LIMIT 200",
            (f"{client_id}|{org_number}",),
        )
        return await cursor.fetchall()


async def in_operation(conn: AsyncConnection[Any], org_number: str) -> bool:
    """Whether the register of organisations has it, and it has not ended."""
    found = await conn.execute(
        "SELECT 1 FROM core_record.organisation WHERE org_number = %s"
        " AND coalesce(valid_to, 'infinity') >= current_date",
        (org_number,),
    )
    return await found.fetchone() is not None
