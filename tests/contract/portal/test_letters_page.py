"""Writing to another place: once, whatever is lost on the way, and about whom it was begun for."""

from __future__ import annotations

import pytest

from portal.clinician.messages.new import NewLetter
from portal.session.journal import journal_client
from tests.contract.portal.conftest import Browser
from tests.contract.portal.test_journal import opened

HOME_CARE = "313900878"
FIRST = {"to_unit": HOME_CARE, "subject": "Sår", "words": "Kan dere se på såret?", "urgency": "urgent"}


@pytest.mark.parametrize(("kind", "entry"), [("message", "Communication"), ("referral", "ServiceRequest")])
async def test_given_a_lost_answer_then_the_same_is_sent_once_and_changed_words_are_not_lost(
    visitor: Browser, kind: str, entry: str
) -> None:
    tab = await opened(visitor)
    await tab.do(NewLetter, "begin")
    await tab.do(NewLetter, "choose_kind", kind)
    letter = await tab.get(NewLetter)
    for _ in range(2):
        await tab.do(NewLetter, "send", FIRST)
        assert (letter.said, letter.wrong) == (kind, "")
        letter.writing, letter.said = True, ""  # as where the answer never came
    client = await journal_client(tab.root)
    assert len((await client.search([entry]))[entry]) == 1

    changed = FIRST | {"words": "Kan dere se på såret i dag?"}
    await tab.do(NewLetter, "send", changed)
    assert (letter.said, letter.wrong, letter.writing) == ("", "sent-otherwise", True)
    await tab.do(NewLetter, "send", changed)
    assert (letter.said, letter.wrong, letter.writing) == (kind, "", False)
    assert len((await client.search([entry]))[entry]) == 2


@pytest.mark.parametrize(("then", "stays"), [("line", True), ("gry", False)])
async def test_given_another_patient_then_what_was_begun_is_put_away_and_for_the_same_it_stays(
    visitor: Browser, then: str, *, stays: bool
) -> None:
    tab = await opened(visitor)
    await tab.do(NewLetter, "begin")
    await opened(visitor, then)
    await tab.do(NewLetter, "load")
    letter = await tab.get(NewLetter)
    assert letter.units
    assert letter.writing is stays
