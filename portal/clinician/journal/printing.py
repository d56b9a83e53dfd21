"""`/clinician/journal/requisition/{id}`: a requisition as PDF, to be saved and printed.

A plain route, as for documents (`filing`): about the tab's open patient, who must be the one shown.
"""

from __future__ import annotations

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.clients.errors import ServiceProblem
from portal.session.cookies import LANGUAGE_COOKIE
from portal.session.files import SHOWN, current_of, not_done, pdf
from portal.session.journal import client_for
from portal.session.models import Kind

PAPER = "/clinician/journal/requisition"


def paper_routes() -> list[Route]:
    """The route."""
    return [Route(f"{PAPER}/{{requisition:uuid}}", give, methods=["GET"])]


async def give(request: Request) -> Response:
    """The PDF, in the reader's language."""
    requisition: UUID = request.path_params["requisition"]
    try:
        now = await current_of(request, Kind.CLINICIAN)
        api = (await client_for(now, request.headers.get(SHOWN, ""))).api
        language = request.cookies.get(LANGUAGE_COOKIE, "nb")
        return await pdf(api, f"/requisitions/{requisition}/pdf", language)
    except ServiceProblem as problem:
        return not_done(problem)
