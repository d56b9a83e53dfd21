"""Bodies as JSON: what a text may hold."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Malformed
from kit.jsonapi import from_json

_ANY = st.text(st.sampled_from('\0\\u0a"ø'), max_size=12) | st.text()


@given(st.dictionaries(_ANY, _ANY, max_size=3))
def test_whatever_is_sent_then_it_is_read_as_it_is_unless_it_holds_nul(sent: dict[str, str]) -> None:
    body = msgspec.json.encode(sent)
    if any("\0" in text for text in (*sent, *sent.values())):
        with pytest.raises(Malformed, match="NUL"):
            from_json(body, dict[str, str])
    else:
        assert from_json(body, dict[str, str]) == sent


@pytest.mark.parametrize(
    ("body", "code"), [(b"{", "body-not-json"), (b'{"\xff":"a"}', "body-not-json"), (b"[]", "body-invalid")]
)
def test_given_no_json_or_another_form_then_it_is_told(body: bytes, code: str) -> None:
    with pytest.raises(Malformed) as told:
        from_json(body, dict[str, str])
    assert told.value.code == code
