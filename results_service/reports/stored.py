"""How a version lies in the database: a head and the finished JSON of its resources, compressed.

A packed version is 4 bytes length of the head with the highest bit set, the head (MessagePack, `_Head`) and
the bodies end to end, compressed together. The head's shape says how the resources hang together; reports of
the same examinations share it, so it is read and followed once for all of them.

What only the rules of versions look at lies in the head too (`RuleFacts`): its words stand in the bodies
already and cost next to nothing there. Versions stored before have it in columns of their own.

The first form, which is still read, has no bit set and a MessagePack list of all entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import msgspec
from msgspec import Struct

from results_service.reports.compression import WHOLE, compress, decompress
from results_service.reports.packing import Entry, Packed

_LENGTH = 4
_WITH_HEAD = 1 << 31
_ID_LENGTH = 36


class Place(Struct, array_like=True, frozen=True, gc=False):
    """How one resource hangs together with the others: kind, top of its tree and links as in `Entry`."""

    kind: str
    top: int
    links: dict[str, list[int]]


class Shape:
    """The places of a version. Versions of the same shape share one object, which is itself in caches."""

    __slots__ = ("before_ids", "places")

    def __init__(self, places: tuple[Place, ...]) -> None:
        self.places = places
        self.before_ids = [len(_beginning(place.kind)) for place in places]


class Outline(NamedTuple):
    """A version opened as far as its bodies: what includes are followed by, without the index.

    `starts`: where in `data` each body begins; the last is where the last one ends.
    """

    shape: Shape
    starts: list[int]
    ids: list[str] | None
    data: bytes

    def members(self, places: Sequence[int]) -> list[bytes]:
        """The resources' JSON objects without their first brace."""
        data, starts = self.data, self.starts
        return [data[starts[place] + 1 : starts[place + 1]] for place in places]

    def identifiers(self, places: Sequence[int]) -> list[bytes]:
        """The ids of the resources, as they stand in JSON."""
        if self.ids is not None:
            return [self.ids[place].encode() for place in places]
        data, starts, before = self.data, self.starts, self.shape.before_ids
        return [data[(at := starts[place] + before[place]) : at + _ID_LENGTH] for place in places]


class _Facts(Struct, array_like=True, gc=False):
    """What else is found of a resource. `tags`: None when they are the codes."""

    effective: datetime | None
    issued: datetime | None
    category: str | None
    status: str | None
    codes: list[str]
    tags: list[str] | None


class RuleFacts(Struct, array_like=True, frozen=True, gc=False):
    """What the rules of versions compare besides the columns: requisitions, sorted, and the report's date."""

    requisitions: list[str]
    report_date: str | None


class _Head(Struct, array_like=True, gc=False):
    """`sizes` of the bodies; `ids`: None when every body begins with its kind and id, as ours do.

    `compared`: a `RuleFacts`; empty in versions stored before it was kept here.
    """

    shape: msgspec.Raw
    sizes: list[int]
    ids: list[str] | None
    facts: msgspec.Raw
    compared: msgspec.Raw = msgspec.Raw()


_encoder = msgspec.msgpack.Encoder()
_head_decoder = msgspec.msgpack.Decoder(_Head)
_shape_decoder = msgspec.msgpack.Decoder(tuple[Place, ...])
_facts_decoder = msgspec.msgpack.Decoder(list[_Facts])
_compared_decoder = msgspec.msgpack.Decoder(RuleFacts)
_first_form_decoder = msgspec.msgpack.Decoder(list[Entry])


def serialise(packed: Packed, compared: RuleFacts) -> bytes:
    """The stored form before compression."""
    entries = packed.entries
    known = all(_begins_with_id(packed, place) for place in range(len(entries)))
    head = _Head(
        shape=msgspec.Raw(_encoder.encode([Place(e.kind, e.top, e.links) for e in entries])),
        sizes=[e.end - e.start for e in entries],
        ids=None if known else [e.id for e in entries],
        facts=msgspec.Raw(_encoder.encode([_facts(e) for e in entries])),
        compared=msgspec.Raw(_encoder.encode(compared)),
    )
    encoded = _encoder.encode(head)
    return (len(encoded) | _WITH_HEAD).to_bytes(_LENGTH, "big") + encoded + packed.bodies


def pack(packed: Packed, compared: RuleFacts) -> bytes:
    """The form in which a version is stored."""
    return compress(serialise(packed, compared), WHOLE)


def unpack(data: bytes) -> Packed:
    """The version behind `pack`."""
    return unpack_all(data)[0]


def unpack_all(data: bytes) -> tuple[Packed, RuleFacts | None]:
    """The version behind `pack`, and what its rules compare; None where that lies in columns."""
    raw = decompress(data)
    head, end = _head_of(raw)
    if head is None:
        return _first_form(raw), None
    compared = _compared_decoder.decode(head.compared) if bytes(head.compared) else None
    return _entries(head, raw[end:]), compared


def _entries(head: _Head, bodies: bytes) -> Packed:
    opened = _outline(head, bodies, 0)
    facts = _facts_decoder.decode(head.facts)
    starts = opened.starts
    ids = opened.ids or [own.decode() for own in opened.identifiers(range(len(facts)))]
    entries = [
        Entry(
            hung.kind,
            ids[place],
            starts[place],
            starts[place + 1],
            hung.top,
            own.effective,
            own.issued,
            own.category,
            own.status,
            own.codes,
            own.codes if own.tags is None else own.tags,
            hung.links,
        )
        for place, (hung, own) in enumerate(zip(opened.shape.places, facts, strict=True))
    ]
    return Packed(entries, bodies)


def outline(data: bytes) -> Outline:
    """The version behind `pack`, as far as includes need it."""
    raw = decompress(data)
    head, end = _head_of(raw)
    if head is not None:
        return _outline(head, raw, end)
    packed = _first_form(raw)
    shape = Shape(tuple(Place(e.kind, e.top, e.links) for e in packed.entries))
    starts = [e.start for e in packed.entries]
    return Outline(shape, [*starts, len(packed.bodies)], [e.id for e in packed.entries], packed.bodies)


def _head_of(raw: bytes) -> tuple[_Head | None, int]:
    """The head, and where the bodies begin; no head in the first form."""
    length = int.from_bytes(raw[:_LENGTH], "big")
    if not length & _WITH_HEAD:
        return None, 0
    end = _LENGTH + (length ^ _WITH_HEAD)
    return _head_decoder.decode(raw[_LENGTH:end]), end


def _first_form(raw: bytes) -> Packed:
    end = _LENGTH + int.from_bytes(raw[:_LENGTH], "big")
    return Packed(_first_form_decoder.decode(raw[_LENGTH:end]), raw[end:])


def _outline(head: _Head, data: bytes, start: int) -> Outline:
    return Outline(_shape(bytes(head.shape)), list(accumulate(head.sizes, initial=start)), head.ids, data)


@lru_cache(maxsize=4096)
def _shape(data: bytes) -> Shape:
    return Shape(_shape_decoder.decode(data))


def _facts(entry: Entry) -> _Facts:
    tags = None if entry.tags == entry.codes else entry.tags
    return _Facts(entry.effective, entry.issued, entry.category, entry.status, entry.codes, tags)


def _beginning(kind: str) -> bytes:
    return f'{{"resourceType":"{kind}","id":"'.encode()


def _begins_with_id(packed: Packed, place: int) -> bool:
    entry = packed.entries[place]
    return len(entry.id) == _ID_LENGTH and packed.bodies.startswith(
        _beginning(entry.kind) + entry.id.encode() + b'"', entry.start
    )
