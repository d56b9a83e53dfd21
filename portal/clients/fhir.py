"""FHIR over HTTP: `_search` by POST, so that no search term and no number ever stands in a URL."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

import httpx
import msgspec

from kit.ids import new_id
from portal.clients.errors import BY_STATUS, Problem, ServiceProblem

Bundle: TypeAlias = dict[str, Any]
"""A FHIR R4 searchset Bundle (or history), as JSON."""
Authorize: TypeAlias = Callable[[], Awaitable[httpx.Auth]]
"""Gives the credentials for one call: a DPoP-bound token of the right audience."""

# Decimal keeps every digit that a laboratory sent: "4.40" is not 4.4.
_DECODER = msgspec.json.Decoder(Any, float_hook=Decimal)


def going_on(bundle: Bundle) -> str | None:
    """Where the next page begins (`_page`), as the answer's link says it; "" at the end.

    None when the answer has no links: then only its total tells.
    """
    links = {str(link.get("relation")): str(link.get("url")) for link in bundle.get("link", [])}
    if "next" in links:
        return httpx.URL(links["next"]).params.get("_page")
    return "" if links else None


class FhirClient:
    """Calls one service's FHIR base on behalf of one logged-in person."""

    def __init__(self, http: httpx.AsyncClient, base: str, authorize: Authorize) -> None:
        self._http = http
        self._base = base.rstrip("/") + "/fhir"
        self._authorize = authorize

    async def search(
        self, resource: str, params: Sequence[tuple[str, str]], headers: Mapping[str, str]
    ) -> Bundle:
        """`POST {base}/{resource}/_search`. Raises `ServiceProblem`."""
        form = httpx.QueryParams(list(params))
        typed = {**headers, "content-type": "application/x-www-form-urlencoded"}
        return await self._send("POST", f"{self._base}/{resource}/_search", typed, str(form).encode())

    async def history(
        self,
        resource: str,
        resource_id: str,
        headers: Mapping[str, str],
        params: Sequence[tuple[str, str]] = (),
    ) -> Bundle:
        """`{base}/{resource}/{id}/_history`: the versions, newest first, with what `params` include.

        Raises `ServiceProblem`.
        """
        typed = {**headers, "content-type": "application/x-www-form-urlencoded"}
        form = str(httpx.QueryParams(list(params))).encode()
        return await self._send("POST", f"{self._base}/{resource}/{resource_id}/_history", typed, form)

    async def write(
        self, method: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """A change (`PUT`, `POST`, `DELETE`) below the base; the resource as it stands then.

        Raises `ServiceProblem`, whose code is the service's own.
        """
        typed = {**headers, "content-type": "application/fhir+json"}
        content = msgspec.json.encode(body) if body is not None else None
        return _resource(*await self._call(method, f"{self._base}/{path}", typed, content))

    async def _send(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Bundle:
        return _bundle(*await self._call(method, url, headers, body))

    async def _call(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None
    ) -> tuple[bytes, str]:
        headers["accept"] = "application/fhir+json"
        headers["correlation-id"] = correlation = str(new_id())
        auth = await self._authorize()
        try:
            answer = await self._http.request(method, url, headers=headers, content=body, auth=auth)
        except httpx.HTTPError as error:
            raise ServiceProblem(Problem.DOWN, type(error).__name__, correlation) from None
        if answer.is_success:
            return answer.content, correlation
        problem = BY_STATUS.get(answer.status_code, Problem.WRONG)
        raise ServiceProblem(problem, _code(answer), correlation)


def resources(bundle: Bundle, kind: str) -> list[dict[str, Any]]:
    """The resources of one kind in a Bundle, in its order."""
    entries = (entry.get("resource", {}) for entry in bundle.get("entry", []))
    return [resource for resource in entries if resource.get("resourceType") == kind]


def _bundle(content: bytes, correlation: str) -> Bundle:
    decoded = _resource(content, correlation)
    if decoded.get("resourceType") != "Bundle":
        raise ServiceProblem(Problem.WRONG, "not-a-bundle", correlation)
    return decoded


def _resource(content: bytes, correlation: str) -> dict[str, Any]:
    try:
        decoded = _DECODER.decode(content)
    except msgspec.DecodeError:
        raise ServiceProblem(Problem.WRONG, "not-json", correlation) from None
    if not isinstance(decoded, dict):
        raise ServiceProblem(Problem.WRONG, "not-a-resource", correlation)
    return decoded


def _code(answer: httpx.Response) -> str:
    """An OperationOutcome's coded reason: its `details` code, else the code that begins its diagnostics."""
    try:
        issue = msgspec.json.decode(answer.content)["issue"][0]
    except (msgspec.DecodeError, KeyError, IndexError, TypeError):
        return str(answer.status_code)
    coding = issue.get("details", {}).get("coding") or [{}]
    return str(coding[0].get("code") or issue.get("diagnostics", "").split(":")[0] or answer.status_code)
