"""The citizen panel's last hour: ten thousand members answer, some twice, and each answer counts once.

The service by its own command line, one worker, with a token and a proof for every member. An hour's 10,000
answers are 2.8 a second; here they come at a rate many times that. Afterwards the database is counted.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from contextlib import ExitStack
from datetime import date
from random import Random
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import msgspec
import psycopg
from joserfc import jwt

from benchmarks.figures import Figure, show
from benchmarks.instance import Instance, _free_port, _running, _wait, temporary_instance
from benchmarks.load import Measured, measure
from citizen_panel.identity import identity_hash
from cli.processes import processes
from dev.population.numbers import Numbers
from kit.identity.audiences import PANEL, WRITE_PANEL
from kit.identity.dpop import DpopKey
from kit.identity.keyfiles import EXCHANGE_KEY, algorithm_of, signing_key
from kit.ids import new_id
from kit.settings import get_settings

_PANEL = UUID("01900000-0000-7000-8000-0000000000aa")
_ASKED = UUID("01900000-0000-7000-8000-0000000000ab")
_CHOICES = ("a", "b", "c")
_QUESTIONS = [
    {"id": "one", "kind": "single", "required": True, "text": {"nb": "Hva er viktigst?"},
     "options": [{"code": code, "text": {"nb": code}} for code in _CHOICES]},
    {"id": "free", "kind": "text", "text": {"nb": "Hvorfor?"}},
]  # fmt: skip
_BATCH = 2000  # proofs live a minute


def run(members: int = 10_000, rate: int = 100) -> list[Figure]:
    """Every member answers; one in ten sends the same answer again."""
    with temporary_instance() as instance, ExitStack() as stack:
        _elsewhere()
        numbers = _stocked(instance, members)
        settings = get_settings()
        product = processes(settings)
        for name, url in (("core_record", settings.core_record_url), ("citizen_panel", settings.panel_url)):
            process = stack.enter_context(_running(product[name].command))
            _wait(f"{url}/health/live", process)
        answers = [Random(n).choice(_CHOICES) for n in range(members)]
        measured = [
            _send(numbers[start : start + _BATCH], answers[start : start + _BATCH], rate)
            for start in range(0, members, _BATCH)
        ]
        again = _send(numbers[::10], answers[::10], rate)
        bare = _bare(min(members, _BATCH), rate)
        lost, doubled = _count(instance, answers)
        shown = _shown(settings.panel_url)
    figures = [
        Figure("p95 of an answer, worst batch", max(m.p95 for m in measured), "ms", 500, bare=bare.p95),
        Figure("p50 of an answer, worst batch", max(m.p50 for m in measured), "ms", bare=bare.p50),
        Figure("p95 of an answer sent again", again.p95, "ms", 500),
        Figure("answers lost or changed", lost, "", 0),
        Figure("answers doubled", doubled, "", 0),
        Figure("live numbers: answers shown while they came", shown, "", 5, at_least=True),
    ]
    offered = sum(m.rate for m in measured) / len(measured)
    show(f"panel: {members:,} members answer", figures, [f"offered {rate}/s, served {offered:.0f}/s"])
    return figures


def _elsewhere() -> None:
    """The two services on ports of their own."""
    for name in ("CORE_RECORD", "CITIZEN_PANEL"):
        port = _free_port()
        url = {"CORE_RECORD": "CORE_RECORD_URL", "CITIZEN_PANEL": "PANEL_URL"}[name]
        os.environ |= {f"AKSON_{name}_PORT": str(port), f"AKSON_{url}": f"http://127.0.0.1:{port}"}
    get_settings.cache_clear()


def _stocked(instance: Instance, members: int) -> list[str]:
    """A panel with its members and an open consultation, made in the database."""
    made, random = Numbers([]), Random(6)
    numbers = [
        made.national(random, date(1940 + n % 60, 1 + n % 12, 1 + n % 28), 1 + n % 2) for n in range(members)
    ]
    text = '{"nb": "Panel"}'
    with psycopg.connect(instance.superuser_dsn) as conn:
        conn.execute(
            "INSERT INTO panel.panel (panel_id, kind, recruitment, name, about, terms, terms_version)"
            " VALUES (%s, 'citizens', 'open', %s, %s, %s, 1)",
            (_PANEL, text, text, text),
        )
        columns = "member_id, panel_id, identity_hash, state, alias, traits, terms_version"
        with conn.cursor().copy(f"COPY panel.member ({columns}) FROM STDIN".encode()) as copy:
            for n, number in enumerate(numbers):
                row = (
                    new_id(),
                    _PANEL,
                    identity_hash(instance.keys, _PANEL, number),
                    "member",
                    f"A{n}",
                    "{}",
                    1,
                )
                copy.write_row(row)
        conn.execute(
            "INSERT INTO panel.consultation (consultation_id, panel_id, state, title, about, questions,"
            " opens_at,"
            " closes_at, invited) VALUES (%s, %s, 'open', %s, %s, %s, now() - interval '1 hour',"
            " now() + interval '1 hour', %s)",
            (_ASKED, _PANEL, text, text, msgspec.json.encode(_QUESTIONS).decode(), members),
        )
    instance.vacuum()
    return numbers


def _send(numbers: list[str], answers: list[str], rate: int) -> Measured:
    """One answer each, as finished requests."""
    url = f"{get_settings().panel_url}/consultations/{_ASKED}/answer"
    key = DpopKey.generate()
    tokens = [_token(number, key) for number in numbers]
    nonce = _nonce(url, tokens[0], key)
    parts = urlsplit(url)
    requests = []
    for token, choice in zip(tokens, answers, strict=True):
        given = {"answers": {"one": choice, "free": "Det er lettere å forstå."}, "submit": True}
        body = msgspec.json.encode(given)
        lines = {
            "Host": parts.netloc,
            "Authorization": f"DPoP {token}",
            "DPoP": key.proof("PUT", url, token, nonce),
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        requests.append(f"PUT {parts.path} HTTP/1.1\r\n{head}\r\n".encode() + body)
    return measure(url, requests, 32, rate)


def _bare(count: int, rate: int) -> Measured:
    """A round trip to the database behind the same server, at the same rate; nothing verified or kept."""
    url = f"{get_settings().panel_url}/health/ready"
    parts = urlsplit(url)
    return measure(
        url, [f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()] * count, 32, rate
    )


def _token(number: str, key: DpopKey) -> str:
    """A citizen's token, signed as the core record's exchange signs it."""
    settings = get_settings()
    signing, now = signing_key(settings, EXCHANGE_KEY), int(time.time())
    claims = {
        "iss": settings.token_exchange_issuer,
        "sub": number[:6],
        "aud": PANEL,
        "client_id": "akson-portal",
        "scope": WRITE_PANEL,
        "pid": number,
        "acr": "idporten-loa-high",
        "cnf": {"jkt": key.thumbprint},
        "jti": str(new_id()),
        "iat": now,
        "exp": now + 300,
    }
    algorithm = algorithm_of(signing)
    header = {"typ": "at+jwt", "alg": algorithm, "kid": signing.kid}
    return jwt.encode(header, claims, signing, algorithms=[algorithm])


def _nonce(url: str, token: str, key: DpopKey) -> str:
    headers = {"Authorization": f"DPoP {token}", "DPoP": key.proof("PUT", url, token)}
    answer = httpx.put(url, headers=headers)
    if "dpop-nonce" not in answer.headers:
        raise ConnectionError(f"{answer.status_code} {answer.text[:500]}")
    return answer.headers["dpop-nonce"]


def _count(instance: Instance, sent: list[str]) -> tuple[int, int]:
    """How many answers are not as they were sent, and how many there are too many of."""
    with psycopg.connect(instance.superuser_dsn) as conn:
        rows = conn.execute(
            "SELECT submitted ->> 'one', count(*), count(DISTINCT member_id), max(version) FROM panel.answer"
            " GROUP BY 1"
        ).fetchall()
    kept = Counter({choice: number for choice, number, _, _ in rows})
    doubled = sum(number - persons for _, number, persons, _ in rows) + sum(v > 1 for *_, v in rows)
    return (Counter(sent) - kept).total(), doubled + (kept - Counter(sent)).total()


def _shown(url: str) -> int:
    """How many answers the live numbers hold."""
    found = httpx.get(f"{url}/public/consultations/{_ASKED}").json()
    return int((found.get("result") or {}).get("answered", 0))
