"""Rows are counted for the call that wrote them, also where one service asks another in the same process."""

from __future__ import annotations

from typing import Any, cast

from starlette.types import Message, Receive, Scope, Send

from core_record.access_log.account import _CALL, LookUpAccount, note_row
from kit.db import Database
from kit.keys import KeyRing


def account(app: Any, service: str) -> LookUpAccount:
    nothing = cast(Any, None)
    return LookUpAccount(app, service=service, db=cast(Database, nothing), keys=cast(KeyRing, nothing))


async def call(app: Any) -> None:
    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(_: Message) -> None:
        return None

    await app({"type": "http", "path": "/", "method": "GET", "headers": []}, receive, send)


async def test_given_a_call_within_a_call_then_each_has_its_own_rows() -> None:
    seen: list[tuple[str, int]] = []

    def rows(name: str) -> None:
        counted = _CALL.get()
        seen.append((name, counted.rows if counted else -1))

    async def inner(_: Scope, __: Receive, ___: Send) -> None:
        rows("inner")
        note_row()

    async def outer(_: Scope, __: Receive, ___: Send) -> None:
        note_row()
        await call(account(inner, "inner"))
        note_row()
        rows("outer")

    await call(account(outer, "outer"))
    rows("none")
    assert seen == [("inner", 0), ("outer", 2), ("none", -1)]
