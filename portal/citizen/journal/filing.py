"""`GET /citizen/journal/document/{id}`: a document of the journal that the tab shows, to be saved.

A plain route, called by our own pages' scripts alone (headers of ours, which other sites cannot send); about
whom the tab acts for, who must be the one shown.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import JournalApi
from portal.frame.acting import handle_of
from portal.session.acting import acting_for
from portal.session.files import SHOWN, current_of, document, not_done
from portal.session.journal import OTHER_PATIENT, own_journal_of
from portal.session.models import Kind

FILE = "/citizen/journal/document"


def own_file_routes() -> list[Route]:
    """The route."""
    return [Route(f"{FILE}/{{document:uuid}}", give, methods=["GET"])]


async def give(request: Request) -> Response:
    """The bytes as they came, or `{code}`."""
    try:
        return await document(await _api(request), request.path_params["document"])
    except ServiceProblem as problem:
        return not_done(problem)


async def _api(request: Request) -> JournalApi:
    now = await current_of(request, Kind.CITIZEN)
    person = await acting_for(now)
    if request.headers.get(SHOWN, "") != handle_of(person):
        raise ServiceProblem(Problem.REFUSED, OTHER_PATIENT)
    return (await own_journal_of(now)).api
