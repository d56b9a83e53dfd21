"""What a message says of results is seen by a clinician and a citizen, or is left out for a reason."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import pytest

from portal.citizen.results.transform import own_reports
from portal.clinician.results.transform.report_view import view_of
from portal.clinician.results.transform.reports import reports_of
from portal.ui.dates import show_day
from results_service.codes import CodeBook
from results_service.reports.fhir import map_report
from results_service.reports.svarrapport import read_message
from tests.integration.expectations.everything import Everything
from tests.integration.expectations.facts import REPORT_ID
from tests.integration.expectations.given_out import is_listed, strings
from tests.integration.expectations.test_every_element import CHOICES, message
from tests.shared import requires_shared
from tests.unit.reports.build import parse

MEDICAL = re.compile(
    r"ServReport/(Comment|CodedComment|CancellationCode|ServReq/.*"
    r"|Patient/(InfItem|ResultItem|AnalysedSubject)/.*)"
)
PARTIES = r".*/RelServProv/.*"
STEERING = r".*/(ServType|StatusInvestigation|RefIdResultItem|IdResultItem|DevResultInd|ArithmeticComp)"
DATES = r".*/ResultItem/(Inv|StatusChange|Descr|CounterSign|MedicalValidation)Date"
CODES = r".*/Investigation/Id"
REQUISITION = (
    r"ServReport/ServReq/"
    r"(Id|IdByServProvider|PaymentCat|Reservation|MsgDescr|RequestedPrioReport|(Receipt|Issue)Date)"
)

# Path (a pattern, numbers left out) → why it is not read on the page.
NOT_SEEN_BY_CLINICIANS = {
    PARTIES: "who answered is named at the report, and at the parts of a text",
    STEERING: "are the state, the flag and the place of a result",
    DATES: "the sampling date leads; a text's parts have their own",
    CODES: "a result is called by its first national code",
    REQUISITION: "the requisition's administration is in the answer",
    r".*/AnalysedSubject/Number": "how many containers there were",
}
NOT_SEEN_BY_CITIZENS = NOT_SEEN_BY_CLINICIANS | {
    r"ServReport/(ServReq|Patient/(InfItem|AnalysedSubject))/.*": "what was asked, and of which sample",
    r".*/Investigation/Spec": "how it was examined",
    r".*/RefAnalysedSubject": "which sample",
}


def unseen(made: Everything, who: str) -> set[str]:
    """The paths of parts that the page is silent of; of a code its name or its sender's words are enough."""
    read = read_message(parse(made.xml)).message
    assert read is not None
    report = map_report(read, REPORT_ID, CodeBook.builtin())
    unmapped = [*read.unmapped, *report.unmapped]
    entries = [{"resource": json.loads(r.body, parse_float=Decimal)} for r in report.resources]
    page = "\n".join(strings(shown({"resourceType": "Bundle", "entry": entries}, who)))
    parts: dict[str, list[str]] = {}
    for one in made.said:
        part = one.path if one.path.endswith("/@U") else one.path.partition("/@")[0]
        value = show_day(one.value) if re.match(r"\d{4}-\d\d-\d\dT", one.value) else one.value
        parts.setdefault(part, []).append(value)
    silent = [part for part, said in parts.items() if not any(value in page for value in said)]
    plain = {re.sub(r"\[\d+\]", "", part) for part in silent if not is_listed(part, unmapped)}
    return {path for path in plain if MEDICAL.fullmatch(path)}


def shown(bundle: dict[str, Any], who: str) -> dict[str, Any]:
    if who == "clinician":
        (report,) = reports_of(bundle)
        return asdict(view_of(report))
    (own,) = own_reports(bundle)
    return asdict(own)


@requires_shared
@pytest.mark.parametrize(
    ("who", "kind", "reasons"),
    [
        ("clinician", "CLIN", NOT_SEEN_BY_CLINICIANS),
        ("clinician", "HIST", NOT_SEEN_BY_CLINICIANS),
        ("clinician", "UL", NOT_SEEN_BY_CLINICIANS),
        ("citizen", "CLIN", NOT_SEEN_BY_CITIZENS),
        ("citizen", "HIST", NOT_SEEN_BY_CITIZENS),
    ],
)
def test_given_all_a_schema_allows_when_shown_then_nothing_is_missing(
    who: str, kind: str, reasons: Mapping[str, str]
) -> None:
    paths = {path for choice in CHOICES for path in unseen(message("v1.4", choice, kind), who)}
    assert sorted(p for p in paths if not any(re.fullmatch(reason, p) for reason in reasons)) == []


@requires_shared
def test_every_reason_for_not_showing_is_needed() -> None:
    for who, reasons in (("clinician", NOT_SEEN_BY_CLINICIANS), ("citizen", NOT_SEEN_BY_CITIZENS)):
        paths = {path for choice in CHOICES for path in unseen(message("v1.4", choice), who)}
        assert [r for r in reasons if not any(re.fullmatch(r, path) for path in paths)] == []
