"""`/clinician/journal/document/{id}`: a document's bytes from the page to the journal, and back to be saved.

A plain route, since files do not go through the page's connection. Called by our own pages' scripts alone (a
header of ours, which other sites cannot send); about the tab's open patient, who must be the one shown.
"""

from __future__ import annotations

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import JournalApi
from portal.session.files import SHOWN, answer, current_of, document, not_done
from portal.session.journal import client_for
from portal.session.models import Kind

FILE = "/clinician/journal/document"
MOST = 25 * 1024 * 1024
"""Bytes of a document, as the journal has it."""


def file_routes() -> list[Route]:
    """The routes."""
    path = f"{FILE}/{{document:uuid}}"
    return [Route(path, take, methods=["PUT"]), Route(path, give, methods=["GET"])]


async def take(request: Request) -> Response:
    """Keep the bytes; what they are, or `{code}`."""
    document_id: UUID = request.path_params["document"]
    try:
        api = await _api(request)
        data = await _body(request)
        kept = await api.send("PUT", f"/documents/{document_id}/content", data, "application/octet-stream")
    except ServiceProblem as problem:
        return not_done(problem)
    return answer(kept.json())


async def give(request: Request) -> Response:
    """The bytes as they came, to be saved."""
    try:
        return await document(await _api(request), request.path_params["document"])
    except ServiceProblem as problem:
        return not_done(problem)


async def _api(request: Request) -> JournalApi:
    now = await current_of(request, Kind.CLINICIAN)
    return (await client_for(now, request.headers.get(SHOWN, ""))).api


async def _body(request: Request) -> bytes:
    parts, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST:
            raise ServiceProblem(Problem.WRONG, "document-too-large")
        parts.append(chunk)
    return b"".join(parts)
