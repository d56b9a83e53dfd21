"""`akson import`: which files, in which order, and what is made of the service's answers."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import httpx
import pytest

from cli import sending
from cli.importing import find_files, line, summary, to_json
from cli.sending import Fault, Message, MessageSender, Sent
from kit.identity.dpop import DpopKey
from kit.identity.tokens import AccessToken

ANSWER = {"id": "i", "status": "processed", "errors": [], "warnings": [{"code": "w", "message": "W."}]}


async def token() -> AccessToken:
    jwk = DpopKey.generate().to_jwk(private=True)
    return AccessToken(value="t", expires_at=time.time() + 600, dpop_jwk=jwk)


def send(handler: object, *bodies: bytes) -> list[Sent]:
    async def run() -> list[Sent]:
        transport = httpx.MockTransport(handler)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport) as http:
            sender = MessageSender(http, token, "http://results.test")
            messages = [Message(f"f{i}", lambda data=data: data) for i, data in enumerate(bodies)]
            return [sent async for sent in sender.send_all(messages)]

    return asyncio.run(run())


def test_given_folders_and_files_when_looked_for_then_xml_in_any_case_by_name(tmp_path: Path) -> None:
    for name in ("b.XML", "a.xml", "c.txt", "sub/A.Xml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = list(find_files([tmp_path, tmp_path / "c.txt"]))
    assert [str(p.relative_to(tmp_path)) for p in found] == ["a.xml", "b.XML", "sub/A.Xml", "c.txt"]


def test_given_a_receipt_when_sent_then_its_id_and_warnings_are_told() -> None:
    [sent] = send(lambda request: httpx.Response(200, json=ANSWER), b"<a/>")
    assert sent == Sent("f0", "i", "processed", [], [Fault("w", "W.")])


def test_given_202_when_sent_then_the_outcome_is_waited_for() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            assert request.headers["prefer"] == "wait=30"
            assert request.headers["authorization"] == "DPoP t"
            return httpx.Response(202, json={**ANSWER, "status": "received"})
        return httpx.Response(200, json=ANSWER)

    assert send(handler, b"<a/>")[0].status == "processed"


def test_given_a_refusal_when_sent_then_rejected_without_an_id() -> None:
    problem = {"title": "sender-not-registered", "detail": "Register it."}
    [sent] = send(lambda request: httpx.Response(403, json=problem), b"<a/>")
    assert sent == Sent("f0", None, "rejected", [Fault("sender-not-registered", "Register it.")])


def test_given_a_busy_service_when_sent_then_it_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_PAUSE_SECONDS", 0)
    answers = [httpx.Response(503), httpx.Response(429, headers={"Retry-After": "0"}), httpx.Response(401)]
    answers.append(httpx.Response(200, json=ANSWER))
    assert send(lambda request: answers.pop(0), b"<a/>")[0].status == "processed"
    assert answers == []


def test_given_no_service_when_sent_then_every_file_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_PAUSE_SECONDS", 0)

    def handler(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    results = send(handler, b"<a/>", b"<b/>")
    assert [(r.id, r.errors[0].code) for r in results] == [(None, "not-answering")] * 2


def test_given_two_messages_of_one_report_when_sent_then_the_second_waits_for_the_first() -> None:
    running: set[bytes] = set()

    async def handler(request: httpx.Request) -> httpx.Response:
        assert request.content not in running
        assert not any(
            b"<ServProvId>P1<" in other for other in running if b"<ServProvId>P1<" in request.content
        )
        running.add(request.content)
        await asyncio.sleep(0.01)
        running.discard(request.content)
        return httpx.Response(200, json=ANSWER)

    bodies = [b"<MsgId>%d</MsgId><ServProvId>P%d</ServProvId>" % (i, i % 2) for i in range(6)]
    assert len(send(handler, *bodies)) == 6


def test_given_results_when_shown_then_json_in_the_order_of_the_files_and_honest_counts() -> None:
    files = [Path("b"), Path("a")]
    refused = Sent("b", None, "rejected", [Fault("doctype-not-allowed", "Remove it.", 2)])
    results = [Sent("a", "i", "processed"), refused]
    assert json.loads(to_json(files, results)) == [
        {
            "file": "b",
            "id": None,
            "status": "rejected",
            "errors": [{"code": "doctype-not-allowed", "message": "Remove it.", "line": 2}],
            "warnings": [],
        },
        {"file": "a", "id": "i", "status": "processed", "errors": [], "warnings": []},
    ]
    assert summary(results) == "2 files: 1 processed, 1 rejected, 1 without a receipt"
    assert line(refused).endswith("doctype-not-allowed (line 2): Remove it.")
