"""Documents of the journal through the portal: their bytes to be saved, and a page as an image.

Files go by plain routes, since they do not go through the page's connection; what these answer is here.
"""

from __future__ import annotations

import base64
from http import HTTPStatus
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import JournalApi
from portal.session.cookies import SESSION_COOKIE
from portal.session.current import Current
from portal.session.models import Kind
from portal.session.wiring import wiring

TAB, SHOWN = "akson-tab", "akson-patient"
"""Headers of our own pages' scripts, which other sites cannot send: the tab, and whom the page shows."""
STATUS = {
    Problem.SIGNED_OUT: HTTPStatus.UNAUTHORIZED,
    Problem.REFUSED: HTTPStatus.FORBIDDEN,
    Problem.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
    Problem.DOWN: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""What a plain route answers to a problem; to others 422."""
_KEPT = ("content-type", "content-disposition", "content-security-policy", "x-content-type-options")


async def current_of(request: Request, kind: Kind) -> Current:
    """The session and tab of a plain route's caller. Raises `ServiceProblem` (`no-session`)."""
    sid = request.cookies.get(SESSION_COOKIE, "")
    session = await wiring().store.get(sid) if sid else None
    if session is None or session.choosing or session.kind is not kind:
        raise ServiceProblem(Problem.SIGNED_OUT, "no-session")
    return Current(sid, request.headers.get(TAB, ""), session)


async def document(api: JournalApi, document_id: UUID) -> Response:
    """The bytes as they came, to be saved. Raises `ServiceProblem`."""
    found = await api.send("GET", f"/documents/{document_id}/content")
    headers = {name: found.headers[name] for name in _KEPT if name in found.headers}
    return Response(found.content, headers=headers | {"cache-control": "no-store"})


async def pdf(api: JournalApi, path: str, language: str) -> Response:
    """A PDF that the journal makes, to be saved. Raises `ServiceProblem`."""
    found = await api.send("GET", path, headers={"accept-language": language})
    headers = {name: found.headers[name] for name in _KEPT if name in found.headers}
    return Response(found.content, headers=headers | {"cache-control": "no-store"})


async def page_image(api: JournalApi, document_id: str, page: int) -> str:
    """A page of a document as the address of an image, which holds it. Raises `ServiceProblem`."""
    found = await api.send("GET", f"/documents/{document_id}/preview?page={page}")
    return f"data:image/png;base64,{base64.b64encode(found.content).decode()}"


def not_done(problem: ServiceProblem) -> Response:
    """`{code}` of a problem, with the status of its sort."""
    return refused(problem.code, STATUS.get(problem.problem, HTTPStatus.UNPROCESSABLE_ENTITY))


def refused(code: str, status: HTTPStatus) -> Response:
    """`{code}`."""
    return answer({"code": code}, status)


def answer(body: dict[str, object], status: HTTPStatus = HTTPStatus.OK) -> Response:
    """JSON that nobody keeps."""
    return JSONResponse(body, status, {"cache-control": "no-store"})
