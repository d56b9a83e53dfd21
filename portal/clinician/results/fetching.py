"""What is asked of the results service, and how its answers become reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from portal.clients.elements import Json
from portal.clients.fhir import going_on, resources
from portal.clients.screens import NewsAnswer, TableAnswer
from portal.clinician.results.transform.cumulative import table_of
from portal.clinician.results.transform.news import News, news_of
from portal.clinician.results.transform.reports import Report, reports_of
from portal.clinician.results.transform.table import ResultTable
from portal.clinician.results.transform.versions import versions_of

FIRST_PAGE = 25
"""A screenful, there within half a second; the rest follows."""
NEXT_PAGE = 100
"""Little enough that other tabs are answered in between."""

_FOR_THE_LIST = (
    ("_include", "DiagnosticReport:result"),
    ("_include", "DiagnosticReport:performer"),
    ("_include", "DiagnosticReport:based-on"),
    ("_include", "DiagnosticReport:specimen"),
    ("_include:iterate", "ServiceRequest:requester"),
)
_FOR_ONE = (
    *_FOR_THE_LIST,
    ("_include:iterate", "Observation:specimen"),
    ("_include:iterate", "Observation:performer"),
)


class Results(Protocol):
    """The part of the results client that is used here."""

    async def search(self, resource: str, params: Sequence[tuple[str, str]]) -> Json:
        """A searchset Bundle."""

    async def history(self, report_id: str, params: Sequence[tuple[str, str]] = ()) -> Json:
        """A history Bundle."""


class Screens(Protocol):
    """The part of the screens' client that is used here."""

    async def table(self) -> TableAnswer:
        """Analyses by dates."""

    async def news(self, since: str = "") -> NewsAnswer:
        """What came since the last visit."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of reports, and how many there are in all; `restricted`: the patient has withheld some.

    `behind`: where the next begins, "" at the end, None when nothing says so but `total`.
    """

    reports: list[Report]
    total: int
    restricted: bool = False
    behind: str | None = None


async def fetch_page(client: Results, skip: int, count: int, behind: str | None = None) -> Page:
    """Some reports with what the list and "over time" need, newest first; with `behind` those that follow.

    `skip` alone would miss one when another goes meanwhile.
    """
    place = [("_page", behind)] if behind else []
    bundle = await client.search(
        "DiagnosticReport", [("_count", str(count)), ("_skip", str(skip)), *place, *_FOR_THE_LIST]
    )
    reports = reports_of(bundle)
    total = bundle.get("total")
    whole = total if isinstance(total, int) else len(reports)
    return Page(reports, whole, _says_restricted(bundle), going_on(bundle))


def _says_restricted(bundle: Json) -> bool:
    """Whether the answer says that the person has restricted data (NILAR, `pvk-outcome-cs`)."""
    codings = [
        coding
        for outcome in resources(bundle, "OperationOutcome")
        for issue in outcome.get("issue", [])
        for coding in issue.get("details", {}).get("coding", [])
    ]
    return any(str(coding.get("system", "")).endswith("/pvk-outcome-cs") for coding in codings)


async def fetch_report(client: Results, report_id: str) -> Report | None:
    """One report with all that belongs to it, as it stands now; None when it is no longer given out."""
    bundle = await client.search("DiagnosticReport", [("_id", report_id), *_FOR_ONE])
    return next((report for report in reports_of(bundle) if report.id == report_id), None)


async def fetch_versions(client: Results, report_id: str) -> list[Report]:
    """Every version of a report, oldest first."""
    return versions_of(await client.history(report_id, list(_FOR_ONE)))


async def fetch_table(client: Screens) -> ResultTable:
    """Every result in its row, with the equivalences that apply."""
    return table_of(await client.table())


async def fetch_news(client: Screens) -> News:
    """What came since this clinician's last visit to the patient."""
    return news_of(await client.news())
