"""ResultItem → Observation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from results_service.codes.systems import LOCAL, NCRP, NLK, PATHOLOGY
from results_service.reports.fhir import names
from results_service.reports.fhir.build import (
    NOT_GIVEN,
    Json,
    annotation,
    coding,
    concept,
    extension,
    own_extension,
    sourced,
    token,
    when,
)
from results_service.reports.fhir.context import Context
from results_service.reports.fhir.details import codes_behind, result_codes, result_extensions
from results_service.reports.fhir.forest import Branch
from results_service.reports.fhir.model import MappedResource
from results_service.reports.fhir.people import Roles
from results_service.reports.fhir.results import reference_ranges, value
from results_service.reports.svarrapport.parts import (
    Code,
    Item,
    Moment,
    TextResult,
)

# MsgDescr (8202) → field of results whose codes tell none.
_FIELD_OF_KIND = {
    **{kind: kind for kind in ("CLIN", "MBIO", "MGEN", "FARM", "IMTR", "PAT", "RAD", "NUK")},
    **dict.fromkeys(("HIST", "CYTO", "OBD", "MORS", "MPAT"), "PAT"),
    **dict.fromkeys(("RTG", "CT", "MR", "UL", "MA", "BLD"), "RAD"),
    "SCI": "NUK",
}
Found = TypeVar("Found", str, list[Json])
# FHIR statuses that hide whether a result is preliminary (clinical rule 9).
_HIDING = frozenset({"amended", "unknown"})


class Observations:
    """Builds the Observations of one report."""

    def __init__(self, context: Context, roles: Roles, performers: list[Json], fallback: Moment) -> None:
        self._context = context
        self._roles = roles
        self._performers = performers
        self._fallback = fallback
        self._own: dict[int, list[Json]] = {}
        self._investigations: dict[int, list[Json]] = {}
        self._fields: dict[int, str] = {}
        self._answering: dict[int, list[Json]] = {}

    def build(self, branch: Branch) -> MappedResource:
        """The Observation of one branch."""
        item, context = branch.item, self._context
        category = self.field(branch)
        own = self.codings(branch)
        tags = self._tree_codings(branch) if branch.is_top else []
        effective = branch.effective or self._fallback
        parts: Json = {"meta": context.meta("Observation", tags), "extension": self._extensions(branch)}
        if item.id:
            parts["identifier"] = [sourced("ResultItemId", item.id)]
        if context.request_reference is not None:
            parts["basedOn"] = [context.request_reference]
        parts["status"] = branch.status
        if category:
            parts["category"] = [{"coding": [_field_coding(category)]}]
        parts["code"] = code = self._code(branch)
        parts["effectiveDateTime"] = effective.text
        parts["issued"] = context.message.gen_moment.instant
        performers = self._performers_of(branch)
        if performers:
            parts["performer"] = performers
        self._add_result(parts, branch)
        self._add_links(parts, branch)
        return context.resource(
            "Observation",
            branch.id,
            parts,
            codes=_searchable([*own, *(c for c in code["coding"] if c is not NOT_GIVEN)]),
            tags=_searchable(tags),
            category=category or None,
            status=branch.status,
            effective=effective.at,
            issued=context.message.gen_date,
        )

    # -- codes

    def _codings_of(self, branch: Branch) -> list[Json]:
        """The codings of the item's investigations."""
        known = self._investigations.get(branch.order)
        if known is None:
            item = branch.item
            known = [self._context.investigation(code, item.path, item.line) for code in item.codes]
            self._investigations[branch.order] = known
        return known

    def _code(self, branch: Branch) -> Json:
        """Every coding as sent; the text is the laboratory's word for the investigation."""
        item = branch.item
        result = item.result
        if not item.codes:
            if isinstance(result, TextResult) and result.heading:
                return concept(result.heading, result.heading.text)
            return {"coding": [NOT_GIVEN], "text": "Ikke angitt"}
        codings = self._codings_of(branch)
        main = next((n for n, code in enumerate(item.codes) if code.system != LOCAL), 0)
        shown = item.codes[main]
        text = shown.original or shown.display or codings[main].get("display") or shown.value
        return {"coding": codings, "text": text} if text else {"coding": codings}

    def codings(self, branch: Branch) -> list[Json]:
        """The searchable codings of an item: investigations, specifications, results unless cancelled."""
        known = self._own.get(branch.order)
        if known is not None:
            return known
        item = branch.item
        found = self._codings_of(branch) + [coding(code) for code in item.specs]
        if not branch.is_cancelled:
            found += [coding(code) for code in result_codes(item)]
        self._own[branch.order] = found
        return found

    def _tree_codings(self, branch: Branch) -> list[Json]:
        """The codings of the whole tree, each once."""
        found: dict[str, Json] = {}
        for member in branch.tree():
            for json in self.codings(member):
                key = token(json)
                if key is not None:
                    found.setdefault(key, {"system": json.get("system", ""), "code": json["code"]})
        return [json if json["system"] else {"code": json["code"]} for json in found.values()]

    def field(self, branch: Branch) -> str:
        """The field (fagområde) of an item: its codes', else that of the item above, else the report's."""
        found = _from_above(branch, self._fields, self._own_field)
        return found or _FIELD_OF_KIND.get(self._context.message.kind.value, "")

    def _own_field(self, item: Item) -> str:
        return next((field for code in item.codes if (field := self._field_of(code, item))), "")

    def _field_of(self, code: Code, item: Item) -> str:
        oid = self._context.system_of(code, item.path, item.line)
        if oid == NLK:
            info = self._context.codes.find(NLK, code.value)
            return info.field if info else ""
        if oid == NCRP:
            return "NUK" if is_nuclear(code.value) else "RAD"
        return "PAT" if oid == PATHOLOGY else ""

    # -- the result

    def _add_result(self, parts: Json, branch: Branch) -> None:
        """Value, flag, notes and method. A cancelled item shows neither value nor flag."""
        item = branch.item
        if not branch.is_cancelled:
            parts.update(value(self._context, item))
            if item.deviation is not None:
                parts["interpretation"] = [{"coding": [coding(item.deviation)]}]
        notes = [text for text in (item.comment, *item.investigation_comments) if text]
        if notes:
            parts["note"] = [annotation(text) for text in notes]
        if item.specs:
            shown = "; ".join(code.text for code in item.specs)
            parts["method"] = {"coding": [coding(code) for code in item.specs], "text": shown}

    def _add_links(self, parts: Json, branch: Branch) -> None:
        if branch.specimens:
            parts["specimen"] = self._specimen_reference(branch.specimens[0].key)
        ranges = reference_ranges(branch.item, with_limits=not branch.is_cancelled)
        if ranges:
            parts["referenceRange"] = ranges
        if branch.members:
            parts["hasMember"] = [member.reference for member in branch.members]

    def _specimen_reference(self, key: str) -> Json:
        return {"reference": f"Specimen/{self._context.new_id('Specimen', key)}"}

    def _performers_of(self, branch: Branch) -> list[Json]:
        """The item's own, else those of the item above, else the report's."""
        return _from_above(branch, self._answering, self._own_performers) or self._performers

    def _own_performers(self, item: Item) -> list[Json]:
        return self._roles.all_of(item.performers, self._context.message.sender)

    # -- extensions

    def _extensions(self, branch: Branch) -> list[Json]:
        item = branch.item
        found = [extension("diagnostic-report-ref", "Reference", self._context.report_reference)]
        if branch.serv_type == "H":
            found.append(extension("history", "Boolean", value=True))
        if item.accredited is not None:
            found.append(extension("accredited", "Boolean", item.accredited))
        when(found, "investigation-date", item.date)
        when(found, "status-change-date", item.status_change_date)
        when(found, "description-date", item.description_date)
        when(found, "counter-sign-date", item.counter_sign_date)
        when(found, "medical-validation-date", item.validation_date)
        if branch.status in _HIDING:
            found.append(codes_behind(branch))
        for specimen in branch.specimens[1:]:
            reference = self._specimen_reference(specimen.key)
            found.append(own_extension("additional-specimen", "Reference", reference))
        if not branch.is_cancelled:
            found.extend(result_extensions(item))
        return found


def _searchable(codings: Iterable[Json]) -> list[str]:
    """The search tokens of those that have a code, each once."""
    return list(dict.fromkeys(found for found in map(token, codings) if found))


def _from_above(branch: Branch, known: dict[int, Found], own: Callable[[Item], Found]) -> Found:
    """What an item says itself, else what the nearest item above says; each item is asked once."""
    way = []
    current: Branch | None = branch
    while current is not None and current.order not in known:
        way.append(current)
        known[current.order] = own(current.item)
        if known[current.order]:
            break
        current = current.parents[0] if current.parents else None
    found = known[(current or way[-1]).order]
    for passed in way:
        known[passed.order] = found
    return found


def is_nuclear(code: str) -> bool:
    """Whether an NCRP code is of nuclear medicine: the code or its modality (position 5–6) has a T."""
    return code[:1] == "T" or "T" in code[4:6]


def _field_coding(field: str) -> Json:
    return {"system": names.KINDS, "code": field, "display": names.FIELDS[field]}
