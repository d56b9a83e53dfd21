"""Reports with everything they refer to, read from a searchset or history Bundle."""

import re
from dataclasses import dataclass, field

from portal.clients import elements as fhir
from portal.clients.elements import Code, Json, Resources
from portal.clinician.results.transform import dates
from portal.clinician.results.transform.reading import (
    Item,
    actor_name,
    laboratory_name,
    sender_id,
    walk,
)
from portal.clinician.results.transform.samples import Sample, samples_of
from portal.clinician.results.transform.trees import grow
from portal.clinician.results.transform.values import value_of

# The national service stands as requester in copies sent to it; it requests nothing (clinical rule 12).
_NOT_A_REQUESTER = re.compile(r"\b(nilar|nhn|norsk helsenett|pasientens prøvesvar)\b", re.IGNORECASE)
_NOT_STATED = "ikke oppgitt"
_RADIOLOGY = frozenset(("BLD", "CT", "MA", "MR", "NUK", "RAD", "RTG", "SCI", "UL"))
_PATHOLOGY = frozenset(("CYTO", "HIST", "MORS", "MPAT", "OBD", "PAT"))
_PROMINENT = ("TA", "VA", "MSIS-M", "MSIS-UM", "MSIS-AV")


@dataclass(frozen=True, slots=True)
class Information:
    """Clinical information that came with the request or the report: a heading and its text."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What the service says must be known of a report that no single message says.

    `code`: "person-changed" | "report-number-reused" | "preliminary-after-final" | "read-together" |
    "earlier-version" | "gone-from-report" | "comment-disagrees" | ... `name` and `item_code` are the item's,
    `stated` what a comment says, `stored` what came, `report_id` the report to read it together with.
    """

    code: str
    name: str = ""
    item_code: str = ""
    stated: str = ""
    stored: str = ""
    report_id: str = ""


@dataclass(slots=True)
class Report:
    """One version of one report. Dates are FHIR dateTimes as sent, "" when not stated.

    `discipline`: "laboratory" | "pathology" | "radiology". `report_status` and `service_type` are 7306 (P F A
    S) and 7309 (N M C), "" where the Bundle does not carry them. `sampled` is when the first specimen was
    taken; where none says so it is what the report counts from, and `sampling_known` is False. `sender` is
    whose the report's local codes are.
    """

    id: str
    status: str
    report_status: str
    service_type: str
    kind: Code
    discipline: str
    sampled: str
    sampling_known: bool
    answered: str
    issued: str
    approved: str
    laboratory: str
    sender: str
    requester: str
    test: bool
    number: str
    comments: tuple[str, ...]
    coded_comments: tuple[Code, ...]
    notices: tuple[Notice, ...]
    information: tuple[Information, ...]
    ordered: str
    samples: tuple[Sample, ...]
    roots: list[Item] = field(default_factory=list)

    @property
    def cancelled(self) -> bool:
        """The whole report is withdrawn: none of its values may be used."""
        return self.status in ("cancelled", "entered-in-error")

    @property
    def preliminary(self) -> bool:
        """Still preliminary, also when FHIR's status only says that it was amended (clinical rule 9)."""
        return self.report_status == "P" or (not self.report_status and self.status == "preliminary")

    @property
    def prominent(self) -> tuple[str, ...]:
        """The coded comments that must stand out: phoned, changed markedly, notifiable."""
        return tuple(code for code in _PROMINENT if any(c.code == code for c in self.coded_comments))

    def items(self) -> list[Item]:
        """Every result, parents before children, each once."""
        return [item for item in walk(self.roots) if not item.repeated]


def reports_of(bundle: Json) -> list[Report]:
    """The reports of a searchset Bundle, each with its results, newest sampling first."""
    resources = Resources.of_bundle(bundle)
    by_report = _observations_by_report(resources)
    found = [_report(resource, by_report, resources) for resource in resources.all("DiagnosticReport")]
    return sorted(found, key=lambda report: dates.sort_key(report.sampled), reverse=True)


def report_of(resource: Json, resources: Resources) -> Report:
    """One DiagnosticReport with what `resources` hold of it."""
    return _report(resource, _observations_by_report(resources), resources)


def _observations_by_report(resources: Resources) -> dict[str, list[Json]]:
    """Observations by the report that each says it belongs to (nilar-diagnostic-report-ref)."""
    found: dict[str, list[Json]] = {}
    for observation in resources.all("Observation"):
        for extension in fhir.extensions(observation, "diagnostic-report-ref"):
            report_id = fhir.reference_id(fhir.extension_value(extension))
            found.setdefault(report_id, []).append(observation)
    return found


def _report(resource: Json, by_report: dict[str, list[Json]], resources: Resources) -> Report:
    request = resources.get("ServiceRequest", fhir.reference_id(resource.get("basedOn")))
    kind = next(iter(fhir.codes_of(resource.get("code"))), Code("", "", "", ""))
    own_codes = list(fhir.all_codes(resource))
    coded, comments = _comments(resource)
    report_id = fhir.text_of(resource.get("id"))
    samples, discipline = samples_of(resource, resources), _discipline(kind, resource)
    collected = sorted((s.collected for s in samples if s.collected), key=dates.sort_key)
    report = Report(
        id=report_id,
        status=fhir.text_of(resource.get("status")) or "unknown",
        report_status=_of_register(own_codes, "7306"),
        service_type=_of_register(own_codes, "7309"),
        kind=kind,
        discipline=discipline,
        sampled=collected[0] if collected else fhir.text_of(resource.get("effectiveDateTime")),
        sampling_known=bool(collected) or discipline == "radiology",  # an examination has no specimen
        answered=fhir.extension_text(resource, "report-date"),
        issued=fhir.text_of(resource.get("issued")),
        approved=fhir.extension_text(resource, "approval-date"),
        laboratory=laboratory_name(resource.get("performer"), resources),
        sender=sender_id(resource.get("performer"), resources) or report_id,
        requester=_requester(request, resources),
        test=_is_test(resource),
        number=_number(resource),
        comments=comments,
        coded_comments=coded,
        notices=tuple(_notice(e, resources) for e in _notices(resource)),
        information=_information(resource, request),
        ordered=fhir.text_of(request.get("authoredOn")),
        samples=samples,
    )
    roots = grow(resource, by_report.get(report_id, []), resources)
    if report.cancelled:  # what the laboratory says of a withdrawn result stays
        report.comments += tuple(f"{i.name}: {n}" if i.name else n for i in walk(roots) for n in i.notes)
    else:
        report.roots = roots
    return report


def _of_register(codes: list[Code], register: str) -> str:
    return next((code.code for code in codes if code.register == register), "")


def _discipline(kind: Code, resource: Json) -> str:
    categories = {code.code for code in fhir.codes_of(resource.get("category"))}
    if kind.code in _RADIOLOGY or "BLD" in categories:
        return "radiology"
    return "pathology" if kind.code in _PATHOLOGY or "PAT" in categories else "laboratory"


def _requester(request: Json, resources: Resources) -> str:
    """Who asked; "" when it is not stated."""
    name = actor_name(request.get("requester"), resources)
    return "" if _NOT_A_REQUESTER.search(name) or name == _NOT_STATED else name


def _is_test(resource: Json) -> bool:
    """A message marked as a test (clinical rule 15)."""
    meta = fhir.first(resource.get("meta"))
    marks = [*fhir.objects(meta.get("security")), *fhir.objects(meta.get("tag"))]
    return any(fhir.text_of(mark.get("code")).upper() in ("TEST", "HTEST") for mark in marks)


def _number(resource: Json) -> str:
    """The report's number at the laboratory (ServProvId)."""
    identifiers = fhir.objects(resource.get("identifier"))
    own = [i for i in identifiers if "ServReportId" in fhir.text_of(i.get("system"))]
    own = own or [i for i in identifiers if i.get("use") != "secondary"]
    return fhir.text_of(own[0].get("value")) if own else ""


def _comments(resource: Json) -> tuple[tuple[Code, ...], tuple[str, ...]]:
    """Coded comments (8269) and comments in words."""
    coded: list[Code] = []
    words: list[str] = []
    for extension in fhir.extensions(resource, "comment"):
        value = fhir.extension_value(extension)
        entry = fhir.first(value)
        codes = fhir.codes_of(entry)
        coded += [code for code in codes if code.code]
        text = fhir.text_of(value) or fhir.text_of(entry.get("text"))
        if text and not codes:
            words.append(text)
    return tuple(coded), tuple(words)


def _notices(resource: Json) -> list[Json]:
    return fhir.extensions(resource, "report-notice", fhir.OWN_BASE)


def _notice(extension: Json, resources: Resources) -> Notice:
    parts = {
        fhir.text_of(part.get("url")): fhir.extension_value(part)
        for part in fhir.objects(extension.get("extension"))
    }
    item = resources.get("Observation", fhir.reference_id(parts.get("item")))
    stored = value_of({"valueQuantity": parts.get("stored")})
    concept = parts.get("concept") or item.get("code")
    return Notice(
        code=fhir.text_of(parts.get("code")),
        name=fhir.concept_text(concept),
        item_code=next((code.code for code in fhir.codes_of(concept)), ""),
        stated=fhir.text_of(parts.get("stated")),
        stored=f"{stored.shown} {stored.unit}".strip(),
        report_id=fhir.reference_id(parts.get("report")),
    )


def _information(resource: Json, request: Json) -> tuple[Information, ...]:
    """Reason for the request, comments to it, and clinical information on the report."""
    reasons = [
        Information(", ".join(c.label for c in fhir.codes_of(reason)), fhir.text_of(reason.get("text")))
        for reason in fhir.objects(request.get("reasonCode"))
    ]
    said = [Information("", text) for text in fhir.notes(request.get("note"))]
    items = [_inf_item(extension) for extension in fhir.extensions(resource, "inf-item")]
    return tuple(entry for entry in (*reasons, *said, *items) if entry.heading or entry.text)


def _inf_item(extension: Json) -> Information:
    heading = ""
    texts: list[str] = []
    for part in fhir.objects(extension.get("extension")):
        name = fhir.text_of(part.get("url")).rpartition("/")[2]
        value = fhir.extension_value(part)
        entry = fhir.first(value)
        shown = fhir.text_of(value) or fhir.text_of(entry.get("text")) or fhir.concept_text(value)
        if name.endswith("type"):
            heading = shown
        elif shown:
            moment = name.endswith(("start", "end", "time"))
            texts.append(dates.show(shown) if moment else shown)
    return Information(heading, "\n".join(texts))
