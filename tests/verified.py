"""A caller already verified, for tests of what comes after the token."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI

from kit.identity.actor import Actor
from kit.identity.verifier import Verified


class _KnownCaller:
    base_url = "http://results.test"
    admission = None

    def __init__(self, caller: Callable[[], Actor]) -> None:
        self._caller = caller

    async def check(self, **_: object) -> Verified:
        return Verified(self._caller(), "nonce")

    async def pay_for_unknown(self, _: Actor) -> None:
        """Unknown numbers cost nothing here."""


def act_as(app: FastAPI, caller: Callable[[], Actor]) -> None:
    """Every request to the app is this caller's."""
    app.state.verifier = _KnownCaller(caller)
