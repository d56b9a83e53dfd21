"""JSON over HTTP: a service's own endpoints, problems by their code (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import httpx
import msgspec

from kit.ids import new_id
from portal.clients.errors import BY_STATUS, Problem, ServiceProblem
from portal.clients.fhir import Authorize

Json: TypeAlias = dict[str, Any]


class JsonClient:
    """Calls the endpoints below `base` on behalf of one logged-in person."""

    def __init__(self, http: httpx.AsyncClient, base: str, authorize: Authorize) -> None:
        self._http = http
        self._base = base.rstrip("/")
        self._authorize = authorize

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Json | list[Json] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """The answer as JSON. Raises `ServiceProblem`, whose code is the service's own."""
        correlation = str(new_id())
        headers = {**(headers or {}), "correlation-id": correlation}
        auth = await self._authorize()
        try:
            answer = await self._http.request(
                method, self._base + path, params=params, json=body, headers=headers, auth=auth
            )
        except httpx.HTTPError as error:
            raise ServiceProblem(Problem.DOWN, type(error).__name__, correlation) from None
        decoded = _decoded(answer)
        if answer.is_success and decoded is not None:
            return decoded
        code = str((decoded or {}).get("title") or answer.status_code)
        raise ServiceProblem(BY_STATUS.get(answer.status_code, Problem.WRONG), code, correlation)


def _decoded(answer: httpx.Response) -> Json | None:
    try:
        found = msgspec.json.decode(answer.content)
    except msgspec.DecodeError:
        return None
    return found if isinstance(found, dict) else None
