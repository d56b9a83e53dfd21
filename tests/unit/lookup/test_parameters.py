"""Reading a search: every documented form is understood, everything else is refused with its name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Malformed
from results_service.lookup.parameters import Include, read_search
from results_service.lookup.tokens import Token


def test_a_whole_search_is_read() -> None:
    found = read_search(
        "Observation",
        [
            ("code", "a|b,c"),
            ("code", "d"),
            ("_count", "7"),
            ("_skip", "3"),
            ("_include", "Observation:specimen"),
        ],
    )
    assert found.values("code") == [(Token("a", "b"), Token(None, "c")), (Token(None, "d"),)]
    assert (found.count, found.skip) == (7, 3)
    assert found.includes == (Include("Observation", "specimen", False),)
    assert [name for name, _ in found.applied] == ["code", "code", "_include"]


def test_an_empty_field_asks_for_nothing() -> None:
    found = read_search("Observation", [("code", ""), ("date", " "), ("_count", "")])
    assert (found.tokens, found.moments, found.count, found.applied) == ((), None, 50, ())


def test_an_include_that_cannot_start_at_a_match_is_followed_from_what_was_added() -> None:
    found = read_search("DiagnosticReport", [("_include", "Observation:specimen:Specimen")])
    assert found.includes == (Include("Observation", "specimen", True),)


@pytest.mark.parametrize("kind", ["Specimen", "PractitionerRole"])
def test_parameters_of_other_resources_are_unknown(kind: object) -> None:
    with pytest.raises(Malformed, match="search-parameter-unknown"):
        read_search(kind, [("code", "x")])  # type: ignore[arg-type]
    assert read_search(kind, [("code", "x")], lenient=True).tokens == ()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a|", (Token("a", ""),)),
        ("|b", (Token("", "b"),)),
        ("a,,b,", (Token(None, "a"), Token(None, "b"))),
        (r"x|K\,Na,b", (Token("x", "K,Na"), Token(None, "b"))),
        (r"a\|b", (Token(None, "a|b"),)),
        (r"x|a\\,\$", (Token("x", "a\\"), Token(None, "$"))),
        ("a\\", (Token(None, "a\\"),)),
    ],
)
def test_tokens_are_read_with_what_is_escaped(text: str, expected: tuple[Token, ...]) -> None:
    assert read_search("Observation", [("code", text)]).values("code") == [expected]


@pytest.mark.parametrize("text", ["|", ",", "|,", "a|b|c", "a\x00", "a\x1bb"])
def test_what_is_no_token(text: str) -> None:
    with pytest.raises(Malformed, match="search-value-invalid"):
        read_search("Observation", [("code", text)])


@pytest.mark.parametrize(
    "name", ["code:not", "status:not", "date:missing", "_id:x", "_tag:text", "_include:recurse"]
)
@pytest.mark.parametrize("lenient", [True, False])
def test_a_modifier_is_never_left_out(name: str, lenient: bool) -> None:
    with pytest.raises(Malformed, match="search-modifier-unknown") as caught:
        read_search("Observation", [(name, "x")], lenient=lenient)
    assert name in caught.value.detail


def test_a_name_that_could_hold_a_number_is_not_repeated() -> None:
    with pytest.raises(Malformed) as caught:
        read_search("Observation", [("13116900216", "x")])
    assert "13116900216" not in str(caught.value)


@given(
    st.lists(
        st.tuples(st.sampled_from(["_id", "date", "code", "_count", "_include", "x"]), st.text()), max_size=4
    )
)
def test_any_form_is_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    try:
        found = read_search("DiagnosticReport", pairs)
    except Malformed:
        return
    assert len(found.applied) <= len(pairs)
