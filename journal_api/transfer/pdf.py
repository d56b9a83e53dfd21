"""A whole journal as PDF, to read and print: what is critical first, then the lists, then what happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import font_manrope
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from journal_api.fhir.parts import Json
from journal_api.journal.entries.models import Entry, Stamp, Version
from journal_api.transfer.bundle import Kept
from journal_api.transfer.words import Words, clock

_FILES = Path(font_manrope.__file__).parent / "files"
_REGULAR, _BOLD = _FILES / "Manrope-Regular.ttf", _FILES / "Manrope-Bold.ttf"
_FIRST = ("AllergyIntolerance", "Flag", "MedicationStatement", "Condition")
_EVENTS = ("Encounter", "Composition")
_LEFT_OUT = frozenset({"Observation"})
"""Measured values stand in their notes; one without a note is printed."""


def as_pdf(person: Json, kept: Sequence[Kept], language: str) -> bytes:
    """The document; `kept` oldest first. Letters that the font lacks stand as their code point."""
    page = Page(person, Words(language))
    page.head()
    by_kind: dict[str, list[Kept]] = {}
    for one in kept:
        if one.entry.kind not in _LEFT_OUT or "note" not in one.entry.body:
            by_kind.setdefault(one.entry.kind, []).append(one)
    if not by_kind:
        page.say(page.words.say("empty"))
    lists = [kind for kind in by_kind if kind not in (*_FIRST, *_EVENTS)]
    for kind in (*_FIRST, *sorted(lists), *_EVENTS):
        if kind in by_kind or kind in _FIRST[:3]:
            page.chapter(kind, by_kind.get(kind, []))
    return bytes(page.output())


class Page(FPDF):
    """A4 with the person at the head of each page, as paper journals have it. `title`: a text of `Words`."""

    def __init__(self, person: Json, words: Words, title: str = "title") -> None:
        super().__init__(format="A4")
        self.words, self.person, self.titled = words, person, words.say(title)
        self.add_font("body", "", _REGULAR)
        self.add_font("body", "B", _BOLD)
        self.set_auto_page_break(auto=True, margin=18)
        self.set_title(self.titled)
        self.set_lang(words.language)
        self.set_creation_date(datetime.now(UTC))
        self.made_at = clock(datetime.now(UTC))
        self.add_page()

    def header(self) -> None:
        """Who, on every page: a page that is lost can be brought back."""
        name = str((self.person.get("name") or [{}])[0].get("text", ""))
        number = str(self.person["identifier"][0]["value"])
        self.set_font("body", "B", 9)
        self.cell(0, 5, _printable(f"{name}  ·  {number[:6]} {number[6:]}"))
        self.ln(9)

    def footer(self) -> None:
        """When it was printed, and which page."""
        self.set_y(-13)
        self.set_font("body", "", 8)
        made, page = self.words.say("made"), self.words.say("page")
        self.cell(0, 5, f"{made} {self.made_at}  ·  {page} {self.page_no()}/{{nb}}", align="R")

    def head(self) -> None:
        """Title and what the registers say."""
        self.set_font("body", "B", 18)
        self.cell(0, 10, self.titled)
        self.ln(12)
        if born := self.person.get("birthDate"):
            self.say(f"{self.words.say('born')}: {'.'.join(reversed(str(born).split('-')))}")

    def chapter(self, kind: str, kept: Sequence[Kept]) -> None:
        """All of one kind."""
        self.ln(3)
        self.set_font("body", "B", 13)
        self.start_section(_printable(self.words.kind(kind)))
        self.cell(0, 8, _printable(self.words.kind(kind)))
        self.ln(9)
        if not kept:
            self.say(self.words.say("nothing"))
        for one in kept:
            self._entry(one.entry, kind)
            for version in one.former:
                self._former(version, kind)

    def say(self, text: str, *, bold: bool = False, size: int = 10, indent: float = 0) -> None:
        """A paragraph."""
        self.set_font("body", "B" if bold else "", size)
        self.set_x(self.l_margin + indent)
        self.multi_cell(0, 5, _printable(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _entry(self, entry: Entry, kind: str) -> None:
        title = self.words.title(entry, kind)
        head = "  ·  ".join(part for part in (clock(entry.at), title, self.words.state(entry.state)) if part)
        self.say(head, bold=True)
        self._body(entry, kind)
        stamps = [("written", entry.made)]
        if entry.changed != entry.made:
            stamps.append(("corrected" if entry.why else "changed", entry.changed))
        if entry.signed:
            stamps.append(("signed", entry.signed))
        self._stamps(stamps, entry.why)

    def _former(self, version: Version, kind: str) -> None:
        self.say(f"{self.words.say('former')}: {clock(version.changed.at)}", bold=True, size=9, indent=6)
        self._body(version, kind, indent=6)
        self.ln(2)

    def _body(self, entry: Entry | Version, kind: str, *, indent: float = 0) -> None:
        for label, value in self.words.lines(entry, kind):
            self.say(f"{label}: {value}", indent=indent)

    def _stamps(self, stamps: Sequence[tuple[str, Stamp]], why: str | None) -> None:
        said = [f"{self.words.say(name)} {clock(stamp.at)}, {stamp.name}" for name, stamp in stamps]
        self.say("  ·  ".join(said + ([why] if why else [])), size=8)
        self.ln(2)


@cache
def _letters() -> frozenset[int]:
    found: Any = TTFont(_REGULAR).getBestCmap()
    return frozenset(found)


def _printable(text: str) -> str:
    """A letter that the font lacks as its code point: never left out in silence."""
    known = _letters()
    return "".join(c if ord(c) in known or c in "\n\t" else f"[U+{ord(c):04X}]" for c in text)
