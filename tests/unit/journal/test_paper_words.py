"""The journal on paper: what a body says, in words."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from journal_api.care.requisitions.models import KIND
from journal_api.journal.entries.models import Stamp, Version
from journal_api.transfer.words import Words

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(("lang", "said"), [("nb", "Undersøkelse nr.: 1"), ("en", "Examination no.: 1")])
def test_a_settled_examination_is_counted_from_one(lang: str, said: str) -> None:
    body = {"examinations": [{"text": "P-Kalium"}], "settled": [{"examination": 0, "words": "Ringt"}]}
    entry = Version(1, "active", NOW, Stamp(uuid4(), "Magnar Koman", NOW), body)
    settled = next(value for _, value in Words(lang).lines(entry, KIND) if "Ringt" in value)
    assert settled.startswith(said)
