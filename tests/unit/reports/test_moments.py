"""Points in time: Norwegian where no zone is told, a date stays a date, nothing is guessed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.norway import OSLO
from results_service.reports.svarrapport.moments import parse_moment


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ("2017-09-20T12:56:42", "2017-09-20T12:56:42+02:00"),  # summer
        ("2018-01-20T12:56:42", "2018-01-20T12:56:42+01:00"),  # winter
        ("2021-10-05T08:31:19.8815628Z", "2021-10-05T08:31:19.8815628Z"),
        ("2021-04-06T14:43:41.8498", "2021-04-06T14:43:41.8498+02:00"),
        ("2021-04-06T14:43", "2021-04-06T14:43:00+02:00"),
        ("2021-04-06 14:43:41", "2021-04-06T14:43:41+02:00"),
        ("2021-06-01T12:00:00-05:00", "2021-06-01T12:00:00-05:00"),
        ("20210406143000", "2021-04-06T14:30:00+02:00"),
        ("2021-12-31T24:00:00", "2022-01-01T00:00:00+01:00"),
        ("2021-10-31T02:30:00", "2021-10-31T02:30:00+02:00"),  # the hour that comes twice: the first
        ("2021-04-06", "2021-04-06"),
        ("2021-04-06+02:00", "2021-04-06"),
        ("20210406", "2021-04-06"),
        ("2021-04", "2021-04"),
        ("2021", "2021"),
        (" 2021-04-06 ", "2021-04-06"),
    ],
)
def test_a_moment_is_given_out_as_fhir_and_as_sent(sent: str, text: str) -> None:
    moment = parse_moment(sent)
    assert moment is not None
    assert moment.text == text


@pytest.mark.parametrize(
    "sent",
    ["", "19xx-xx-xx", "2021-02-30", "2021-13-01", "06.04.2021", "2021-4-6", "0000-01-01", "i går",
     "2021-04-06T25:00:00", "2021-04-06T24:00:01", "２０２１-04-06", "2021-04-06T12:00:00+99:99",
     "9999-12-31T24:00:00"],
)  # fmt: skip
def test_what_is_no_date_is_not_guessed(sent: str) -> None:
    assert parse_moment(sent) is None


def test_a_date_counts_from_midnight_in_norway() -> None:
    moment = parse_moment("2021-07-01")
    assert moment is not None
    assert moment.is_date
    assert moment.at == datetime(2021, 6, 30, 22, tzinfo=UTC)
    assert moment.instant == "2021-07-01T00:00:00+02:00"


FIRST, LAST = datetime(1900, 1, 1), datetime(2199, 1, 1)  # noqa: DTZ001 - wall-clock times


@given(st.datetimes(min_value=FIRST, max_value=LAST).map(lambda d: d.replace(microsecond=0)))
def test_norwegian_wall_clock_is_kept(wall: datetime) -> None:
    moment = parse_moment(wall.isoformat())
    assert moment is not None
    assert moment.text[:19] == wall.isoformat()
    assert moment.at.tzinfo is OSLO
    assert datetime.fromisoformat(moment.text).replace(tzinfo=None) == wall


@given(st.text())
def test_any_text_gives_a_moment_or_none(text: str) -> None:
    moment = parse_moment(text)
    assert moment is None or moment.at.tzinfo is not None
