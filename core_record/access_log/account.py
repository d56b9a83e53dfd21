"""Every answered look-up has its row: counted call by call, and made so for calls stopped before the log.

A middleware around both services. A verified caller whose call was refused before a person was resolved
(scope missing, a declaration that cannot be read, what is not there) leaves a row keyed by actor here, so
that no way of refusing can forget it. A call without a verified caller (401) is a number in the metrics.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import msgspec
from prometheus_client import Counter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core_record.access_log import repository
from core_record.access_log.models import ActorEntry, Who
from kit.db import Database
from kit.errors import Unavailable
from kit.identity.actor import Actor
from kit.ids import InvalidNationalId, parse_national_id
from kit.keys import KeyRing
from kit.log import get_logger
from kit.web import REGISTRY

STOPPED = "stopped"
"""The action of a row written here, before the method and the route's template."""
_ANSWERED = Counter(
    "akson_look_ups_answered", "Answered look-ups of verified callers", ["service"], registry=REGISTRY
)
_LOGGED = Counter(
    "akson_look_ups_logged", "Of these, those with a row in the access log", ["service"], registry=REGISTRY
)
_UNLOGGED = Counter(
    "akson_look_ups_unlogged", "Of these, those without: always 0", ["service"], registry=REGISTRY
)


@dataclass(slots=True)
class _Account:
    """One call's rows."""

    rows: int = 0


_CALL: ContextVar[_Account | None] = ContextVar("akson_access_log_call", default=None)


def note_row() -> None:
    """A row was written for the call being served."""
    if (account := _CALL.get()) is not None:
        account.rows += 1


class LookUpAccount:
    """Counts look-ups answered and logged; writes the row of a call that was stopped early.

    `without_row`: beginnings of paths whose success needs no row, since they hold nothing of a patient.
    `apart`: beginnings of paths that are no look-ups at all.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        service: str,
        db: Database,
        keys: KeyRing,
        without_row: tuple[str, ...] = (),
        apart: tuple[str, ...] = (),
    ) -> None:
        self.app, self._db, self._keys = app, db, keys
        self._service, self._without_row, self._apart = service, without_row, apart
        self._answered, self._logged = _ANSWERED.labels(service), _LOGGED.labels(service)
        self._unlogged = _UNLOGGED.labels(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Plain ASGI, since it is on every path."""
        if scope["type"] != "http" or scope["path"].startswith(self._apart):
            await self.app(scope, receive, send)
            return
        account, failed = _Account(), False
        outer = _CALL.set(account)

        async def send_accounted(message: Message) -> None:
            nonlocal failed
            if message["type"] == "http.response.start" and not await self._settle(scope, account, message):
                failed = True
                await _send_unavailable(send, scope["path"])
            if not failed:
                await send(message)

        try:
            await self.app(scope, receive, send_accounted)
        finally:
            _CALL.reset(outer)  # of a call that a service in the same process made

    async def _settle(self, scope: Scope, account: _Account, start: Message) -> bool:
        """False when the row that the answer needs could not be written."""
        actor: Actor | None = scope.get("state", {}).get("actor")
        status: int = start["status"]
        if actor is None or status in (401, 429) or status >= 500:
            return True
        if not account.rows and status >= 400:
            try:
                await self._write_stopped(scope, actor)
            except Unavailable as error:
                get_logger().error("refused call not logged", code=error.code)
                return False
            account.rows += 1
        elif not account.rows and scope["path"].startswith(self._without_row):
            return True
        self._count(account)
        return True

    def _count(self, account: _Account) -> None:
        self._answered.inc()
        if account.rows:
            self._logged.inc()
            return
        self._unlogged.inc()
        get_logger().error("look-up answered without a log row", service=self._service)

    async def _write_stopped(self, scope: Scope, actor: Actor) -> None:
        state = scope.get("state", {})
        template = getattr(scope.get("route"), "path", scope["path"])  # without a route: a constant path
        number_hash = self._keys.number_hash(actor.national_id) if actor.national_id else None
        who = Who(
            actor_kind=actor.kind.value,
            actor_hash=number_hash or self._keys.find_hash(f"client:{actor.client_id}"),
            hpr_number=actor.hpr_number,
            organisation=actor.organisation,
            place=actor.place,
            app=actor.app.client_id if actor.app else None,
        )
        entry = ActorEntry(
            who=who,
            action=f"{STOPPED} {scope['method']} {template}".strip(),
            number_hash=self._asked_for(scope),
            outcome="refused",
            outcome_code=state.get("error_code"),
            correlation_id=state.get("correlation_id"),
        )
        async with self._db.transaction() as conn:
            await repository.append_actor(conn, entry)

    def _asked_for(self, scope: Scope) -> bytes | None:
        """The keyed hash of the number in `person-id`, where there is a valid one."""
        text = dict(scope["headers"]).get(b"person-id", b"").decode("latin-1")
        try:
            return self._keys.number_hash(parse_national_id(text))
        except InvalidNationalId:
            return None


async def _send_unavailable(send: Send, path: str) -> None:
    """A 503 of our own: an answer that must leave a row is not given without it."""
    text = "The access log did not answer. Try again."
    body: dict[str, Any] = {
        "type": "urn:akson:problem:log-unavailable",
        "title": "log-unavailable",
        "status": 503,
        "detail": text,
    }
    media = b"application/problem+json"
    if path.startswith("/fhir"):
        issue = {"severity": "error", "code": "transient", "diagnostics": f"log-unavailable: {text}"}
        body, media = {"resourceType": "OperationOutcome", "issue": [issue]}, b"application/fhir+json"
    headers = [(b"content-type", media), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(body)})
