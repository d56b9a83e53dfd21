"""The text of a row that its hash is of, made as PostgreSQL's `jsonb_build_array(...)::text` prints it.

Form 1 of a person's row (migration 0002) lacks the last two columns of form 2 (migration 0011), and that the
last two of form 3 (migration 0023). Of an actor's row, form 1 lacks the last column of form 2.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

PERSON_COLUMNS = (
    *("person_id", "seq", "event_id", "at", "db_role", "actor_kind", "actor_hash", "actor_name"),
    *("hpr_number", "role", "organisation", "organisation_name", "place", "place_name", "basis", "reason"),
    *("relation", "action", "items", "outcome", "outcome_code", "correlation_id"),
    *("attestation_id", "withheld", "app", "app_name"),
)
ACTOR_COLUMNS = (
    *("actor_hash", "event_id", "at", "db_role", "actor_kind", "hpr_number", "organisation", "place"),
    *("action", "number_hash", "items", "outcome", "outcome_code", "correlation_id"),
    "app",
)
_COVERED = {1: len(PERSON_COLUMNS) - 4, 2: len(PERSON_COLUMNS) - 2, 3: len(PERSON_COLUMNS)}
_AS_TEXT = frozenset({"items", "withheld"})  # jsonb: its own text is part of the row's
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def selected(columns: Sequence[str]) -> str:
    """The columns as a SELECT lists them for `row_text`."""
    return ", ".join(f"{name}::text" if name in _AS_TEXT else name for name in columns)


def plain_values(values: Sequence[Any]) -> list[Any]:
    """Each value as it stands in the text: times are microseconds since 1970, bytes hexadecimal."""
    return [_plain(value) for value in values]


def row_text(form: int, plain: Sequence[Any]) -> str:
    """The text of a person's row in its form."""
    return json.dumps([form, *plain[: _COVERED.get(form, 0)]], ensure_ascii=False)


def in_form(form: int, plain: Sequence[Any]) -> bool:
    """Whether the row has nothing in the columns that its form, and so its hash, does not cover."""
    return form in _COVERED and all(value is None for value in plain[_COVERED[form] :])


def actor_text(plain: Sequence[Any]) -> str:
    """The text of an actor's row; without an app it is of form 1."""
    *known, app = plain
    return json.dumps([1, *known] if app is None else [2, *plain], ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return (value - _EPOCH) // timedelta(microseconds=1)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value
