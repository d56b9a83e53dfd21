"""The personas' registers in a clean database, a database frame per role, and actors as tokens prove them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psycopg
import pytest

from core_record.registers.service import import_registers, read_register_file
from dev.personas import persona
from kit.db import Database
from kit.identity.actor import Actor, ActorKind
from kit.ids import NationalId, parse_national_id
from kit.keys import KeyRing
from tests.conftest import TestDatabase
from tests.tables import Tables

PERSONAS = Path(__file__).resolve().parents[3] / "dev" / "personas.yaml"
MakeActor = Callable[..., Actor]
KINDS = {"helseid": ActorKind.CLINICIAN, "idporten": ActorKind.CITIZEN, "machine": ActorKind.MACHINE}


@pytest.fixture
def registers(clean_db: None, tables: Tables, postgres: TestDatabase, keys: KeyRing) -> None:
    """Import `dev/personas.yaml` as `akson_core`."""

    def load() -> None:
        with psycopg.connect(postgres.dsn("akson_core")) as conn:
            import_registers(conn, keys, read_register_file(PERSONAS))

    tables.fill("personas", load)


@pytest.fixture
async def core_db(postgres: TestDatabase) -> AsyncIterator[Database]:
    db = Database(postgres.dsn("akson_core"))
    await db.open()
    yield db
    await db.close()


@pytest.fixture
async def results_db(postgres: TestDatabase) -> AsyncIterator[Database]:
    db = Database(postgres.dsn("akson_results"))
    await db.open()
    yield db
    await db.close()


@pytest.fixture
def actor() -> MakeActor:
    """`actor("lege-koman")`: that persona as its token proves it; keyword arguments change what it claims."""

    def make(name: str, **changed: object) -> Actor:
        p = persona(name)
        claims: dict[str, object] = {
            "kind": KINDS[p.login],
            "subject": name,
            "client_id": p.client_id or "portal",
            "issuer": "https://issuer.example",
            "audience": "akson:core-record",
            "token_id": "t",
            "scopes": frozenset({"akson:core-record/read"}),
            "security_level": 0 if p.login == "machine" else 4,
            "national_id": parse_national_id(p.national_id) if p.national_id else None,
            "hpr_number": p.hpr_number,
            "organisation": p.org_parent,
            "place": p.org_child,
            "authenticated_at": int(time.time()),
        }
        return Actor(**{**claims, **changed})  # type: ignore[arg-type]

    return make


@pytest.fixture
def number() -> Callable[[str], NationalId]:
    """The number of a persona."""

    def make(name: str) -> NationalId:
        national_id = persona(name).national_id
        assert national_id is not None
        return parse_national_id(national_id)

    return make
