"""National identity numbers: kinds, both check digits, dates, and that they never print themselves."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.ids import InvalidNationalId, NationalId, new_id, parse_national_id


@pytest.mark.parametrize(
    ("number", "kind", "born"),
    [
        ("13116900216", "FNR", date(1969, 11, 13)),
        ("12057900499", "FNR", date(1979, 5, 12)),
        ("15076500565", "FNR", date(1965, 7, 15)),
        ("70019950032", "DNR", date(1899, 1, 30)),  # individual number 500: the series of 1854–1899
        ("80005045804", "FHN", None),
    ],
)
def test_published_fictitious_numbers_are_read(number: str, kind: str, born: date | None) -> None:
    read = parse_national_id(number)
    assert (read.kind, read.birth_date, read.value) == (kind, born, number)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "national-id-format"),
        ("1311690021", "national-id-format"),
        ("13116 900216", "national-id-format"),
        ("１３１１６９００２１６", "national-id-format"),
        ("13116900217", "national-id-check-digit"),
        ("13116900226", "national-id-check-digit"),
        ("00000000000", "national-id-date"),
    ],
)
def test_what_is_no_number_is_refused_by_code_without_being_quoted(text: str, code: str) -> None:
    with pytest.raises(InvalidNationalId) as caught:
        parse_national_id(text)
    assert caught.value.code == code
    assert not text or text not in str(caught.value)


def test_the_new_series_is_accepted_from_2032_and_not_before() -> None:
    new_series = "02013299903"  # Skatteetaten's example: valid by the rule of 2032, not by today's
    with pytest.raises(InvalidNationalId):
        parse_national_id(new_series, today=date(2031, 12, 31))
    assert parse_national_id(new_series, today=date(2032, 1, 1)).kind == "FNR"


@given(st.text(max_size=14))
def test_any_text_is_a_number_or_a_coded_error(text: str) -> None:
    try:
        outcome = parse_national_id(text).value == text
    except InvalidNationalId as error:
        outcome = error.code.startswith("national-id-")
    assert outcome


def test_a_number_never_prints_itself() -> None:
    number = NationalId("13116900216", "FNR")
    assert "131169" not in f"{number} {number!r} {number!s} {[number]}"


def test_new_ids_grow_with_time() -> None:
    ids = [new_id() for _ in range(50)]
    assert len(set(ids)) == 50
    assert all(i.version == 7 for i in ids)
    assert [i.int >> 80 for i in ids] == sorted(i.int >> 80 for i in ids)
