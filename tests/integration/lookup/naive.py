"""A search done the slow way, on decoded FHIR alone: what the API's answers are held against.

FHIR R4 3.1.1.4.6 (date), 3.1.1.4.8 (escaping), 3.1.1.4.10 (token); the guide's `_tag` (a code anywhere in the
tree). Nothing here is shared with the product but the stored bodies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from results_service.reports.compression import decompress
from results_service.reports.stored import unpack
from tests.integration.lookup.conftest import Store

Json = dict[str, Any]
OSLO = ZoneInfo("Europe/Oslo")
STATUSES = {
    "DiagnosticReport": "http://hl7.org/fhir/diagnostic-report-status",
    "Observation": "http://hl7.org/fhir/observation-status",
    "ServiceRequest": "http://hl7.org/fhir/request-status",
}
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"  # says that there is no code


@dataclass(frozen=True)
class Shelf:
    """The resources of one shown report, decoded."""

    resources: list[Json]

    def of(self, kind: str) -> list[Json]:
        return [one for one in self.resources if one["resourceType"] == kind]


def shelves(store: Store, person: UUID) -> list[Shelf]:
    """Everything shown of a person, as it lies in the database."""
    rows = store.rows(
        "SELECT r.body, v.resources FROM results.report r"
        " JOIN results.report_version v USING (person_id, report_id, version_id) WHERE person_id = %s",
        person,
    )
    found = []
    for body, resources in rows:
        assert isinstance(body, bytes)
        assert isinstance(resources, bytes)
        packed = unpack(resources)
        rest = [json.loads(packed.body(place)) for place in range(1, len(packed.entries))]
        found.append(Shelf([json.loads(decompress(body)), *rest]))
    return found


def found(shelved: Iterable[Shelf], kind: str, pairs: Iterable[tuple[str, str]]) -> set[str]:
    """The ids that a search must match."""
    asked = [(name, value) for name, value in pairs if not name.startswith("_include") and value]
    return {
        one["id"]
        for shelf in shelved
        for one in shelf.of(kind)
        if all(_fits(shelf, one, name, value) for name, value in asked)
    }


def included(shelved: Iterable[Shelf], matches: set[str], includes: Iterable[str]) -> set[str]:
    """What comes along: trees made whole, includes followed until nothing is added."""
    every = {f"{one['resourceType']}/{one['id']}": one for shelf in shelved for one in shelf.resources}
    above = {
        member["reference"]: reference
        for reference, one in every.items()
        for member in one.get("hasMember", [])
    }
    wanted = [tuple(value.split(":")[:2]) for value in includes]
    reached = {reference for reference, one in every.items() if one["id"] in matches}
    todo = list(reached)
    while todo:
        reference = todo.pop()
        one = every[reference]
        near = [m["reference"] for m in one.get("hasMember", [])]
        near += [above[reference]] if reference in above else []
        near += [r for source, name in wanted if source == one["resourceType"] for r in _refers(one, name)]
        fresh = [r for r in near if r in every and r not in reached]
        reached.update(fresh)
        todo += fresh
    return {every[reference]["id"] for reference in reached} - matches


def _refers(one: Json, name: str) -> list[str]:
    element = re.sub("-(.)", lambda m: m[1].upper(), name)
    holder = one.get("collection", {}) if name == "collector" else one
    value = holder.get(element, [])
    return [
        each["reference"] for each in (value if isinstance(value, list) else [value]) if "reference" in each
    ]


def _fits(shelf: Shelf, one: Json, name: str, value: str) -> bool:
    choices = split(value, ",")
    if name == "date":
        at = moment_of(one)
        return at is not None and any(_in(at, choice) for choice in choices)
    if name == "_id":
        return one["id"] in [plain(choice) for choice in choices]
    codings = [c for c in _codings(shelf, one, name) if c.get("system") != _ABSENT]
    return any(_is(coding, choice) for coding in codings for choice in choices if choice)


def _codings(shelf: Shelf, one: Json, name: str) -> Iterator[Json]:
    if name == "status":
        yield {"system": STATUSES[one["resourceType"]], "code": one["status"]}
        yield {"code": one["status"]}  # a code element, which has no system of its own
    elif name == "code":
        yield from one.get("code", {}).get("coding", [])
    elif name == "category":
        for concept in one.get("category", []):
            yield from concept["coding"]
    elif one["resourceType"] == "Observation":
        yield from one["meta"].get("tag", [])
    else:
        for observation in shelf.of("Observation"):
            yield from observation["meta"].get("tag", [])
            yield from observation["code"]["coding"]  # a heading is tagged nowhere


def _is(coding: Json, choice: str) -> bool:
    parts = [plain(part) for part in split(choice, "|")]
    if len(parts) == 1:
        return bool(coding.get("code") == parts[0])
    system, code = parts[0], parts[1]
    if not code:
        return bool(coding.get("system") == system and coding.get("code"))
    return bool(coding.get("system", "") == system and coding.get("code") == code)


def split(text: str, by: str) -> list[str]:
    """At `by` where no backslash stands before it."""
    return re.split(rf"(?<!\\)(?:\\\\)*{re.escape(by)}", text)


def plain(text: str) -> str:
    return re.sub(r"\\([,|$\\])", r"\1", text)


def moment_of(one: Json) -> datetime | None:
    """The moment that a resource's date begins at."""
    collected = one.get("collection", {}).get("collectedDateTime")
    text = one.get("effectiveDateTime") or one.get("authoredOn") or collected
    return span(text)[0] if text else None


def span(text: str) -> tuple[datetime, datetime]:
    """From a date's beginning to its end, in Norway where it has no zone."""
    if len(text) <= 10:
        parts = [int(part) for part in text.split("-")]
        year, month, day = (*parts, 1, 1)[:3]
        start = datetime(year, month, day, tzinfo=OSLO)
        if len(parts) == 1:
            return start, start.replace(year=year + 1)
        if len(parts) == 2:
            return start, (start + timedelta(days=32)).replace(day=1)
        return start, start + timedelta(days=1)
    at = datetime.fromisoformat(text)
    at = at if at.tzinfo else at.replace(tzinfo=OSLO)
    seconds = re.search(r"T\d\d:\d\d(:\d\d(?:\.(\d+))?)?", text)
    assert seconds
    step = timedelta(seconds=10 ** -len(seconds[2] or "")) if seconds[1] else timedelta(minutes=1)
    return at, at + step


def _in(at: datetime, choice: str) -> bool:
    """A midnight in Norway is mostly a day without a time: it may have been at any moment of the day."""
    match = re.fullmatch(r"(eq|ne|lt|gt|le|ge|sa|eb)?(.*)", choice)
    assert match
    start, end = span(match[2])
    local = at.astimezone(OSLO)
    is_day = local.time() == time()
    latest = (local.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=OSLO) if is_day else at
    equal = start <= at < end
    return {
        "eq": equal,
        "ne": not equal,
        "lt": at < start,
        "gt": at >= end or latest > end,
        "le": at < end,
        "ge": at >= start or latest > start,
        "sa": at >= end,
        "eb": at < start,
    }[match[1] or "eq"]
