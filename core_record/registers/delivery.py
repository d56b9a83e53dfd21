"""Reading a register delivery (CSV or JSON) into entries with line numbers, and every fault of it by code.

docs/registers.md describes the shapes. What a fault says never repeats a value: it may be a person's number.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from core_record.registers import file as shape
from core_record.registers.file import Number, RegisterFile, read_number

SECTIONS: dict[str, Any] = {
    "organisations": shape.Organisation,
    "departments": shape.OwnedDepartment,
    "personnel": shape.Personnel[Number],
    "authorisations": shape.OwnedAuthorisation,
    "employments": shape.Employment[Number],
    "administrators": shape.Administration[Number],
    "persons": shape.Person[Number],
    "parents": shape.OwnedParent[Number],
    "former_numbers": shape.FormerNumber[Number],
    "substitutes": shape.Substitute,
    "gp_lists": shape.GpListEntry[Number],
    "senders": shape.SenderEntry,
}
"""Section → type of its entries, in the order of import."""
_NESTED = frozenset({"departments", "authorisations", "parents", "former_ids"})
_LISTS = frozenset({"her_ids", "delivered_by", "kinds", "keys"})
_PLACE = re.compile(r"`\$\.?(\w*)")
_MISSING = re.compile(r"missing required field `(\w+)`")
_BYTE = re.compile(r"\(byte (\d+)\)")
MOST_FAULTS = 1000


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line: a stable code, and one sentence that says what to do."""

    line: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a section, the line where it begins, and the fields it names; others stay as they are."""

    section: str
    line: int
    value: Any
    given: frozenset[str]


@dataclass(slots=True)
class Delivery:
    """One file as read; with faults nothing of it may be imported."""

    name: str
    data: bytes
    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    section: str | None = None  # of a CSV: what its columns are of

    @property
    def rank(self) -> int:
        """Where its first section comes in the order of import."""
        order = list(SECTIONS)
        return min((order.index(entry.section) for entry in self.entries), default=len(order))


def columns(section: str) -> tuple[str, ...]:
    """The columns of a section's CSV."""
    kind = _struct(section)
    return tuple(name for name in kind.__struct_fields__ if name not in _NESTED)


def required(section: str) -> frozenset[str]:
    """The columns that a section's CSV must have."""
    return frozenset(f.name for f in msgspec.structs.fields(_struct(section)) if f.required)


def read_delivery(path: Path) -> Delivery:
    """Read a file; `OSError` when it cannot be opened, everything else is among the faults."""
    delivery = Delivery(path.name, path.read_bytes())
    if path.suffix.lower() not in (".csv", ".json"):
        delivery.faults.append(Fault(0, "file-kind", "A delivery is a .csv or .json file."))
    elif not delivery.data.strip():
        delivery.faults.append(Fault(1, "file-empty", "The file holds nothing."))
    else:
        (_read_csv if path.suffix.lower() == ".csv" else _read_json)(delivery)
    return delivery


def _struct(section: str) -> Any:
    kind = SECTIONS[section]
    return getattr(kind, "__origin__", kind)


def _read_csv(delivery: Delivery) -> None:
    try:
        text = delivery.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = delivery.data[: error.start].count(b"\n") + 1
        delivery.faults.append(Fault(line, "encoding", "Save the file as UTF-8."))
        return
    head = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in head else ",", strict=True)
    try:
        names = [name.strip() for name in next(reader)]
        section = delivery.section = _section_of(names)
        if section is None:
            delivery.faults.append(_unknown_columns(names))
            return
        for row in reader:
            if any(cell.strip() for cell in row):
                _add_row(delivery, section, names, row, reader.line_num)
    except csv.Error:
        delivery.faults.append(Fault(reader.line_num, "csv-invalid", "A quotation mark is not closed here."))


def _section_of(names: list[str]) -> str | None:
    found = [s for s in SECTIONS if required(s) <= set(names) <= set(columns(s))]
    return found[0] if found and len(set(names)) == len(names) else None


def _unknown_columns(names: list[str]) -> Fault:
    known = {name for section in SECTIONS for name in columns(section)}
    strange = sorted(name for name in set(names) - known if name.isidentifier() and len(name) < 40)
    hint = f" Not known: {', '.join(strange)}." if strange else ""
    return Fault(1, "columns-unknown", f"The columns are of no register: see docs/registers.md.{hint}")


def _add_row(delivery: Delivery, section: str, names: list[str], row: list[str], line: int) -> None:
    if len(row) != len(names):
        detail = f"{len(row)} cells, but {len(names)} columns."
        delivery.faults.append(Fault(line, "column-count", detail))
        return
    plain: dict[str, Any] = {}
    for name, cell in zip(names, row, strict=True):
        if cell.strip():
            plain[name] = cell.split() if name in _LISTS else cell.strip()
    _add(delivery, section, line, plain, frozenset(names))


def _read_json(delivery: Delivery) -> None:
    try:
        sections = msgspec.json.decode(delivery.data, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError as error:
        found = _BYTE.search(str(error))
        line = delivery.data[: int(found[1]) if found else None].count(b"\n") + 1  # none: it ends too early
        delivery.faults.append(Fault(line, "json-invalid", "The file is no JSON object of sections."))
        return
    places = _Places(delivery.data)
    for section, raw in sections.items():
        line = places.line_of(raw)
        if section not in SECTIONS:
            known = ", ".join(SECTIONS)
            delivery.faults.append(Fault(line, "section-unknown", f"Known sections: {known}."))
            continue
        _add_section(delivery, section, raw, places, line)


def _add_section(delivery: Delivery, section: str, raw: msgspec.Raw, places: _Places, line: int) -> None:
    try:
        elements = msgspec.json.decode(raw, type=list[msgspec.Raw])
    except msgspec.DecodeError:
        delivery.faults.append(Fault(line, "section-invalid", f"{section} is a list of entries."))
        return
    inside = places.inside()
    for element in elements:
        line = inside.line_of(element)
        plain = msgspec.json.decode(element)
        if isinstance(plain, dict):
            _add(delivery, section, line, plain, frozenset(plain))
        else:
            delivery.faults.append(Fault(line, "entry-invalid", "An entry is an object with fields."))


class _Places:
    """Where pieces of the file begin, asked for in their order."""

    def __init__(self, data: bytes, start: int = 0, line: int = 1) -> None:
        self._data, self._at, self._line = data, start, line

    def line_of(self, raw: msgspec.Raw) -> int:
        piece = bytes(raw)
        begin = self._data.index(piece, self._at)
        self._start = begin
        self._line += self._data.count(b"\n", self._at, begin)
        line = self._line
        self._line += piece.count(b"\n")
        self._at = begin + len(piece)
        self._start_line = line
        return line

    def inside(self) -> _Places:
        """The places within the piece asked for last."""
        return _Places(self._data, self._start, self._start_line)


def _add(delivery: Delivery, section: str, line: int, plain: dict[str, Any], given: frozenset[str]) -> None:
    if len(delivery.faults) >= MOST_FAULTS:
        return
    unknown = set(plain) - set(_struct(section).__struct_fields__)
    if unknown:
        detail = f"{section} has the fields {', '.join(_struct(section).__struct_fields__)}."
        delivery.faults.append(Fault(line, "field-unknown", detail))
        return
    try:
        value = msgspec.convert(plain, SECTIONS[section], strict=False, dec_hook=read_number)
    except msgspec.ValidationError as error:
        delivery.faults.append(_fault(line, str(error)))
        return
    delivery.entries.append(Entry(section, line, value, given))


def _fault(line: int, message: str) -> Fault:
    """msgspec's message as a fault of ours: which field, and never its value."""
    missing = _MISSING.search(message)
    if missing:
        return Fault(line, "field-missing", f"{missing[1]} is missing.")
    place = _PLACE.search(message)
    name = place[1] if place else ""
    if message.startswith("national-id-"):
        code = message.split(" ", 1)[0]
        return Fault(line, code, f"{name} is no valid national identity number.")
    return Fault(line, "value-invalid", f"{name or 'An entry'} has a value that the register does not know.")


def in_import_order(delivery: Delivery) -> Iterator[Entry]:
    """The entries section by section, in the order of import."""
    for section in RegisterFile.__struct_fields__:
        yield from (entry for entry in delivery.entries if entry.section == section)
