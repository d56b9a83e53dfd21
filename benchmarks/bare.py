"""The limit beside which the service is measured: Starlette, psycopg and the verifier alone.

A look-up: the same proof verified, the same bytes read, one row inserted and committed. A message: the same
proof verified, the bytes inserted and committed. No decision, no FHIR, no rules, no row-level security.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.instance import ONE_STATEMENT
from kit.errors import AksonError
from kit.identity import audiences
from kit.identity.actor import Actor
from kit.identity.verifier import build_verifier
from kit.ids import new_id
from kit.settings import get_settings

_BODIES = "SELECT body FROM bench.bytes WHERE number = %s ORDER BY effective DESC LIMIT 50"
_WHOLE = "SELECT whole FROM bench.bytes WHERE number = %s ORDER BY effective DESC LIMIT 50"
_LOG = "INSERT INTO bench.log (actor) VALUES (%s)"

settings = get_settings()
base = os.environ["AKSON_BENCH_BARE_URL"]
verifier = build_verifier(settings, audiences.RESULTS, base)
pool = AsyncConnectionPool(
    settings.dsn("akson_results"), min_size=4, max_size=16, open=False, kwargs={"prepare_threshold": 0}
)


async def _caller(request: Request) -> Actor:
    return await verifier.verify(
        method="POST",
        url=base + request.url.path,
        authorization=request.headers.getlist("authorization"),
        proofs=request.headers.getlist("dpop"),
    )


async def read(request: Request) -> Response:
    """The stored bytes of the newest reports of the number in `person-id`; with a form, all of each."""
    actor = await _caller(request)
    query = _WHOLE if await request.body() else _BODIES
    number = request.headers["person-id"]
    async with pool.connection() as conn, conn.cursor(binary=True) as cursor:
        if ONE_STATEMENT in request.headers:
            await cursor.execute(f"WITH noted AS ({_LOG}) {query}", (actor.subject, number))
            rows = await cursor.fetchall()
        else:
            await cursor.execute(query, (number,))
            rows = await cursor.fetchall()
            await cursor.execute(_LOG, (actor.subject,))
    return Response(b",".join(row[0] for row in rows), media_type="application/fhir+json")


async def receive(request: Request) -> Response:
    """Stores a body and commits."""
    await _caller(request)
    data = await request.body()
    async with pool.connection() as conn:
        await conn.execute("INSERT INTO bench.message VALUES (%s, %s)", (new_id(), data), binary=True)
    return Response(b"{}", 202, media_type="application/json")


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """The pool lives as long as the app."""
    async with pool:
        yield


async def refuse(_: Request, error: Exception) -> Response:
    """The nonce's way to the client, as RFC 9449 has it."""
    assert isinstance(error, AksonError)  # noqa: S101 - registered for this type alone
    return Response(error.code, error.status, error.headers)


app = Starlette(
    routes=[
        Route("/messages", receive, methods=["POST"]),
        Route("/{rest:path}", read, methods=["POST"]),
    ],
    lifespan=lifespan,
    exception_handlers={AksonError: refuse},
)
