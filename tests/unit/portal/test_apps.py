"""What apps may, in words; the public page of them."""

from __future__ import annotations

import pytest

from core_record.access.journal import JOURNAL_KINDS
from core_record.apps.grants import RESULT_KINDS
from core_record.apps.rules import FOLLOWS, REASONS
from portal.administration.apps.transform import NEXT, rows
from portal.administration.apps.view import REASONS as SHOWN_REASONS
from portal.frame.apps import Use, use_of
from portal.frame.public_apps import apps_page
from portal.ui.texts import LANGUAGES, say, texts

ROW = {
    "client_id": "trend",
    "org_number": "313900215",
    "organisation": "Fjordvik kommune",
    "name": "Trend <b>",
    "vendor": "313902307",
    "vendor_name": "Leverandør & Co",
    "purpose": "Viser blodtrykk",
    "grants": ["akson:journal user/Observation.rs", "akson:journal user/Task.crus"],
    "roles": [],
    "data_protection": "Avtale 12",
    "valid_to": "2027-01-31",
    "launch_url": None,
    "state": "approved",
    "decided_by": "Sigrid Aune",
    "decided_at": "2026-11-23T10:00:00Z",
    "seen": "5f2c",
}


def test_grants_are_told_by_what_is_read_and_written() -> None:
    assert use_of(ROW["grants"]) == Use(["Observation", "Task"], ["Task"], delivers=False)  # type: ignore[arg-type]
    assert use_of(["nhn:pps user/Observation.rs"]) == Use(["results-Observation"], [], delivers=False)
    assert use_of(["nhn:pps system/DiagnosticReport.c"]) == Use([], [], delivers=True)
    assert use_of(["nonsense"]) == Use([], [], delivers=False)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_state_and_reason_has_a_text(lang: str) -> None:
    known = texts(lang)
    kinds = {*JOURNAL_KINDS, *(f"results-{kind}" for kind in RESULT_KINDS)}
    assert not [kind for kind in kinds if f"apps.kind.{kind}" not in known]
    assert not [state for state in FOLLOWS if f"apps.state.{state}" not in known]
    assert not [code for code in REASONS if f"apps.reason.{code}" not in known]


def test_what_can_be_decided_is_what_the_register_takes() -> None:
    assert {state: set(after) for state, after in FOLLOWS.items() if after} == {
        state: set(after) for state, after in NEXT.items()
    }
    assert set(SHOWN_REASONS) == set(REASONS)


def test_those_that_wait_come_first() -> None:
    waits = {**ROW, "name": "Venter", "state": "proposed"}
    assert [row.name for row in rows({"apps": [ROW, waits]})] == ["Venter", "Trend <b>"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_public_page_says_what_an_app_may_once_for_all_its_organisations(lang: str) -> None:
    other = {**ROW, "organisation": "Skogheim kommune"}
    page = apps_page(lang, [ROW, other])
    assert page.count("<h2>") == 1
    assert "Trend &lt;b&gt;" in page
    assert "Leverandør &amp; Co (313902307)" in page
    assert say(lang, "apps.kind.Observation") in page
    assert "Fjordvik kommune" in page
    assert "Skogheim kommune" in page


def test_an_app_admitted_for_more_elsewhere_stands_by_itself() -> None:
    more = {**ROW, "organisation": "Skogheim kommune", "grants": ["akson:journal user/Condition.rs"]}
    assert apps_page("nb", [ROW, more]).count("<h2>") == 2


def test_given_none_then_the_page_says_so() -> None:
    assert say("nb", "apps.public.none") in apps_page("nb", [])
