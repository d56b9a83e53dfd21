"""Who is refused before the message is read can read the refusal: what is on its way is read on."""

from __future__ import annotations

from typing import NoReturn

import pytest
from fastapi import FastAPI
from starlette.requests import Request

from kit.errors import Unauthorized
from results_service.intake.endpoints import caller
from tests.verified import act_as

MEGABYTE = b"x" * 1024 * 1024


def nobody() -> NoReturn:
    raise Unauthorized("token-missing", "Log in.")


@pytest.mark.parametrize(("sent", "read"), [(1, 1), (8, 8), (40, 17)])
async def test_given_nobody_is_logged_in_then_the_body_is_read_within_a_bound(sent: int, read: int) -> None:
    taken = 0

    async def receive() -> dict[str, object]:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": MEGABYTE, "more_body": taken < sent}

    app = FastAPI()
    act_as(app, nobody)
    scope = {
        "app": app,
        "type": "http",
        "method": "POST",
        "path": "/messages",
        "headers": [],
        "state": {},
        "query_string": b"",
    }
    with pytest.raises(Unauthorized):
        await caller(Request(scope, receive))
    assert taken == read
