"""The operations pages' transforms: ages, faults, bars and silences, without a browser."""

from __future__ import annotations

from datetime import date

import pytest

from portal.operations.messages.reasons import (
    ASK_REASONS,
    CONFLICTS,
    CORRECTION_REASONS,
    REPLAY_REASONS,
    RESOLVE_REASONS,
)
from portal.operations.messages.transform import age_of, code_counts, history, moment, opened, row
from portal.operations.senders.transform import (
    bars,
    chosen,
    kinds,
    senders,
    silences,
    totals,
    volumes,
)
from portal.ui.text import text
from portal.ui.texts import LANGUAGES, under
from results_service.operations import rules
from results_service.reports.judgements import JUDGEMENTS
from results_service.reports.svarrapport.report import KINDS
from results_service.reports.svarrapport.rules import RULES

ITEM = {
    "id": "018f",
    "status": "needs-attention",
    "received": "2026-11-22T23:30:00Z",
    "organisation": "313902196",
    "organisation_name": "Samband",
    "sender": "313901866",
    "sender_name": "Nordlys",
    "kind": "CLIN",
    "version": "1.4",
    "errors": [{"code": "several-patients", "message": "Send one.", "path": "ServReport/Patient"}],
    "age_seconds": 7300,
    "resolved": None,
    "replay": "possible",
}
VOLUMES = volumes(
    {
        "volumes": [
            {"day": day, "sender": "1", "sender_name": name, "kind": kind, "messages": count}
            | {"needs_attention": waiting, "rejected": 0}
            for day, name, kind, count, waiting in (
                ("2026-11-23", "Nordlys", "CLIN", 30, 2),
                ("2026-11-23", "Vestbre", "RAD", 10, 0),
                ("2026-11-21", "Nordlys", "MBIO", 20, 1),
                ("2026-11-21", "name:Ukjent", None, 1, 0),
            )
        ]
    }
)
TODAY = date(2026, 11, 23)


def test_a_row_tells_sender_deliverer_age_and_what_is_wrong() -> None:
    found = row(ITEM)
    assert (found.sender, found.via, found.age, found.age_unit) == ("Nordlys", "Samband", 2, "hours")
    assert found.received == "23.11.2026 00:30"  # in Norway it was the next day
    assert [(f.code, f.place) for f in found.faults] == [("several-patients", "ServReport/Patient")]


def test_a_message_that_names_no_sender_is_shown_under_its_deliverer() -> None:
    found = row({**ITEM, "sender": None, "sender_name": None})
    assert (found.sender, found.via) == ("Samband", "")
    assert row({**ITEM, "sender": "name:Lab AS", "sender_name": None}).sender == "Lab AS"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, (0, "now")),
        (59, (0, "now")),
        (60, (1, "minute")),
        (3599, (59, "minutes")),
        (3600, (1, "hour")),
        (7300, (2, "hours")),
        (200_000, (2, "days")),
    ],
)
def test_ages(seconds: int, expected: tuple[int, str]) -> None:
    assert age_of(seconds) == expected


def test_what_is_missing_stays_empty() -> None:
    assert moment(None) == ""
    assert code_counts({}) == []
    assert history({}) == []
    nothing = opened({"subject": None, "content": None, "original": None})
    assert (nothing.readable, nothing.original) == (False, "")


def test_an_opened_message_never_shows_in_a_log_line() -> None:
    found = opened({"subject": {"name": "Danser, Line", "number": "13116900216"}, "content": {}})
    assert found.readable
    assert "13116900216" not in repr(found)


def test_every_day_has_a_bar_and_the_largest_the_longest() -> None:
    assert [(b.day, b.messages, b.waiting, b.width) for b in bars(VOLUMES, 3, TODAY)] == [
        ("21.11.2026", 21, 1, "52.5%"),
        ("22.11.2026", 0, 0, "0%"),
        ("23.11.2026", 40, 2, "100%"),
    ]


def test_without_messages_there_are_bars_of_no_length() -> None:
    assert {b.width for b in bars([], 14, TODAY)} == {"0%"}


def test_a_choice_narrows_bars_and_totals_alike() -> None:
    found = chosen(VOLUMES, "Nordlys", "")
    assert [(t.kind, t.messages) for t in totals(found)] == [("CLIN", 30), ("MBIO", 20)]
    assert sum(b.messages for b in bars(chosen(VOLUMES, "Nordlys", "MBIO"), 3, TODAY)) == 20
    assert senders(VOLUMES) == ["Nordlys", "Ukjent", "Vestbre"]
    assert kinds(VOLUMES) == ["CLIN", "MBIO", "RAD"]


def test_a_silence_in_units_one_can_read() -> None:
    last = "2026-11-23T05:00:00Z"
    told = {"sender": "1", "sender_name": "N", "last": last, "silent_seconds": 90_000, "state": "quiet"}
    first, second = silences({"senders": [{**told, "usual_seconds": 7200}, {**told, "usual_seconds": None}]})
    assert (first.usual, first.usual_unit, first.silent, first.silent_unit) == (2, "hours", 25, "hours")
    assert second.usual == -1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_and_every_code_that_can_wait_has_words(lang: str) -> None:
    assert set(REPLAY_REASONS) == set(rules.REPLAY_REASONS)
    assert set(RESOLVE_REASONS) == set(rules.RESOLVE_REASONS)
    assert set(CORRECTION_REASONS) == set(rules.CORRECTION_REASONS)
    assert set(ASK_REASONS) == set(rules.ASK_REASONS) == set(under(lang, "team.letter.ask"))
    assert set(ASK_REASONS) == set(under(lang, "team.letter.ask_many"))
    assert set(ASK_REASONS) | {"other"} == set(under(lang, "team.asked"))
    assert set(JUDGEMENTS) | {"other"} == set(under(lang, "judging.does"))
    written = {*REPLAY_REASONS, *RESOLVE_REASONS, *CORRECTION_REASONS, *JUDGEMENTS, "corrected"}
    assert written <= set(under(lang, "operations.reason"))
    assert set(CONFLICTS) <= set(under(lang, "operations.conflict"))
    waiting = {code for code, rule in RULES.items() if rule.severity == "attention"}
    words = set(under(lang, "operations.code"))
    assert set(under(lang, "operations.kind")) >= KINDS
    assert waiting | rules.HELD | rules.REMOVABLE | {"processing-failed"} <= words


def test_the_number_nought_is_said() -> None:
    assert "String(0 ??" in str(text("team.many.under_way", done=0, left=0))
