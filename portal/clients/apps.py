"""Others' apps at the journal: what is offered, and opening one for the open patient."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
from msgspec import Struct

from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import JournalApi


async def admitted(http: httpx.AsyncClient, base: str) -> list[dict[str, Any]]:
    """What is admitted, by the core record, which tells everybody. Raises `ServiceProblem` (`DOWN`)."""
    try:
        answer = await http.get(f"{base.rstrip('/')}/apps")
        answer.raise_for_status()
        return msgspec.json.decode(answer.content, type=_Offered).apps
    except (httpx.HTTPError, msgspec.DecodeError) as error:
        raise ServiceProblem(Problem.DOWN, type(error).__name__) from None


class _Offered(Struct):
    apps: list[dict[str, Any]]


class _Opened(Struct):
    url: str


class AppsClient:
    """On behalf of one logged-in health worker, about the patient that `api` names."""

    def __init__(self, api: JournalApi) -> None:
        self._api = api

    async def offered(self) -> list[dict[str, Any]]:
        """The apps that can be opened. Raises `JournalProblem`."""
        return (await self._api.ask("POST", "/apps/_search", _Offered, {})).apps

    async def begin(self, client_id: str) -> str:
        """Where the browser goes to open an app, within a minute. Raises `JournalProblem`."""
        return (await self._api.ask("POST", "/launches", _Opened, {"client_id": client_id})).url
