"""`akson import` against running processes, and a worker that is killed at work."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
import redis

from cli.sending import Message, message_sender
from core_record.registers.service import import_registers, read_register_file
from dev.login import persona_access
from dev.runner.plan import children
from dev.runner.supervisor import Child, Supervisor
from kit.identity import audiences
from kit.identity.apiclient import DpopAuth
from kit.identity.tokens import AccessToken
from kit.keys import KeyRing
from kit.settings import Settings, get_settings
from tests.conftest import TestDatabase
from tests.integration.intake.messages import V13, sample
from tests.ports import free_port
from tests.shared import REAL_MESSAGES, SHARED, requires_shared

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Instance:
    """Running processes and how to reach them."""

    settings: Settings
    supervisor: Supervisor
    children: dict[str, Child]

    def akson(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cli.main", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def instance(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, keys: KeyRing, clean_db: None, postgres: TestDatabase
) -> Iterator[Instance]:
    provider, results = str(free_port()), str(free_port())
    values = {
        "AKSON_IDENTITY_PROVIDER_PORT": provider,
        "AKSON_RESULTS_SERVICE_PORT": results,
        "AKSON_RESULTS_URL": f"http://127.0.0.1:{results}",
        "AKSON_HELSEID_ISSUER": f"http://127.0.0.1:{provider}/helseid",
        "AKSON_IDPORTEN_ISSUER": f"http://127.0.0.1:{provider}/idporten",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    with psycopg.connect(postgres.dsn("akson_core")) as conn:
        import_registers(conn, keys, read_register_file(ROOT / "dev" / "personas.yaml"))
    for name in ("log", "run"):
        (settings.data / name).mkdir(exist_ok=True)
    supervisor = Supervisor(settings.data, print)
    table = {c.name: c for c in children(get_settings(), dict(os.environ))}
    try:
        needed = [table[name] for name in ("identity_provider", "results_service")]
        for child in needed:
            supervisor.start(child)
        for child in needed:
            supervisor.wait_ready(child)
        yield Instance(get_settings(), supervisor, table)
    finally:
        supervisor.stop_all()
        monkeypatch.undo()
        get_settings.cache_clear()


def test_given_6_mb_when_a_plain_client_posts_it_then_it_can_read_the_refusal(instance: Instance) -> None:
    async def run() -> httpx.Response:
        access = await persona_access("lab", audiences.RESULTS)
        async with httpx.AsyncClient(auth=DpopAuth(access.key(), access.value)) as http:
            url = f"{instance.settings.results_url}/messages"
            headers = {"Content-Type": "application/xml"}
            return await http.post(url, content=b"x" * (6 * 1024 * 1024), headers=headers)

    answer = asyncio.run(run())
    assert answer.status_code == 413
    assert answer.json()["title"] == "message-too-large"


def test_given_files_good_and_bad_when_imported_then_one_json_entry_each(
    instance: Instance, tmp_path: Path
) -> None:
    instance.supervisor.start(instance.children["worker"])
    instance.supervisor.start(instance.children["beat"])
    message = sample()
    report = message.xml()
    inner = report[report.index(b"<ServReport>") : report.index(b"</ServReport>") + len(b"</ServReport>")]
    files = {
        "a-good.xml": report,
        "b-copy.XML": message.but(receiver="Alvdal kommune").xml(),
        "c-reused.xml": message.but(serv_prov_id="other").xml(),
        "d-not-xml.xml": b"MSH|^~\\&|",
        "e-doctype.xml": b"<!DOCTYPE a><a/>",
        "f-deep.xml": b"<a>" * 300 + b"</a>" * 300,
        "g-large.xml": b"<a>" + b"x" * (6 * 1024 * 1024) + b"</a>",
        "h-unknown.xml": b'<Message xmlns="urn:example"/>',
        "i-two.xml": sample(namespace=V13).xml().replace(inner[:12], inner + inner[:12], 1),
        "j-nobody.xml": sample(number="").xml(),
        "k-impossible.xml": sample(number="13116900217").xml(),
        "l-utf16.xml": "<a/>".encode("utf-16"),
        "m-latin.xml": "<a>æ</a>".encode("latin-1"),
        "ignored.txt": b"no message",
    }
    (tmp_path / "sub").mkdir()
    for name, data in files.items():
        (tmp_path / ("sub" if name == "m-latin.xml" else "") / name).write_bytes(data)
    done = instance.akson("import", str(tmp_path), "--json")
    assert done.returncode == 1, done.stderr
    entries = json.loads(done.stdout)
    assert all(set(e) == {"file", "id", "status", "errors", "warnings"} for e in entries)
    found = {Path(e["file"]).name: (e["status"], [p["code"] for p in e["errors"]]) for e in entries}
    assert found == {
        "a-good.xml": ("processed", []),
        "b-copy.XML": ("processed", []),
        "c-reused.xml": ("processed", []),
        "d-not-xml.xml": ("rejected", ["not-xml"]),
        "e-doctype.xml": ("rejected", ["doctype-not-allowed"]),
        "f-deep.xml": ("rejected", ["too-deep"]),
        "g-large.xml": ("rejected", ["message-too-large"]),
        "h-unknown.xml": ("rejected", ["namespace-unknown"]),
        "i-two.xml": ("processed", []),
        "j-nobody.xml": ("needs-attention", ["national-id-missing"]),
        "k-impossible.xml": ("needs-attention", ["national-id-check-digit"]),
        "l-utf16.xml": ("rejected", ["encoding-not-supported"]),
        "m-latin.xml": ("rejected", ["encoding-invalid"]),
    }
    ids = {Path(e["file"]).name: e["id"] for e in entries}
    assert ids["a-good.xml"] == ids["b-copy.XML"]
    assert [name for name, message_id in ids.items() if message_id is None] == ["g-large.xml"]
    again = instance.akson("import", str(tmp_path / "a-good.xml"))
    assert again.returncode == 0, again.stderr
    assert "1 file: 1 processed" in again.stdout


@requires_shared
def test_given_all_real_messages_when_imported_then_each_has_a_receipt_and_ends(instance: Instance) -> None:
    assert SHARED is not None
    instance.supervisor.start(instance.children["worker"])
    instance.supervisor.start(instance.children["beat"])
    done = instance.akson("import", str(SHARED / "testdata" / "svarrapport"), "--json")
    assert done.returncode == 0, done.stderr
    entries = json.loads(done.stdout)
    assert [e["file"] for e in entries] == [str(p) for p in REAL_MESSAGES]
    statuses = [e["status"] for e in entries]
    assert statuses.count("processed") == len(REAL_MESSAGES) - 4
    assert statuses.count("needs-attention") == 4


def test_given_a_worker_killed_at_work_when_another_starts_then_every_message_ends(
    instance: Instance, postgres: TestDatabase
) -> None:
    child = instance.children["worker"]

    def start_worker() -> subprocess.Popen[bytes]:
        return subprocess.Popen(child.command, env=child.environment, cwd=ROOT, start_new_session=True)

    async def token() -> AccessToken:
        return await persona_access("lab", audiences.RESULTS)

    async def run() -> list[str]:
        messages = [Message(str(i), sample().xml) for i in range(300)]
        worker = start_worker()
        statuses = []
        try:
            async with message_sender(token, instance.settings.results_url) as sender:
                async for sent in sender.send_all(messages):
                    statuses.append(sent.status)
                    if len(statuses) == 40:
                        os.killpg(worker.pid, signal.SIGKILL)
                        worker.wait()
                        worker = start_worker()
                        instance.supervisor.start(instance.children["beat"])
        finally:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        return statuses

    assert asyncio.run(run()) == ["processed"] * 300
    assert stored(postgres) == 300
    with psycopg.connect(postgres.superuser_dsn) as conn:
        assert conn.execute("SELECT count(*) FROM results.report_version").fetchone() == (300,)
        assert conn.execute("SELECT count(*) FROM results.original").fetchone() == (300,)


def stored(postgres: TestDatabase) -> int:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        return int(conn.execute("SELECT count(*) FROM results.intake_message").fetchone()[0])


def test_given_an_emptied_valkey_when_messages_come_then_the_sweeper_finds_them(
    instance: Instance, postgres: TestDatabase
) -> None:
    async def run() -> str:
        access = await persona_access("lab", audiences.RESULTS)

        async def token() -> AccessToken:
            return access

        async with message_sender(token, instance.settings.results_url) as sender:
            sending = [s async for s in sender.send_all([Message("m", sample().xml)])]
        return sending[0].status

    async def both() -> str:
        task = asyncio.create_task(run())
        for _ in range(200):
            if stored(postgres):
                break
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)  # its signal is sent; then Valkey forgets everything
        redis.Redis.from_url(instance.settings.redis_url).flushdb()
        instance.supervisor.start(instance.children["worker"])
        instance.supervisor.start(instance.children["beat"])
        return await task

    assert asyncio.run(both()) == "processed"
