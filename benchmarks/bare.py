"""The limit beside which look-ups are measured: the same proof verified, the same bytes read, a row inserted.

No decision, no FHIR, no row-level security; Starlette, psycopg and the verifier alone.
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

from kit.errors import AksonError
from kit.identity import audiences
from kit.identity.verifier import build_verifier
from kit.settings import get_settings

settings = get_settings()
base = os.environ["AKSON_BENCH_BARE_URL"]
verifier = build_verifier(settings, audiences.RESULTS, base)
pool = AsyncConnectionPool(
    settings.dsn("akson_results"), min_size=4, max_size=16, open=False, kwargs={"prepare_threshold": 0}
)


async def read(request: Request) -> Response:
    """Answers the stored bytes of the newest reports of the number in `person-id`."""
    verified = await verifier.check(
        method="POST",
        url=base + request.url.path,
        authorization=request.headers.getlist("authorization"),
        proofs=request.headers.getlist("dpop"),
    )
    await request.body()
    number = request.headers["person-id"]
    async with pool.connection() as conn, conn.cursor(binary=True) as cursor:
        await cursor.execute(
            "SELECT body FROM bench.bytes WHERE number = %s ORDER BY effective DESC LIMIT 50", (number,)
        )
        rows = await cursor.fetchall()
        await cursor.execute("INSERT INTO bench.log (actor) VALUES (%s)", (verified.actor.subject,))
    return Response(b",".join(row[0] for row in rows), media_type="application/fhir+json")


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
    routes=[Route("/{rest:path}", read, methods=["POST"])],
    lifespan=lifespan,
    exception_handlers={AksonError: refuse},
)
