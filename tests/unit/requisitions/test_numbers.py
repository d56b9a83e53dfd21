"""Requisition numbers are found again however they are written, and never in what only looks like one."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core_record.result_news.requisition_numbers import found_in, number_of, spaced

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBERS = st.builds(number_of, st.uuids(), st.uuids())


@given(person=st.uuids(), entry=st.uuids())
def test_the_same_requisition_has_the_same_number(person: UUID, entry: UUID) -> None:
    assert number_of(person, entry) == number_of(person, entry)
    assert len(number_of(person, entry)) == 15


@given(
    number=NUMBERS,
    before=st.sampled_from(["", "SOL2 41319235 001_", "Id: ", "AK"]),
    after=st.sampled_from(["", " 001", "_3707d425"]),
)
def test_given_it_is_spaced_written_small_or_amid_others_then_it_is_found(
    number: str, before: str, after: str
) -> None:
    for written in (
        number,
        spaced(number),
        spaced(number).lower(),
        number.replace("0", "O").replace("1", "l"),
    ):
        assert number in found_in([before + written + after])


@given(number=NUMBERS, place=st.integers(2, 14), sign=st.sampled_from(ALPHABET))
def test_given_one_character_is_another_then_it_is_no_number(number: str, place: int, sign: str) -> None:
    assume(number[place] != sign)
    assert found_in([number[:place] + sign + number[place + 1 :]]) == []


@pytest.mark.parametrize(
    "text",
    [
        *("", "NULL", "31945250", "4ca54ab5-c1b8-4fb9-9340-c14ff1b705c6", "13116900216", "365RUFT0", "AK"),
        "AK7Q3M9XKD2F4H",
    ],
)
def test_given_what_laboratories_put_there_otherwise_then_none_is_found(text: str) -> None:
    assert found_in([text]) == []


@given(numbers=st.lists(NUMBERS, min_size=1, max_size=4))
def test_given_several_then_each_is_found_once(numbers: list[str]) -> None:
    assert found_in([*numbers, *numbers, "NULL"]) == sorted(set(numbers))
