"""The list of unusual access on the screen."""

from __future__ import annotations

import pytest

from core_record.unusual.models import REVIEW_REASONS
from core_record.unusual.rules import REASONS as RULES
from portal.administration.unusual.transform import counts, entries, opened
from portal.administration.unusual.view import OUTCOMES, REASONS
from portal.ui.texts import LANGUAGES, under

ENTRY = {
    "entry_id": "e1",
    "first_at": "2026-11-23T22:30:00Z",
    "reasons": ["colleague", "at-night"],
    "personnel": "Samira Haugland",
    "outcome": None,
    "review_reason": None,
    "reviewed_at": None,
}


def test_entry_tells_who_when_and_why() -> None:
    (entry,) = entries({"items": [ENTRY]})
    assert (entry.who, entry.at, entry.reasons) == (
        "Samira Haugland",
        "23.11.2026 kl. 23:30",
        ["colleague", "at-night"],
    )
    assert (entry.outcome, entry.reviewed) == ("", "")


def test_reasons_come_the_most_frequent_first() -> None:
    found = counts({"reasons": {"at-night": 1, "colleague": 3}})
    assert [(one.code, one.number) for one in found] == [("colleague", 3), ("at-night", 1)]


def test_opened_entry_tells_whom_and_what() -> None:
    row = {"at": "2026-11-23T22:30:00Z", "basis": "AKUTT", "relation": "self-declared", "reason": None}
    seen = opened(
        {"entry": ENTRY, "person": "Line Danser", "born": 1969, "rows": [row | {"items": {"A": 1}}]}
    )
    assert (seen.person, seen.born, seen.entry.id) == ("Line Danser", "1969", "e1")
    assert (seen.rows[0].basis, seen.rows[0].kinds, seen.rows[0].place) == ("AKUTT", ["A"], "")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_has_its_words(lang: str) -> None:
    assert set(RULES) <= set(under(lang, "unusual.why"))
    assert set(OUTCOMES) <= set(under(lang, "unusual.outcome"))
    assert set(REASONS) <= set(under(lang, "unusual.review_reason"))
    assert REVIEW_REASONS == REASONS
