"""Real messages, read by a person, against what the mapping makes of them: field by field."""

from __future__ import annotations

import pytest

from tests.integration.expectations.compare import differences, same
from tests.integration.expectations.facts import Facts, expectations
from tests.shared import requires_shared

EXPECTED = expectations()


@requires_shared
@pytest.mark.parametrize("name", EXPECTED)
def test_given_a_real_message_when_mapped_then_it_says_what_a_person_read(name: str) -> None:
    found = differences(EXPECTED[name], Facts.of_message(name))
    assert not found, f"{name}\n" + "\n".join(found)


def test_given_the_expectations_then_they_cover_every_kind_of_report() -> None:
    assert len(EXPECTED) >= 30
    assert {e["kind"] for e in EXPECTED.values()} >= {"CLIN", "MBIO", "HIST", "CYTO", "UL", "RTG"}
    assert {e["status"] for e in EXPECTED.values()} >= {
        *("registered", "preliminary", "final", "amended", "appended", "cancelled")
    }


@pytest.mark.parametrize(
    ("key", "expected", "got", "agree"),
    [
        ("value", "11.0", "11", False),
        ("issued", "2021-01-01T10:00:00+02:00", "2021-01-01T08:00:00.25Z", True),
        ("issued", "2021-01-01T10:00:00+02:00", "2021-01-01T10:00:00+01:00", False),
        ("effective", "2021-01-01", "2021-01-01T00:00:00+01:00", False),
        ("text", "Ikke …", "Ikke  påvist", True),
        ("notes", ["a"], ["a", "b"], False),
        ("flag", "(absent)", "1", False),
    ],
)
def test_given_two_facts_when_compared_then_only_what_says_the_same_agrees(
    key: str, expected: object, got: object, agree: bool
) -> None:
    assert same(key, expected, got) is agree
