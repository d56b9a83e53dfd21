"""Every kind of entry as a FHIR resource: valid by the R4 models, and read back as what it was."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journal_api.fhir.forms import BY_KIND, Context
from journal_api.fhir.parts import identifier, read_stamps
from journal_api.fhir.resources import resource_of, written
from journal_api.journal.entries.models import Entry, Stamp
from journal_api.journal.kinds import KINDS
from kit.errors import AksonError
from kit.ids import parse_national_id
from tests.unit.journal.drawn import BODIES, entries

NUMBER = parse_national_id("13116900216")


def model(kind: str) -> Any:
    name = BY_KIND[kind].type
    return getattr(importlib.import_module(f"fhir.resources.R4B.{name.lower()}"), name)


@pytest.mark.parametrize("kind", sorted(BODIES))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_given_any_entry_then_its_resource_is_valid_and_reads_back(kind: str, data: st.DataObject) -> None:
    entry = data.draw(entries(kind))
    resource = resource_of(entry, Context(NUMBER, {}))

    model(kind).model_validate(msgspec.json.decode(msgspec.json.encode(resource)))
    back = written(BY_KIND[kind], resource, identifier(NUMBER))

    assert (back.state, back.at, back.contact, back.why) == (entry.state, entry.at, entry.contact, entry.why)
    assert msgspec.json.decode(back.body) == entry.body
    stamped = read_stamps(resource)
    assert (stamped["made"], stamped["changed"], stamped.get("signed")) == (
        entry.made,
        entry.changed,
        entry.signed,
    )


def test_every_kind_of_the_journal_has_a_form_and_is_drawn_here() -> None:
    assert KINDS.keys() <= BY_KIND.keys()
    assert KINDS.keys() <= BODIES.keys()


@pytest.mark.parametrize(
    "change",
    [
        {"resourceType": "Patient"},
        {"subject": {"identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "12057900499"}}},
        {"period": {"start": "2026-13-01"}},
        {"period": "yesterday"},
        {"participant": "x"},
    ],
)
def test_given_a_resource_that_is_none_of_ours_then_the_error_says_so(change: dict[str, Any]) -> None:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    stamp = Stamp(UUID(int=1), "N", now - timedelta(days=1))
    entry = Entry(UUID(int=2), "Encounter", 1, "planned", now, "313900541", stamp, stamp, {"form": "phone"})
    resource = resource_of(entry, Context(NUMBER, {})) | change
    with pytest.raises(AksonError):
        written(BY_KIND["Encounter"], resource, identifier(NUMBER))
