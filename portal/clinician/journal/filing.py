"""`/clinician/journal/document/{id}`: a document's bytes from the page to the journal, and back to be saved.

A plain route, since files do not go through the page's connection. Called by our own pages' scripts alone (a
header of ours, which other sites cannot send); about the tab's open patient, who must be the one shown.
"""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import JournalApi
from portal.clinician.journal.saving import STATUS, answer, current_of, refused
from portal.session.journal import client_for

FILE = "/clinician/journal/document"
MOST = 25 * 1024 * 1024
"""Bytes of a document, as the journal has it."""
_KEPT = ("content-type", "content-disposition", "content-security-policy", "x-content-type-options")


def file_routes() -> list[Route]:
    """The routes."""
    path = f"{FILE}/{{document:uuid}}"
    return [Route(path, take, methods=["PUT"]), Route(path, give, methods=["GET"])]


async def take(request: Request) -> Response:
    """Keep the bytes; what they are, or `{code}`."""
    document: UUID = request.path_params["document"]
    try:
        api = await _api(request)
        data = await _body(request)
        kept = await api.send("PUT", f"/documents/{document}/content", data, "application/octet-stream")
    except ServiceProblem as problem:
        return _no(problem)
    return answer(kept.json())


async def give(request: Request) -> Response:
    """The bytes as they came, to be saved."""
    document: UUID = request.path_params["document"]
    try:
        found = await (await _api(request)).send("GET", f"/documents/{document}/content")
    except ServiceProblem as problem:
        return _no(problem)
    headers = {name: found.headers[name] for name in _KEPT if name in found.headers}
    return Response(found.content, headers=headers | {"cache-control": "no-store"})


async def _api(request: Request) -> JournalApi:
    return (await client_for(await current_of(request), request.headers.get("akson-patient", ""))).api


async def _body(request: Request) -> bytes:
    parts, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST:
            raise ServiceProblem(Problem.WRONG, "document-too-large")
        parts.append(chunk)
    return b"".join(parts)


def _no(problem: ServiceProblem) -> Response:
    return refused(problem.code, STATUS.get(problem.problem, HTTPStatus.UNPROCESSABLE_ENTITY))
