"""Our own messages through the real intake: the good are stored, each faulty one gets its own reason."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
from rich.progress import Progress

from dev.generator.bad import bad_messages
from dev.generator.catalogue import catalogue
from dev.personas import load_personas
from dev.seed import load_registers
from dev.sender import Outcome, Sender
from kit.settings import Settings

_EXPECTED = {
    "testmelding.xml": ("processed", ["test-message"]),
    "ikke-xml.xml": ("rejected", ["not-xml"]),
    "avkuttet.xml": ("rejected", ["not-xml"]),
    "tom.xml": ("rejected", ["message-empty"]),
    "feil-tegnsett.xml": ("rejected", ["encoding-invalid"]),
    "ukjent-tegnsett.xml": ("rejected", ["encoding-not-supported"]),
    "doctype.xml": ("rejected", ["doctype-not-allowed"]),
    "for-dyp.xml": ("rejected", ["too-deep"]),
    "ukjent-navnerom.xml": ("rejected", ["namespace-unknown"]),
    "v13-flere-rapporter.xml": ("processed", ["several-reports"]),
    "uten-fodselsnummer.xml": ("needs-attention", ["national-id-missing"]),
    "umulig-fodselsnummer.xml": ("needs-attention", ["national-id-check-digit"]),
    "umulig-dato.xml": ("processed", ["date-unreadable", "date-unreadable"]),
    "samme-id-1.xml": ("processed", []),
    "samme-id-2.xml": ("processed", ["message-id-reused"]),
}


async def _outcomes(settings: Settings, messages: Mapping[str, bytes]) -> dict[str, Outcome]:
    async with httpx.AsyncClient(timeout=60) as http:
        sender = Sender(settings, http)
        return {name: await sender.deliver(body, wait=20) for name, body in messages.items()}


async def test_given_registered_senders_when_our_messages_are_sent_then_each_has_the_expected_outcome(
    running: Settings,
) -> None:
    load_registers(running, load_personas().registers(), Progress(disable=True))
    messages = {**catalogue(), **bad_messages()}
    outcomes = await _outcomes(running, messages)
    told = {n: (o.status, sorted(p.code for p in (*o.errors, *o.warnings))) for n, o in outcomes.items()}
    assert told == {name: _EXPECTED.get(name, ("processed", [])) for name in messages}
