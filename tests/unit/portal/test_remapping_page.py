"""Ordering stored messages to be mapped anew: whole Norwegian days in, orders out."""

from __future__ import annotations

import pytest

from portal.operations.remapping.transform import FormFault, Sender, orders, senders, which

_ORDER = {
    "id": "x",
    "sender": "974795833",
    "kind": "CLIN",
    "received_from": "2026-10-24T22:00:00Z",
    "received_to": "2026-10-26T23:00:00Z",
    "reason": "codes-loaded",
    "made": "2026-11-01T08:30:00Z",
    "name": "Oskar Brekke",
    "total": 8,
    "done": 2,
    "changed": 1,
    "failed": 0,
    "gone": 1,
    "finished": None,
}


def test_given_days_then_they_are_whole_in_norway_also_where_the_clock_changes() -> None:
    found = which({"first": "2026-10-25", "last": "2026-10-25", "sender": "", "kind": "CLIN"})
    assert found == {
        "received_from": "2026-10-25T00:00:00+02:00",
        "received_to": "2026-10-26T00:00:00+01:00",
        "kind": "CLIN",
    }


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, "day-missing"),
        ({"first": "2026-10-25"}, "day-missing"),
        ({"first": "25.10.2026", "last": "2026-10-26"}, "day-missing"),
        ({"first": "2026-10-26", "last": "2026-10-25"}, "period-invalid"),
    ],
)
def test_given_days_that_are_none_then_the_form_says_so(form: dict[str, str], code: str) -> None:
    with pytest.raises(FormFault) as found:
        which(form)
    assert found.value.code == code


def test_an_order_shows_its_first_and_last_day_and_how_far_it_is() -> None:
    (one,) = orders({"orders": [_ORDER]}, [Sender("974795833", "Laboratoriet")])
    assert (one.sender, one.first, one.last) == ("Laboratoriet", "25.10.2026", "26.10.2026")
    assert (one.made, one.share, one.state) == ("01.11.2026 09:30", 25, "running")
    (done,) = orders({"orders": [{**_ORDER, "finished": "2026-11-01T09:00:00Z", "total": 0}]}, [])
    assert (done.sender, done.share, done.state) == ("974795833", 100, "finished")


def test_senders_are_listed_once_by_name() -> None:
    answer = {
        "senders": [
            {"sender": "2", "sender_name": "Åsen"},
            {"sender": "name:Bakken", "sender_name": None},
            {"sender": "1", "sender_name": "alfa"},
        ]
    }
    assert [one.name for one in senders(answer)] == ["alfa", "Bakken", "Åsen"]
    assert senders(answer)[1].key == "name:Bakken"
