"""A requisition on paper: for the person to take along, or for the sample's own bag. No input or output."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from fpdf.enums import XPos, YPos

from core_record.result_news.requisition_numbers import spaced
from journal_api.fhir.parts import Json
from journal_api.journal.entries.models import Entry
from journal_api.transfer.pdf import Page
from journal_api.transfer.words import Words, clock

LANGUAGES = ("nb", "nn", "en")
_SAID = ("field", "urgency", "receiver", "wanted", "until", "information")
_DAYS = frozenset({"wanted", "until"})
_BAR, _HEIGHT = 0.5, 14.0
"""Width of a narrow bar and height of the barcode (Code 39), in mm."""


class Paper(NamedTuple):
    """What is printed: the person (FHIR Patient), the order, its number and the name of the unit."""

    person: Json
    entry: Entry
    number: str
    unit: str


def as_pdf(paper: Paper, language: str) -> bytes:
    """One page or more, with the number in figures and as a barcode on the first."""
    words, body = Words(language), paper.entry.body
    page = Page(paper.person, words, "requisition")
    page.head()
    page.say(spaced(paper.number), bold=True, size=16)
    page.code39(f"*{paper.number}*", page.l_margin, page.get_y() + 2, _BAR, _HEIGHT)
    page.set_y(page.get_y() + _HEIGHT + 6)
    page.say(words.say("number_back"), size=9)
    page.ln(3)
    page.say(f"{words.field('requester_name')}: {body['requester_name']}")
    page.say(f"{words.say('ordering_unit')}: {paper.unit}")
    page.say(f"{words.field('at')}: {clock(paper.entry.at)}")
    for name in _SAID:
        if body.get(name):
            said = _day(body[name]) if name in _DAYS else words.value(body[name])
            page.say(f"{words.field(name)}: {said}")
    page.ln(3)
    page.say(words.field("examinations"), bold=True, size=13)
    for one in body["examinations"]:
        code = one.get("coding", {}).get("code", "")
        page.say(f"[  ]  {one['text']}" + (f"  ({code})" if code else ""))
    page.ln(4)
    page.say(f"{words.say('sample_taken')}:")
    page.cell(0, 10, "", border="B", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    return bytes(page.output())


def _day(iso: str) -> str:
    """A day as Norwegians write it."""
    return date.fromisoformat(iso).strftime("%d.%m.%Y")
