"""What other features and services use of the registers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection, Connection

from core_record.registers import reading, repository
from core_record.registers.changes import Change
from core_record.registers.file import RegisterFile, read_register_file, register_file
from core_record.registers.importer import Importer, Registers
from core_record.registers.intake import Imported, import_delivery
from core_record.registers.numbers import open_number, seal_number
from core_record.registers.senders import (
    Client,
    Delivery,
    Sender,
    delivering_client,
    delivery_sync,
    find_sender_sync,
    sender_registered_for_sync,
)
from kit.ids import NationalId
from kit.keys import KeyProblem, KeyRing

__all__ = [
    "Client",
    "Delivery",
    "Imported",
    "Listed",
    "Received",
    "RegisterFile",
    "Sender",
    "delivering_client",
    "delivery_sync",
    "ensure_person_sync",
    "ensure_persons_sync",
    "find_sender_sync",
    "import_delivery",
    "import_registers",
    "listed_persons",
    "numbers_of",
    "read_register_file",
    "register_file",
    "resolve_person",
    "resolve_person_sync",
    "sender_registered_for_sync",
    "verify_keys",
    "verify_keys_sync",
]


async def resolve_person(conn: AsyncConnection[Any], keys: KeyRing, number: NationalId) -> UUID | None:
    """The person a number belongs to, or None."""
    return await repository.resolve(conn, keys.number_hash(number))


def resolve_person_sync(conn: Connection[Any], keys: KeyRing, number: NationalId) -> UUID | None:
    """`resolve_person` for workers."""
    return repository.resolve_sync(conn, keys.number_hash(number))


def ensure_person_sync(conn: Connection[Any], keys: KeyRing, number: NationalId) -> tuple[UUID, bool]:
    """The person a number belongs to, made when there is none, and whether the registers do not know it.

    True means warning `person-unregistered`, also for later messages about the same person, until a register
    import knows the number. From here on the transaction serves this person (`akson.person` is set).
    """
    number_hash = keys.number_hash(number)
    cipher = seal_number(keys, number, number_hash)
    return repository.ensure_sync(conn, number_hash, number.kind, cipher, number.birth_date)


class Received(Struct, frozen=True):
    """Whom a message is about: `unregistered` as `ensure_person_sync` says; of `reserved` nothing is kept."""

    person_id: UUID
    unregistered: bool
    reserved: bool


def ensure_persons_sync(
    conn: Connection[Any], keys: KeyRing, numbers: Iterable[NationalId]
) -> dict[NationalId, Received]:
    """`ensure_person_sync` of many numbers in one statement, with whether each person has reserved.

    A reservation made now waits for this transaction. Set the person anew before reading or writing: the
    transaction serves one of them.
    """
    hashes = {keys.number_hash(number): number for number in numbers}
    if not hashes:
        return {}
    rows = [
        (number_hash, number.kind, seal_number(keys, number, number_hash), number.birth_date)
        for number_hash, number in sorted(hashes.items(), key=itemgetter(0))  # one order: no deadlock
    ]
    found = repository.ensure_many_sync(conn, rows)
    return {hashes[number_hash]: Received(*row) for number_hash, row in found.items()}


async def numbers_of(
    conn: AsyncConnection[Any], keys: KeyRing, persons: Sequence[UUID]
) -> dict[UUID, NationalId]:
    """The number in use of each person in a list the caller was allowed to open (role `akson_core`)."""
    found = await reading.ciphers(conn, list(persons))
    return {person: open_number(keys, cipher, bound_to) for person, (bound_to, cipher) in found.items()}


class Listed(Struct, frozen=True):
    """A person in a list: enough to know and to open them. `sex` is 1, 2 or None (ISO 5218)."""

    number: NationalId
    name: str
    birth_date: date | None
    sex: int | None


async def listed_persons(
    conn: AsyncConnection[Any], keys: KeyRing, persons: Sequence[UUID]
) -> dict[UUID, Listed]:
    """Who stands in a list that the caller was allowed to open (role `akson_journal`); without the merged."""
    numbers = await numbers_of(conn, keys, persons)
    names = await reading.names(conn, list(numbers))
    return {person: Listed(numbers[person], *row) for person, row in names.items()}


class Named(Struct, frozen=True):
    """Who somebody is in a list, without a number. `sex` is 1, 2 or None (ISO 5218)."""

    name: str
    birth_date: date | None
    sex: int | None


async def named_persons(conn: AsyncConnection[Any], persons: Sequence[UUID]) -> dict[UUID, Named]:
    """Who stands in a list that the caller was allowed to open (role `akson_journal`); without the merged."""
    return {person: Named(*row) for person, row in (await reading.names(conn, list(persons))).items()}


def import_registers(conn: Connection[Any], keys: KeyRing, file: Registers) -> Mapping[str, int]:
    """Import a register file in the caller's transaction (role `akson_core`); repeating it changes nothing.

    Returns rows written, by table. Each change leaves a history row with what was there before.
    Raises `Conflict` and `Unprocessable` for what the registers cannot hold: codes in docs/registers.md.
    """
    run = Importer(conn, keys)
    run.run(file)
    written = {table: counts.total() - counts[Change.NONE] for table, counts in run.counts.items()}
    return {table: number for table, number in written.items() if number}


async def verify_keys(conn: AsyncConnection[Any], keys: KeyRing) -> None:
    """Raises `KeyProblem` when the database was made with other keys; nothing may start then."""
    if not await repository.keys_fit(conn, keys.check_value()):
        raise KeyProblem(_OTHER_KEYS)


def verify_keys_sync(conn: Connection[Any], keys: KeyRing) -> None:
    """`verify_keys` for workers and the command line."""
    if not repository.keys_fit_sync(conn, keys.check_value()):
        raise KeyProblem(_OTHER_KEYS)


_OTHER_KEYS = "these keys are not the ones this database was made with: set AKSON_KEYS to the right folder"
