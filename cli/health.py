"""Whether each process answers, and the two servers under them: asked all at once, for seconds at most."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httpx
import psycopg
from kombu.exceptions import OperationalError
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from cli.processes import processes
from kit.roles import AUDITOR
from kit.settings import Settings

READY = "ready"
_PATIENCE = 5  # seconds
_UNKNOWN = "not known: Valkey does not answer"
Check = Callable[[], str]


def checks(settings: Settings) -> dict[str, Check]:
    """What can be asked, by name."""
    table: dict[str, Check] = {
        "database": partial(_database, settings),
        "valkey": partial(_valkey, settings),
    }
    table |= {p.name: partial(_answer, p.ready_url) for p in processes(settings).values() if p.ready_url}
    table |= {"worker": partial(_worker, settings), "beat": partial(_beat, settings)}
    return table | {"portal": partial(_answer, f"http://127.0.0.1:{settings.port}/health/ready")}


def ask(asked: dict[str, Check]) -> dict[str, str]:
    """The answers, in the order of the questions: `ready`, or what is wrong."""
    with ThreadPoolExecutor(len(asked) or 1) as pool:
        return dict(zip(asked, pool.map(lambda check: check(), asked.values()), strict=True))


def _answer(url: str) -> str:
    try:
        answer = httpx.get(url, timeout=_PATIENCE)
    except httpx.HTTPError as error:
        return f"no answer ({type(error).__name__})"
    return READY if answer.status_code == 200 else f"not ready ({answer.status_code}{_reason(answer)})"


def _reason(answer: httpx.Response) -> str:
    """The code of a problem, or what the portal needs."""
    try:
        told = answer.json()
    except ValueError:
        return ""
    reason = told.get("title") or told.get("needs") if isinstance(told, dict) else None
    return f" {reason}" if reason else ""


def _database(settings: Settings) -> str:
    try:
        with psycopg.connect(settings.dsn(AUDITOR), connect_timeout=_PATIENCE) as conn:
            conn.execute("SELECT 1")
    except psycopg.Error as error:
        return f"no answer ({type(error).__name__})"
    return READY


def _client(settings: Settings) -> Redis:
    """One try alone: who asks wants to know how it is now."""
    return Redis.from_url(
        settings.redis_url,
        socket_timeout=_PATIENCE,
        socket_connect_timeout=_PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )


def _valkey(settings: Settings) -> str:
    try:
        with _client(settings) as client:
            client.ping()
    except RedisError as error:
        return f"no answer ({type(error).__name__})"
    return READY


def _worker(settings: Settings) -> str:
    """Asked through Valkey, for whose answer Celery would wait for ever."""
    from results_service.worker import app  # noqa: PLC0415 - reads its broker's address at once

    if _valkey(settings) != READY:
        return _UNKNOWN
    try:
        return READY if app.control.inspect(timeout=2).ping() else "no answer"
    except (RedisError, OperationalError) as error:
        return f"no answer ({type(error).__name__})"


def _beat(settings: Settings) -> str:
    from results_service.worker import BEAT_KEY  # noqa: PLC0415

    try:
        with _client(settings) as client:
            return READY if client.exists(BEAT_KEY) else "no answer"
    except RedisError:
        return _UNKNOWN
