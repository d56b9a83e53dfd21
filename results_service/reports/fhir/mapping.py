"""A neutral svarrapport → the FHIR R4 resources of one report."""

from __future__ import annotations

from uuid import UUID

from results_service.codes import CodeBook
from results_service.reports.fhir.context import Context
from results_service.reports.fhir.forest import Forest
from results_service.reports.fhir.model import MappedReport, MappedResource
from results_service.reports.fhir.observation import Observations
from results_service.reports.fhir.people import Roles, requester_of
from results_service.reports.fhir.release import release_class
from results_service.reports.fhir.report import diagnostic_report
from results_service.reports.fhir.request import has_request, service_request
from results_service.reports.fhir.specimen import specimens
from results_service.reports.svarrapport.model import Message


def map_report(message: Message, report_id: UUID, codes: CodeBook) -> MappedReport:
    """Map a message under the id of its report.

    Ids of the parts follow from `report_id` and the message's own ids, so that versions keep them. Bodies
    hold no subject; it is spliced in when they are read. Source: `diagnostic.report.nilar`, FHIR 4.0.1.
    """
    context = Context(message, report_id, codes)
    roles = Roles(context)
    fallback = message.issue or message.gen_moment
    forest = Forest(message, lambda key: context.new_id("Observation", key))
    request: list[MappedResource] = []
    if has_request(context):
        request.append(service_request(context, roles))
        context.request_reference = {"reference": f"ServiceRequest/{request[0].id}"}
    else:
        requester_of(context)  # lists the receiver of a copy
    answering = [*message.report_performers, message.sender]
    performers = roles.all_of(answering, message.sender)
    samples = specimens(context, roles)
    builder = Observations(context, roles, _first_party(context, roles), fallback)
    observations = [builder.build(branch) for branch in forest.branches]
    report = diagnostic_report(context, forest, performers, samples, fallback)
    release = release_class(message, forest.branches, codes, context.unmapped)
    forest.fell()
    return MappedReport(
        resources=[report, *observations, *request, *samples, *roles.resources],
        release_class=release,
        unmapped=list(dict.fromkeys(context.unmapped)),
        issues=[*forest.issues, *context.issues],
    )


def _first_party(context: Context, roles: Roles) -> list[dict[str, object]]:
    """Who answers for results that name nobody: the report's responsible, else the laboratory."""
    message = context.message
    return roles.all_of(message.report_performers, message.sender) or roles.of(message.sender)
