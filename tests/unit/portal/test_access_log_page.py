"""Who has looked: from AuditEvent to what a citizen reads."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.citizen.access_log.transform import looks
from portal.citizen.access_log.visits import by_day, visits
from portal.ui.texts import LANGUAGES, under


def event(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "AuditEvent",
        "id": "e1",
        "recorded": "2026-11-23T23:43:17Z",
        "outcome": "0",
        "agent": [
            {
                "name": "Magnar Koman",
                "role": [{"coding": [{"code": "LE"}]}],
                "type": {"coding": [{"code": "clinician"}]},
            }
        ],
        "purposeOfEvent": [
            {
                "coding": [
                    {"system": "urn:oid:1", "code": "COC"},
                    {"system": "urn:akson:access-basis", "code": "AKUTT"},
                ]
            }
        ],
        "extension": [
            {
                "url": "urn:akson:care-relation",
                "extension": [
                    {"url": "relation", "valueCode": "self-declared"},
                    {"url": "decision-ref-id", "valueString": "treatment"},
                ],
            }
        ],
        "contained": [
            {
                "resourceType": "PractitionerRole",
                "organization": {"display": "Fjordvik kommune"},
                "location": [{"display": "Legevakten"}],
            }
        ],
        "entity": [{"type": {"code": "DiagnosticReport"}}, {"type": {"code": "Observation"}}],
    } | more


def bundle(*events: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in events]}


def test_name_role_place_time_basis_reason_and_what_was_seen() -> None:
    (look,) = looks(bundle(event()))
    assert (look.day, look.time) == ("24.11.2026", "00:43")
    assert (look.name, look.role, look.organisation) == ("Magnar Koman", "LE", "Legevakten, Fjordvik kommune")
    assert (look.basis, look.relation, look.reason) == ("AKUTT", "self-declared", "treatment")
    assert look.kinds == ["DiagnosticReport", "Observation"]
    assert not look.refused
    assert not look.own


def test_a_refusal_is_said_to_be_one() -> None:
    (look,) = looks(bundle(event(outcome="4")))
    assert look.refused


def test_ones_own_look_is_ones_own() -> None:
    (look,) = looks(bundle(event(agent=[{"type": {"coding": [{"code": "citizen"}]}}], contained=[])))
    assert (look.own, look.name, look.organisation) == (True, "", "")


def test_an_event_that_says_little_still_has_its_line() -> None:
    bare = {"resourceType": "AuditEvent", "id": "e2", "recorded": "2026-11-23T10:00:00Z"}
    (look,) = looks(bundle(bare))
    assert (look.time, look.name, look.kinds) == ("11:00", "", [])


def at(time: str, **more: Any) -> dict[str, Any]:
    return event(id=time, recorded=f"2026-11-23T{time}:00Z", **more)


def told(*events: dict[str, Any]) -> list[tuple[str, str, str, int]]:
    return [(one.name, one.began, one.time, len(one.looks)) for one in visits(looks(bundle(*events)))]


def test_what_one_looks_at_in_one_visit_is_one_line() -> None:
    nine = [at(f"10:{minute:02}") for minute in range(48, 3, -5)]
    assert told(*nine) == [("Magnar Koman", "11:08", "11:48", 9)]


def test_a_visit_lasts_as_long_as_less_than_half_an_hour_passes() -> None:
    assert told(at("11:00"), at("10:30")) == [("Magnar Koman", "11:30", "12:00", 2)]
    assert [count for *_, count in told(at("11:00"), at("10:29"))] == [1, 1]
    assert [count for *_, count in told(at("11:20"), at("10:55"), at("10:30"), at("10:05"))] == [4]


def test_others_in_between_do_not_break_a_visit_and_stand_by_themselves() -> None:
    other = [{"name": "Rita Lin", "type": {"coding": [{"code": "clinician"}]}}]
    assert told(at("10:20"), at("10:15", agent=other), at("10:10")) == [
        ("Magnar Koman", "11:10", "11:20", 2),
        ("Rita Lin", "11:15", "11:15", 1),
    ]


def test_another_reason_basis_or_a_refusal_is_another_visit() -> None:
    basis = [{"coding": [{"system": "urn:akson:access-basis", "code": "UNNTAK"}]}]
    found = told(at("10:20"), at("10:19", outcome="4"), at("10:18", purposeOfEvent=basis), at("10:17"))
    assert [count for *_, count in found] == [2, 1, 1]


def test_midnight_begins_a_new_line_and_two_of_one_name_stay_apart() -> None:
    assert [count for *_, count in told(at("23:05"), at("22:55"))] == [1, 1]  # 00:05 and 23:55 in Norway

    def role(hpr: str) -> list[dict[str, Any]]:
        named = {"identifier": {"value": hpr}, "display": "Magnar Koman"}
        return [{"resourceType": "PractitionerRole", "practitioner": named}]

    found = told(at("10:20", contained=role("1")), at("10:19", contained=role("2")))
    assert [count for *_, count in found] == [1, 1]


def test_a_visit_tells_all_that_was_seen_once_and_who_can_be_blocked() -> None:
    person = {"entity": [{"type": {"code": "Person"}}]}
    (one,) = visits(looks(bundle(at("10:20"), at("10:19", **person), at("10:18"))))
    assert one.kinds == ["DiagnosticReport", "Person"], "a report and its parts are one thing seen"
    assert one.looks[0].kinds == ["DiagnosticReport", "Observation"], "each look-up tells all"
    parts = event(entity=[{"type": {"code": "Observation"}}])
    (alone,) = visits(looks(bundle(parts)))
    assert alone.kinds == ["Observation"]
    assert (one.worker, one.id) == (True, "10:20")
    citizen = [{"type": {"coding": [{"code": "citizen"}]}}]
    (own,) = visits(looks(bundle(at("10:20", agent=citizen, contained=[]))))
    assert not own.worker


def kinds_of(*looked: list[str]) -> list[str]:
    events = [
        at(f"10:{minute:02}", entity=[{"type": {"code": kind}} for kind in kinds])
        for minute, kinds in zip(range(20, 0, -1), looked, strict=False)
    ]
    (one,) = visits(looks(bundle(*events)))
    return one.kinds


def test_what_was_read_of_the_journal_is_told_beside_the_report_of_the_same_visit() -> None:
    journal, report = ["Observation", "ServiceRequest"], ["DiagnosticReport", "Observation"]
    assert kinds_of(report) == ["DiagnosticReport"]
    assert kinds_of(journal) == journal
    assert kinds_of(journal, report) == ["Observation", "ServiceRequest", "DiagnosticReport"]
    assert kinds_of(report, journal) == ["DiagnosticReport", "Observation", "ServiceRequest"]


def test_visits_stand_under_the_day_in_norway_that_they_were_made_on() -> None:
    times = ("2026-11-23T23:30:00Z", "2026-11-23T22:50:00Z", "2026-11-22T08:00:00Z")
    found = by_day(visits(looks(bundle(*(event(id=time, recorded=time) for time in times)))))
    assert [(one.day, [visit.time for visit in one.visits]) for one in found] == [
        ("24.11.2026", ["00:30"]),
        ("23.11.2026", ["23:50"]),
        ("22.11.2026", ["09:00"]),
    ]
    assert by_day([]) == []


@given(st.lists(st.tuples(st.integers(0, 2000), st.booleans()), max_size=40))
def test_every_look_up_is_in_exactly_one_visit(rows: list[tuple[int, bool]]) -> None:
    start = datetime(2026, 11, 23, tzinfo=UTC)
    newest_first = sorted(enumerate(rows), key=lambda row: -row[1][0])
    events = [
        event(
            id=str(number),
            recorded=(start + timedelta(minutes=minute)).isoformat(),
            outcome="4" if refused else "0",
        )
        for number, (minute, refused) in newest_first
    ]
    found = visits(looks(bundle(*events)))
    assert sorted(look.id for one in found for look in one.looks) == sorted(one["id"] for one in events)
    assert [one.id for one in found] == [one["id"] for one in events if one["id"] in {v.id for v in found}]


@pytest.mark.parametrize("table", ["basis", "relation", "reason"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_acts_for_another_is_not_spoken_to_as_that_person(lang: str, table: str) -> None:
    own, of = under(lang, f"log.{table}"), under(lang, f"log.{table}_of")
    assert of.keys() <= own.keys()
    to_the_person = re.compile(r"\b(du|deg|din|you|your)\b", re.IGNORECASE)
    other = {key: said for key, said in (own | of).items() if key != "own"}  # of one's own look-ups no reason
    assert [key for key, said in other.items() if to_the_person.search(said)] == []
    assert [key for key, said in own.items() if to_the_person.search(said)], "these speak to the person"
