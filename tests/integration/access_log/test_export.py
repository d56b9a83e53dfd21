# ruff: noqa: ASYNC221, ASYNC240 - small files and a short program, in a test
"""A downloaded log can be checked without us, by a program that shares no code with the service."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from core_record.access_log import citizen_verifier
from core_record.access_log.heads import Head, key_name, sign
from core_record.access_log.sealing import Sealer
from core_record.access_log.service import LogEntry, Who, append
from core_record.app import make_app
from core_record.registers.service import ensure_person_sync
from kit.db import Database
from kit.identity.actor import Actor
from kit.identity.web import actor_of
from kit.ids import parse_national_id
from kit.keys import KeyRing
from kit.settings import Settings
from results_service.merging.service import merge_persons
from tests.conftest import TestDatabase
from tests.integration.access_log.conftest import LookMany

pytestmark = pytest.mark.usefixtures("registers")
Json = dict[str, Any]
Export = Callable[[str], Any]


@pytest.fixture
async def app(settings: Settings, postgres: TestDatabase) -> AsyncIterator[FastAPI]:
    made = make_app(settings)
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
def export(app: FastAPI, actor: Callable[..., Actor]) -> Export:
    async def answer(name: str, **headers: str) -> httpx.Response:
        app.dependency_overrides[actor_of] = lambda: actor(name)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://core") as client:
            return await client.get("/access-log/export", headers=headers)

    return answer


@pytest.fixture
async def log(export: Export, look: LookMany, sealer: Sealer) -> Json:
    """Line's log of seven rows in three heads, beside others' rows."""
    for _ in range(3):
        await look(2)
        await look(3, "gry")
        await sealer.round()
    await export("line")
    await sealer.round()
    answer = await export("line")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="innsynslogg.json"'
    found: Json = answer.json()
    return found


async def test_an_untouched_log_is_right(log: Json, keys: KeyRing, witness_file: Path) -> None:
    (key,) = keys.log_public_keys()
    assert citizen_verifier.check(log, key.hex(), [log], witness_file.read_text().splitlines()) == ([], 0)
    assert len(log["rows"]) == 7
    assert len(log["heads"]) == 4
    assert log["rows"][-1]["items"] == '{"AuditEvent": 6}'
    assert all(row["seal"]["proof"] for row in log["rows"][:-1])


async def test_rows_of_the_last_second_are_told_of(log: Json, export: Export) -> None:
    newer = (await export("line")).json()  # it holds the row of the download before
    assert citizen_verifier.check(newer, earlier=[log]) == ([], 1)
    assert citizen_verifier.check(log, earlier=[newer])[0] == [
        "row 8: stood otherwise in the earlier download, or is gone"
    ]


async def test_the_verifier_runs_alone(log: Json, tmp_path: Path) -> None:
    file, program = tmp_path / "log.json", tmp_path / "verify.py"
    file.write_text(json.dumps(log))
    program.write_text(Path(citizen_verifier.__file__).read_text())
    command = [sys.executable, "-I", "-S", str(program), str(file)]
    good = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (good.returncode, good.stderr) == (0, "")
    assert "7 rows, 4 heads: all is right." in good.stdout
    log["rows"][2]["actor_name"] = "Ola"
    file.write_text(json.dumps(log))
    bad = subprocess.run(command, capture_output=True, text=True, check=False)
    assert bad.returncode == 1
    assert "row 3: was changed after it was written" in bad.stdout
    file.write_text("{}")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2


def changed(value: Any) -> Any:
    """Another value of the same kind, as little changed as can be."""
    if value is None:
        return ""
    if isinstance(value, int):
        return value + 1
    text = str(value)
    return ("1" if text[:1] != "1" else "2") + text[1:]


def tampered(log: Json) -> list[tuple[str, Json]]:
    """Every field of a row, of its seal and of a head, each changed once."""
    found = []

    def with_change(name: str, path: list[Any]) -> None:
        other = copy.deepcopy(log)
        place: Any = other
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = changed(place[path[-1]])
        found.append((name, other))

    for field in log["rows"][3]:
        if field != "seal":
            with_change(f"row.{field}", ["rows", 3, field])
    for field in ("head", "position"):
        with_change(f"seal.{field}", ["rows", 3, "seal", field])
    for number in range(len(log["rows"][3]["seal"]["proof"])):
        with_change(f"proof.{number}", ["rows", 3, "seal", "proof", number])
    for field in log["heads"][1]:
        with_change(f"head.{field}", ["heads", 1, field])
    with_change("person", ["person"])
    return found


async def test_every_field_that_is_changed_is_found(log: Json) -> None:
    found = tampered(log)
    assert len(found) > 35
    for name, other in found:
        try:
            faults, _ = citizen_verifier.check(other)
        except (ValueError, KeyError):
            continue
        assert faults, name


async def test_rows_removed_moved_or_exchanged_are_found(log: Json, export: Export) -> None:
    def without(*places: int) -> Json:
        return log | {"rows": [row for place, row in enumerate(log["rows"]) if place not in places]}

    for place in range(len(log["rows"]) - 1):
        faults, _ = citizen_verifier.check(without(place))
        assert any("rows were taken out or moved" in fault for fault in faults), place
    moved = copy.deepcopy(log)
    moved["rows"][1], moved["rows"][2] = moved["rows"][2], moved["rows"][1]
    assert citizen_verifier.check(moved)[0]
    exchanged = copy.deepcopy(log)
    exchanged["rows"][1]["seal"], exchanged["rows"][2]["seal"] = (
        log["rows"][2]["seal"],
        log["rows"][1]["seal"],
    )
    assert citizen_verifier.check(exchanged)[0]
    unsealed = copy.deepcopy(log)
    unsealed["rows"][1]["seal"] = None
    assert citizen_verifier.check(unsealed)[0] == ["row 3: a row before it has no seal"]
    assert citizen_verifier.check(without(6), earlier=[log])[0] == [
        "row 7: stood otherwise in the earlier download, or is gone"
    ]
    gry = (await export("gry")).json()
    assert citizen_verifier.check(log | {"rows": gry["rows"]})[0]
    assert citizen_verifier.check(log, earlier=[gry])[0] == ["the earlier download is of another person"]


async def test_a_forged_head_is_found_by_the_published_key(log: Json, keys: KeyRing) -> None:
    forger = Ed25519PrivateKey.generate()
    public = forger.public_key().public_bytes_raw()
    heads, last = [], None
    for old in map(Head.from_json, log["heads"]):
        prev = last.hash() if last else old.prev
        unsigned = Head(old.number, old.at, old.rows, old.size, old.root, prev, key_name(public))
        last = sign(unsigned, forger)
        heads.append(last.to_json())
    forged = log | {"heads": heads, "keys": {key_name(public): public.hex()}}
    assert citizen_verifier.check(forged) == ([], 0)  # a key of its own: that is why the key is published
    (ours,) = keys.log_public_keys()
    assert "head 1: signed by a key that is not accepted" in citizen_verifier.check(forged, ours.hex())[0]
    renamed = forged | {"keys": {key_name(ours): public.hex()}}
    renamed["heads"] = [head | {"key": key_name(ours)} for head in heads]
    assert "head 1: signed by a key that is not accepted" in citizen_verifier.check(renamed)[0]


OTHER = parse_national_id("70019950032")  # a D-number, born 1999-01-30


async def test_a_merged_persons_former_chain_is_in_the_file_and_is_checked_too(
    export: Export, look: LookMany, sealer: Sealer, postgres: TestDatabase, keys: KeyRing
) -> None:
    """Both chains end with the row of the merge; each is whole, sealed and found out when it is changed."""
    await look(2)
    with psycopg.connect(postgres.dsn("akson_core")) as conn:
        former, _ = ensure_person_sync(conn, keys, OTHER)
    with psycopg.connect(postgres.superuser_dsn, autocommit=True) as conn:
        conn.execute("UPDATE core_record.person SET birth_date = '1969-11-13' WHERE NOT registered")
    db = Database(postgres.dsn("akson_results"))
    await db.open()
    try:
        async with db.transaction(person=former) as conn:
            who = Who(actor_kind="machine", actor_hash=b"x")
            await append(conn, LogEntry(person_id=former, who=who, basis="x", relation="none", items={}))
        earlier = (await export("line")).json()
        stays = parse_national_id("13116900216")
        await merge_persons(db, keys, OTHER, stays, ordered_by="Oskar Brekke", reason="D-number became FNR")
    finally:
        await db.close()
    await sealer.round()
    log: Json = (await export("line")).json()
    (chain,) = log["former"]
    assert (chain["person"], [row["action"] for row in chain["rows"]]) == (str(former), ["read", "merge"])
    assert "merge" in [row["action"] for row in log["rows"]]
    faults, _ = citizen_verifier.check(log, earlier=[earlier])
    assert faults == []
    for change in (
        lambda c: c["rows"].pop(0),
        lambda c: c["rows"][0].update(action="write"),
        lambda c: c["rows"][1]["seal"].update(position=0, proof=[]),
    ):
        forged = copy.deepcopy(log)
        change(forged["former"][0])
        found, _ = citizen_verifier.check(forged)
        assert any(one.startswith(f"former chain {former}") for one in found)
    forged = {name: value for name, value in log.items() if name != "former"}
    assert citizen_verifier.check(forged, earlier=[log])[0] == ["the earlier download is of another person"]


async def test_the_log_is_the_citizens_own_and_its_download_is_logged(
    log: Json, export: Export, postgres: TestDatabase, number: Callable[..., Any]
) -> None:
    assert (await export("lege-koman")).status_code == 403
    other = {"person-id": number("line").value}
    assert (await export("gry", **other)).status_code == 403
    with psycopg.connect(postgres.superuser_dsn) as conn:
        rows = conn.execute(
            "SELECT relation, outcome, outcome_code, items FROM core_record.access_log"
            " WHERE person_id = %s AND seq > 6 ORDER BY seq",
            (log["person"],),
        ).fetchall()
    assert rows == [
        ("own", "permitted", None, {"AuditEvent": 6}),
        ("own", "permitted", None, {"AuditEvent": 7}),
        ("none", "refused", "not-own-data", {"AuditEvent": 0}),
    ]


@pytest.mark.parametrize("length", [0, 1, 63, 200])
def test_signatures_as_the_library_makes_them(length: int) -> None:
    key = Ed25519PrivateKey.generate()
    message = bytes(range(length))
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert citizen_verifier.signature_is_right(public, message, signature)
    assert not citizen_verifier.signature_is_right(public, message + b"x", signature)
    for place in (0, 31, 32, 63):
        wrong = bytes(b ^ (1 if n == place else 0) for n, b in enumerate(signature))
        assert not citizen_verifier.signature_is_right(public, message, wrong)
    assert not citizen_verifier.signature_is_right(public, message, signature[:63])
    big = signature[:32] + (int.from_bytes(signature[32:], "little") + citizen_verifier.Q).to_bytes(
        32, "little"
    )
    assert not citizen_verifier.signature_is_right(public, message, big)  # RFC 8032: s below the order
