"""The FHIR R4 form of a report."""

from results_service.reports.fhir.mapping import map_report
from results_service.reports.fhir.model import MappedReport, MappedResource

__all__ = ["MappedReport", "MappedResource", "map_report"]
