"""Ordering and what becomes of orders, on the journal's page against the journal's own app."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from journal_api.care.follow_up.taking import take
from kit.db import Database
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import JournalClient
from portal.clinician.journal.ordering import OrderForm
from portal.clinician.journal.orders import Orders
from tests.conftest import TestDatabase
from tests.contract.portal.conftest import Browser, Store, Tab, store
from tests.contract.portal.journal_page import the_page
from tests.contract.portal.test_journal import opened
from tests.integration.core_record.conftest import number
from tests.integration.follow_up.conftest import KOMAN, OFFICE_HER, person_of
from tests.integration.lookup.builder import Item, Report

__all__ = ["number", "person_of", "store"]


async def ordered(visitor: Browser, *panels: str, **sent: str) -> tuple[Tab, Any, Any]:
    """The GP's page of Line with an order of these panels (INR), its form and the list."""
    tab = await the_page(visitor)
    await tab.do(Orders, "load")
    await tab.do(OrderForm, "open")
    form, shown = await tab.get(OrderForm), await tab.get(Orders)
    for panel in panels or ("inr",):
        await tab.do(OrderForm, "panel", panel)
    await tab.do(OrderForm, "send", {"patient": form.patient, **sent})
    return tab, form, shown


async def test_a_panel_and_words_are_ordered_and_wait(visitor: Browser) -> None:
    tab = await the_page(visitor)
    await tab.do(Orders, "load")
    await tab.do(OrderForm, "open")
    form, shown = await tab.get(OrderForm), await tab.get(Orders)
    assert (form.may_order, shown.waiting) == (True, [])
    await tab.do(OrderForm, "send", {"patient": form.patient})
    assert form.wrong == "nothing-chosen"
    await tab.do(OrderForm, "panel", "inr")
    await tab.do(OrderForm, "search", "kali")
    assert [one.text for one in form.found] == ["Kalium (P)"]
    await tab.do(OrderForm, "add", form.found[0].key)
    await tab.do(OrderForm, "search", "Allergiprøve")
    await tab.do(OrderForm, "add", "")
    assert [one.text for one in form.chosen] == ["INR (P)", "Kalium (P)", "Allergiprøve"]
    await tab.do(OrderForm, "send", {"patient": form.patient, "urgency": "urgent", "weeks": "6"})
    assert (form.wrong, form.is_open, shown.told) == ("", False, "ordered")
    (row,) = shown.waiting
    assert (row.state, row.missing, row.urgency, row.acts) == ("waiting", 3, "urgent", True)
    assert row.wanted


async def test_a_panel_taken_out_takes_what_no_other_has(visitor: Browser) -> None:
    tab = await the_page(visitor)
    await tab.do(OrderForm, "open")
    form = await tab.get(OrderForm)
    for panel in ("diabetes-year", "blood-pressure-year", "diabetes-year"):
        await tab.do(OrderForm, "panel", panel)
    codes = {one.code for one in form.chosen}
    assert "NPU03230" in codes
    assert "NPU19651" not in codes
    assert [one.id for one in form.panels if one.chosen] == ["blood-pressure-year"]
    await tab.do(OrderForm, "remove", "NPU03230")
    assert [one.id for one in form.panels if one.chosen] == []


async def test_what_was_chosen_is_there_after_a_look_at_another_field(
    visitor: Browser,
) -> None:
    tab = await the_page(visitor)
    await tab.do(OrderForm, "open")
    form = await tab.get(OrderForm)
    await tab.do(OrderForm, "panel", "inr")
    chosen = [one.key for one in form.chosen]
    await tab.do(OrderForm, "choose_field", "radiology")
    assert form.chosen == []
    await tab.do(OrderForm, "choose_field", "laboratory")
    assert [one.key for one in form.chosen] == chosen
    assert [one.id for one in form.panels if one.chosen] == ["inr"]
    await tab.do(OrderForm, "panel", "inr")
    assert form.chosen == []


async def test_a_draft_is_ordered_by_or_thrown_away(visitor: Browser) -> None:
    tab, _, shown = await ordered(visitor, draft="draft")
    (row,) = shown.waiting
    assert (row.state, row.number, shown.told) == ("draft", "", "drafted")
    await tab.do(Orders, "order", row.key)
    (row,) = shown.waiting
    assert (shown.wrong, row.state, row.number[:3]) == ("", "waiting", "AK ")


async def test_an_order_is_decided_about_with_a_reason(visitor: Browser) -> None:
    tab, _, shown = await ordered(visitor)
    (row,) = shown.waiting
    await tab.do(Orders, "sampled", row.key)
    assert shown.waiting[0].sampled
    for act, sent in (("wait", {"days": "28"}), ("settle", {"examination": "0"})):
        await tab.do(Orders, "choose", row.key, act)
        await tab.do(Orders, "send", {"patient": shown.of, "why": " ", **sent})
        assert shown.wrong == "reason-missing"
        await tab.do(Orders, "send", {"patient": shown.of, "why": "Svart på telefon", **sent})
        assert (shown.wrong, shown.told) == ("", act)
    assert (shown.waiting, [one.key for one in shown.answered]) == ([], [row.key])


async def test_what_was_sent_already_and_is_sent_changed_is_not_told_to_be_lost(visitor: Browser) -> None:
    tab, form, shown = await ordered(visitor)
    (row,) = shown.waiting
    await tab.do(OrderForm, "open")
    await tab.do(OrderForm, "panel", "inr")
    form._id, shown.waiting = row.key, []  # as where the first answer never came
    await tab.do(OrderForm, "send", {"patient": form.patient, "information": "Mer"})
    assert (form.wrong, form.is_open) == ("id-used", True)
    assert [one.key for one in shown.waiting] == [row.key]


async def test_what_was_said_to_be_answered_in_another_way_waits_again_when_it_was_not(
    visitor: Browser,
) -> None:
    tab, _, shown = await ordered(visitor)
    (row,) = shown.waiting
    await tab.do(Orders, "choose", row.key, "settle")
    await tab.do(Orders, "send", {"patient": shown.of, "why": "Svart på telefon", "examination": "0"})
    assert [exam.standing for exam in shown.answered[0].exams] == ["settled"]
    await tab.do(Orders, "unsettle", row.key, "0")
    assert (shown.wrong, shown.told, shown.answered) == ("", "reopened", [])
    assert [exam.standing for exam in shown.waiting[0].exams] == ["waiting"]


@pytest.mark.parametrize("numbered", [True, False])
async def test_what_counts_as_an_answer_and_is_none_is_taken_back(
    visitor: Browser,
    store: Store,
    postgres: TestDatabase,
    person_of: Callable[[str], UUID],
    numbered: bool,
) -> None:
    tab, _, shown = await ordered(visitor)
    (row,) = shown.waiting
    number, inr = row.number.replace(" ", ""), row.exams[0]
    code = shown._found[0].entry.body["examinations"][0]["coding"]["code"]
    sent = Report(
        sampled=datetime.now(UTC),
        requisition=number if numbered else "Q1",
        requester=KOMAN,
        unit=OFFICE_HER,
        items=[Item("1", code, "2.5")],
    )
    report = str(store.put(person_of("line"), sent).report_id)
    db = Database(postgres.dsn("akson_journal"))
    await db.open()
    while await take(db):
        pass
    await db.close()
    await tab.do(Orders, "load")
    if not numbered:
        assert [one.report for one in shown.waiting[0].proposals] == [report]
        await tab.do(Orders, "belongs", row.key, report, True)
    assert [one.report for one in shown.answered[0].answers] == [report]
    assert shown.answered[0].answers[0].texts == inr.text
    await tab.do(Orders, "belongs", row.key, report, False)
    assert (shown.wrong, shown.told, shown.answered) == ("", "reopened", [])
    assert (shown.waiting[0].answers, shown.waiting[0].proposals) == ([], [])


async def test_ordered_again_there_is_one_that_waits(visitor: Browser) -> None:
    tab, _, shown = await ordered(visitor)
    (row,) = shown.waiting
    await tab.do(Orders, "choose", row.key, "again")
    await tab.do(Orders, "send", {"patient": shown.of, "why": "Prøven er borte"})
    (new,) = shown.waiting
    assert new.key != row.key
    await tab.do(Orders, "choose", new.key, "cancel")
    await tab.do(Orders, "send", {"patient": shown.of, "why": "Ikke nødvendig"})
    assert shown.waiting == []


async def test_given_another_patient_is_opened_meanwhile_then_nothing_is_ordered_or_changed(
    visitor: Browser,
) -> None:
    tab, form, shown = await ordered(visitor)
    (row,) = shown.waiting
    await tab.do(OrderForm, "open")
    await tab.do(OrderForm, "panel", "inr")
    patient = form.patient
    await opened(visitor, "gry")
    await tab.do(OrderForm, "send", {"patient": patient})
    assert (form.wrong, form.is_open) == ("other-patient", True)
    await tab.do(Orders, "sampled", row.key)
    assert shown.wrong == "other-patient"


async def test_a_search_that_fails_is_told_and_not_shown_as_nothing_found(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = await the_page(visitor)
    await tab.do(OrderForm, "open")
    form = await tab.get(OrderForm)

    async def down(*_: Any) -> list[Any]:
        raise ServiceProblem(Problem.DOWN, "503")

    with monkeypatch.context() as broken:
        broken.setattr(JournalClient, "codes", down)
        await tab.do(OrderForm, "search", "kali")
        assert (form.search_failed, form.found) == (True, [])
    await tab.do(OrderForm, "search", "kali")
    assert (form.search_failed, len(form.found)) == (False, 1)
