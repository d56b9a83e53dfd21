"""One version opened: an index of its resources, and their finished JSON end to end."""

from __future__ import annotations

from datetime import datetime
from itertools import accumulate

import msgspec
from msgspec import Struct, field

from results_service.reports.fhir import MappedReport, MappedResource
from results_service.reports.versions import ItemFacts


class Entry(Struct, array_like=True, frozen=True, gc=False):  # never part of a ring: not tracked
    """One resource of a version: what it is found by, and where its body lies.

    `links`: search parameter of each reference (`specimen`, `has-member` …) → places of the resources it
    points at in the same version. `top`: place of the observation at the top of its tree (itself when alone).
    """

    kind: str
    id: str
    start: int
    end: int
    top: int
    effective: datetime | None
    issued: datetime | None
    category: str | None
    status: str | None
    codes: list[str]
    tags: list[str]
    links: dict[str, list[int]]


class Packed(Struct, frozen=True):
    """A version opened: `bodies` holds the JSON of all entries end to end."""

    entries: list[Entry]
    bodies: bytes

    def body(self, place: int) -> bytes:
        """The JSON object of the entry at `place`, without `subject`."""
        entry = self.entries[place]
        return self.bodies[entry.start : entry.end]


class _Reference(Struct):
    reference: str = ""


class _Collection(Struct):
    collector: _Reference | None = None


class _Links(Struct, rename="camel"):
    result: list[_Reference] = []
    specimen: list[_Reference] | _Reference | None = None
    based_on: list[_Reference] = []
    performer: list[_Reference] = []
    has_member: list[_Reference] = []
    requester: _Reference | None = None
    collection: _Collection | None = field(default=None)


class _Concept(Struct):
    text: str = ""


class _Named(Struct):
    code: _Concept = field(default_factory=_Concept)


_link_decoder = msgspec.json.Decoder(_Links)
_name_decoder = msgspec.json.Decoder(_Named)


def index(report: MappedReport) -> Packed:
    """The resources of a mapped report with their links and trees worked out."""
    resources = report.resources
    places = {f"{r.kind}/{r.id}": place for place, r in enumerate(resources)}
    links = [_links(r, places) for r in resources]
    tops = _tops([found.get("has-member", []) for found in links])
    ends = list(accumulate(len(r.body) for r in resources))
    entries = [
        Entry(
            kind=r.kind,
            id=str(r.id),
            start=end - len(r.body),
            end=end,
            top=top,
            effective=r.effective,
            issued=r.issued,
            category=r.category,
            status=r.status,
            codes=list(r.codes),
            tags=list(r.tags),
            links=found,
        )
        for r, end, top, found in zip(resources, ends, tops, links, strict=True)
    ]
    return Packed(entries, b"".join(r.body for r in resources))


def items_of(packed: Packed) -> dict[str, ItemFacts]:
    """The observations of a version as the rules of versions see them."""
    return {
        entry.id: ItemFacts(entry.status == "cancelled", _name(packed, place, entry))
        for place, entry in enumerate(packed.entries)
        if entry.kind == "Observation"
    }


def _name(packed: Packed, place: int, entry: Entry) -> str:
    return entry.codes[0] if entry.codes else _name_decoder.decode(packed.body(place)).code.text


def _links(resource: MappedResource, places: dict[str, int]) -> dict[str, list[int]]:
    groups = _references(resource) if resource.references is None else resource.references
    found = {name: [places[r] for r in references if r in places] for name, references in groups.items()}
    return {name: targets for name, targets in found.items() if targets}


def _references(resource: MappedResource) -> dict[str, list[str]]:
    """What a resource points at, read from its body."""
    sent = _link_decoder.decode(resource.body)
    specimen = sent.specimen if isinstance(sent.specimen, list) else [sent.specimen] if sent.specimen else []
    collector = sent.collection.collector if sent.collection else None
    groups = {
        "result": sent.result,
        "specimen": specimen,
        "based-on": sent.based_on,
        "performer": sent.performer,
        "has-member": sent.has_member,
        "requester": [sent.requester] if sent.requester else [],
        "collector": [collector] if collector else [],
    }
    return {name: [r.reference for r in references] for name, references in groups.items() if references}


def _tops(members: list[list[int]]) -> list[int]:
    """For every place the top of its tree; a resource in a ring of members counts as its own top."""
    parent = {child: place for place, children in enumerate(members) for child in children if child != place}
    tops = []
    for place in range(len(members)):
        top, seen = place, {place}
        while top in parent and parent[top] not in seen:
            top = parent[top]
            seen.add(top)
        tops.append(place if top in parent else top)
    return tops
