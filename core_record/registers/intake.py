"""Import of deliveries: all of a file or nothing, repeatable, counted, every fault with its line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection
from psycopg.types.json import Jsonb

from core_record.registers.changes import Change, Origin
from core_record.registers.checks import check
from core_record.registers.delivery import Delivery, Entry, Fault, in_import_order
from core_record.registers.importer import Counts, Importer, in_order
from kit.errors import AksonError
from kit.ids import new_id
from kit.keys import KeyRing


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: rows by table and kind of change, or the faults for which nothing was done."""

    name: str
    counts: dict[str, dict[str, int]]
    faults: list[Fault]

    @property
    def changed(self) -> int:
        """Rows added, changed or ended."""
        return sum(sum(kinds.values()) - kinds.get(Change.NONE, 0) for kinds in self.counts.values())


def import_delivery(
    conn: Connection[Any],
    keys: KeyRing,
    delivery: Delivery,
    advance: Callable[[], None] = lambda: None,
) -> Imported:
    """Import one file in a transaction of its own (role `akson_core`); a savepoint where one is open already.

    With any fault nothing of the file stands. `advance` is called after each entry.
    """
    check(delivery)
    faults = list(delivery.faults)
    counts: Counts = {}
    if not faults:
        with conn.transaction():
            counts = _import(conn, keys, delivery, faults, advance)
            if faults:
                raise psycopg.Rollback
    counts = {} if faults else counts
    faults.sort(key=lambda fault: fault.line)
    return Imported(delivery.name, _plain(counts), faults)


def _import(
    conn: Connection[Any],
    keys: KeyRing,
    delivery: Delivery,
    faults: list[Fault],
    advance: Callable[[], None],
) -> Counts:
    import_id = new_id()
    importer = Importer(conn, keys, Origin(import_id=import_id))
    try:
        for entry in _ordered(delivery):
            _put(importer, entry, faults)
            advance()
    except AksonError as error:
        faults.append(Fault(1, error.code, error.detail))
    except psycopg.Error as error:
        # What no check has foreseen. The database's own text may repeat values: its kind must do.
        faults.append(Fault(entry.line, "database-refused", f"The database refused: {type(error).__name__}."))
    if not faults:
        _note(conn, import_id, delivery, importer.counts)
    return importer.counts


def _ordered(delivery: Delivery) -> list[Entry]:
    entries = list(in_import_order(delivery))
    first = [entry for entry in entries if entry.section == "organisations"]
    lines = {id(entry.value): entry for entry in first}
    ordered = [lines[id(value)] for value in in_order("organisations", tuple(e.value for e in first))]
    return ordered + entries[len(first) :]


def _put(importer: Importer, entry: Entry, faults: list[Fault]) -> None:
    try:
        importer.put(entry.section, entry.value, entry.given)
    except AksonError as error:
        faults.append(Fault(entry.line, error.code, error.detail))


def _note(conn: Connection[Any], import_id: UUID, delivery: Delivery, counts: Counts) -> None:
    """The row that the changes' `import_id` names; a file that changed nothing leaves none."""
    plain = _plain(counts)
    if not any(kind != Change.NONE and number for kinds in plain.values() for kind, number in kinds.items()):
        return
    conn.execute(
        "INSERT INTO core_record.register_import (import_id, file_name, digest, counts)"
        " VALUES (%s, %s, %s, %s)",
        (import_id, delivery.name, hashlib.sha256(delivery.data).digest(), Jsonb(plain)),
    )


def _plain(counts: Counts) -> dict[str, dict[str, int]]:
    return {
        table: {str(kind): number for kind, number in kinds.items()}
        for table, kinds in sorted(counts.items())
    }
