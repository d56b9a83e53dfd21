"""The frame of every service: errors in the right form, correlation ids, headers, health."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request

from kit import bodies
from kit.errors import Forbidden, Unavailable
from kit.log import mask, stack_of
from kit.web import create_app


def app_with_faults() -> FastAPI:
    app = create_app(name="example")

    @app.get("/fhir/refused")
    async def refused() -> None:
        raise Forbidden("blocked", "Not for you.", outcome_details=("http://example.org/cs", "Specific"))

    @app.get("/busy")
    async def busy() -> None:
        raise Unavailable("database-unavailable", "Try again.", headers={"Retry-After": "1"})

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("13116900216")

    @app.get("/number")
    async def number(n: int) -> int:
        return n

    return app


@pytest.fixture
async def client() -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app_with_faults(), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://example")


async def test_below_fhir_an_error_is_an_operation_outcome(client: httpx.AsyncClient) -> None:
    answer = await client.get("/fhir/refused")
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/fhir+json"
    [issue] = answer.json()["issue"]
    assert issue["code"] == "forbidden"
    assert issue["details"]["coding"][0]["code"] == "Specific"


async def test_elsewhere_it_is_a_problem_with_its_headers(client: httpx.AsyncClient) -> None:
    answer = await client.get("/busy")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json() == {
        "type": "urn:akson:problem:database-unavailable",
        "title": "database-unavailable",
        "status": 503,
        "detail": "Try again.",
    }


async def test_an_unexpected_error_tells_nothing(
    client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await client.get("/broken")
    assert answer.status_code == 500
    told = answer.text + capsys.readouterr().err + capsys.readouterr().out
    assert "13116900216" not in told


async def test_a_wrong_parameter_is_named_not_quoted(client: httpx.AsyncClient) -> None:
    answer = await client.get("/number", params={"n": "13116900216x"})
    assert answer.status_code == 400
    assert "query.n" in answer.json()["detail"]
    assert "13116900216" not in answer.text


@pytest.mark.parametrize(
    ("sent", "kept"), [("abc-1", True), ("has space", False), ("13116900216", False), ("x" * 101, False)]
)
async def test_a_safe_correlation_id_is_kept_any_other_replaced(
    client: httpx.AsyncClient, sent: str, kept: bool
) -> None:
    answer = await client.get("/health/live", headers={"x-request-id": sent})
    assert (answer.headers["correlation-id"] == sent) is kept


async def test_every_answer_is_uncacheable_and_counted(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health/ready")
    assert answer.json() == {"status": "ready"}
    assert answer.headers["cache-control"] == "no-store"
    assert 'akson_http_requests_total{service="example",status="200"}' in (await client.get("/metrics")).text
    assert (await client.get("/openapi.json")).status_code == 200


def test_log_lines_mask_what_may_be_a_national_number() -> None:
    assert mask("a 13116900216 b 131169002161") == "a *** b 131169002161"


def raising() -> None:
    raise ValueError("secret")


def test_a_stack_has_places_and_no_text() -> None:
    with pytest.raises(ValueError, match="secret") as caught:
        raising()
    where = stack_of(caught.value)
    assert "raising" in where[-1]
    assert "secret" not in "".join(where)


@pytest.mark.parametrize("bytes_a_time", [0, 1])
async def test_a_body_that_does_not_come_is_given_up_and_one_that_comes_slowly_too(
    monkeypatch: pytest.MonkeyPatch, bytes_a_time: int
) -> None:
    monkeypatch.setattr(bodies, "SECONDS", 0.2)
    answer = await sent_slowly(bytes_a_time, pause=0.05)
    assert (answer.status_code, answer.json()["title"]) == (408, "body-too-slow")
    assert answer.headers["connection"] == "close"


async def test_a_large_body_over_a_thin_line_has_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SECONDS", 0.2)
    answer = await sent_slowly(bodies.LEAST_A_SECOND, pause=0.05, times=20)
    assert (answer.status_code, answer.json()) == (200, 20 * bodies.LEAST_A_SECOND)


async def sent_slowly(bytes_a_time: int, *, pause: float, times: int = 1000) -> httpx.Response:
    """The answer to a body in so many pieces; pieces of nothing are a client that stands still."""
    app = create_app(name="example")

    @app.post("/size")
    async def size(request: Request) -> int:
        return len(await request.body())

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(times):
            await asyncio.sleep(pause)
            if bytes_a_time:
                yield b"x" * bytes_a_time

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://example") as client:
        return await client.post("/size", content=pieces())
