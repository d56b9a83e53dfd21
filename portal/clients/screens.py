"""The results service's API for screens: one person's table of results, and what is new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import msgspec

from kit.ids import new_id
from portal.clients.errors import BY_STATUS, Problem, ServiceProblem
from portal.clients.fhir import Authorize

Json = dict[str, Any]
_FORM = "application/x-www-form-urlencoded"


class ScreensClient:
    """Look-ups in one person's results; who, on what basis and why are fixed when it is made."""

    def __init__(
        self, http: httpx.AsyncClient, base: str, authorize: Authorize, headers: Mapping[str, str]
    ) -> None:
        self._http = http
        self._base = base.rstrip("/") + "/screens"
        self._authorize = authorize
        self._headers = dict(headers)

    async def table(self) -> Json:
        """Analyses by dates: `{reports, fields}`. Raises `ServiceProblem`."""
        return await self._ask("/cumulative/_search", {})

    async def news(self, since: str = "") -> Json:
        """What came since an instant, or since the caller's last visit. Raises `ServiceProblem`."""
        return await self._ask("/new/_search", {"since": since} if since else {})

    async def _ask(self, path: str, form: Mapping[str, str]) -> Json:
        correlation = str(new_id())
        headers = {**self._headers, "content-type": _FORM, "correlation-id": correlation}
        body = str(httpx.QueryParams(dict(form))).encode()
        auth = await self._authorize()
        try:
            answer = await self._http.post(self._base + path, content=body, headers=headers, auth=auth)
        except httpx.HTTPError as error:
            raise ServiceProblem(Problem.DOWN, type(error).__name__, correlation) from None
        decoded = _decoded(answer.content)
        if answer.is_success and decoded is not None:
            return decoded
        code = str((decoded or {}).get("title") or answer.status_code)
        raise ServiceProblem(BY_STATUS.get(answer.status_code, Problem.WRONG), code, correlation)


def _decoded(content: bytes) -> Json | None:
    try:
        found = msgspec.json.decode(content)
    except msgspec.DecodeError:
        return None
    return found if isinstance(found, dict) else None
