"""One report as it is shown: who, when, what stands out, and its results by field of medicine."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from portal.clinician.results.transform import dates
from portal.clinician.results.transform.narrative import TextBlock, blocks_of
from portal.clinician.results.transform.reports import Notice, Report
from portal.clinician.results.transform.resistance import ResistanceTable, resistance
from portal.clinician.results.transform.richtext import plain
from portal.clinician.results.transform.samples import Sample
from portal.clinician.results.transform.tables import ResultRow, rows_of
from portal.clinician.results.transform.trend import Point

GONE = "gone-from-report"


@dataclass(frozen=True, slots=True)
class Fact:
    """Clinical information: a heading, which may be empty, and a text with line breaks."""

    heading: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReportView:
    """Everything of one report but its earlier versions. Dates are shown ones; "" is "not stated".

    `sampled`, `answered` and `issued` are three different times: sampling, first answer, this version.
    `gone`: items that a change left out without cancelling them.
    """

    id: str = ""
    kind: str = ""
    kind_code: str = ""
    discipline: str = "laboratory"
    number: str = ""
    laboratory: str = ""
    requester: str = ""
    ordered: str = ""
    sampled: str = ""
    answered: str = ""
    issued: str = ""
    approved: str = ""
    status: str = ""
    preliminary: bool = False
    changed: bool = False
    test: bool = False
    cancelled: bool = False
    prominent: list[str] = field(default_factory=list)
    other_codes: list[str] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    information: list[Fact] = field(default_factory=list)
    samples: list[Fact] = field(default_factory=list)
    rows: list[ResultRow] = field(default_factory=list)
    resistance: ResistanceTable = field(default_factory=ResistanceTable)
    blocks: list[TextBlock] = field(default_factory=list)


def view_of(report: Report, points: Iterable[Point] = ()) -> ReportView:
    """How to show a report. `points` are the person's other values, for "previous value"."""
    narrative = report.discipline != "laboratory"
    prominent = list(report.prominent)
    return ReportView(
        id=report.id,
        kind=report.kind.display,
        kind_code=report.kind.code,
        discipline=report.discipline,
        number=report.number,
        laboratory=report.laboratory,
        requester=report.requester,
        ordered=dates.show(report.ordered),
        sampled=dates.show(report.sampled) if report.sampling_known else "",
        answered=dates.show(report.answered),
        issued=dates.show(report.issued),
        approved=dates.show(report.approved),
        status=report.status,
        preliminary=report.preliminary,
        changed=report.service_type == "M" or report.status in ("amended", "appended", "corrected"),
        test=report.test,
        cancelled=report.cancelled,
        prominent=prominent,
        other_codes=[c.label for c in report.coded_comments if c.code not in prominent],
        notices=[n for n in report.notices if n.code != GONE],
        gone=[_gone(n) for n in report.notices if n.code == GONE],
        comments=[plain(text) for text in report.comments],
        information=[Fact(i.heading, plain(i.text)) for i in report.information],
        samples=[_sample(sample) for sample in report.samples],
        rows=[] if narrative else rows_of(report, points),
        resistance=resistance(report),
        blocks=blocks_of(report) if narrative else [],
    )


def _gone(notice: Notice) -> str:
    """Name and code: a laboratory that changes its codes leaves the same name twice."""
    return f"{notice.name} ({notice.item_code})" if notice.item_code else notice.name


def _sample(sample: Sample) -> Fact:
    heading = ", ".join(part for part in (sample.name, sample.body_site) if part)
    taken = " · ".join(fact for fact in (dates.show(sample.collected), *sample.numbers) if fact)
    return Fact(heading, "\n".join(line for line in (taken, *sample.details, *sample.notes) if line))
