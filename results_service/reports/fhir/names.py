"""Names of the FHIR guide `diagnostic.report.nilar` and of our own few extensions."""

from __future__ import annotations

from results_service.codes.systems import OID_ROOT, system_url

NILAR = "http://nhn.no/fhir/nilar/StructureDefinition/nilar-"
# What the guide has no place for; `report-notice` of the same base is added where versions are shown.
AKSON = "http://akson.no/fhir/StructureDefinition/"

PROFILES = {
    "DiagnosticReport": NILAR + "diagnostic-report",
    "Observation": NILAR + "observation",
    "ServiceRequest": NILAR + "service-request",
    "Specimen": NILAR + "specimen",
    "PractitionerRole": NILAR + "practitioner-role",
}

UCUM = "http://unitsofmeasure.org"
RENDERING_XHTML = "http://hl7.org/fhir/StructureDefinition/rendering-xhtml"
DATA_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
DATA_ABSENT_SYSTEM = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
TEST_LABEL = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}

KINDS = system_url(OID_ROOT + "8202")
FLAGS = system_url(OID_ROOT + "8244")
REPORT_STATUSES = system_url(OID_ROOT + "7306")
REPORT_TYPES = system_url(OID_ROOT + "7309")
ITEM_STATUSES = system_url(OID_ROOT + "8245")
ITEM_TYPES = system_url(OID_ROOT + "8270")
OPERATORS = system_url(OID_ROOT + "8239")

MAIN_FIELDS = {"LAB": "Laboratoriemedisin", "PAT": "Patologi", "BLD": "Bildediagnostikk"}
FIELDS = {
    "CLIN": "Medisinsk biokjemi",
    "MBIO": "Medisinsk mikrobiologi",
    "MGEN": "Medisinsk genetikk",
    "FARM": "Klinisk farmakologi",
    "IMTR": "Immunologi og transfusjonsmedisin",
    "PAT": "Patologi",
    "RAD": "Radiologi",
    "NUK": "Nukleærmedisin",
}
