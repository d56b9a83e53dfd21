"""Consent and RelatedPerson → rows of the page; a wish → what is sent."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from core_record.privacy.fhir import read_wanted
from core_record.representation.fhir import read_wanted as read_fullmakt
from kit.ids import new_id
from portal.citizen.privacy.transform import (
    block,
    fullmakt,
    organisation,
    reservation,
    restriction,
    setting,
)
from portal.clients import privacy
from portal.ui.dates import iso_day

HPR, ENH = "urn:oid:2.16.578.1.12.4.1.4.4", "urn:oid:2.16.578.1.12.4.1.4.101"


def consent(kind: str, provision: dict[str, Any], **more: Any) -> dict[str, Any]:
    category = [{"coding": [{"system": "urn:akson:privacy-setting", "code": kind}]}]
    meta = {"versionId": "1"}
    return {"id": "c", "meta": meta, "status": "active", "category": category, "provision": provision} | more


def actor(role: str, name: str) -> dict[str, Any]:
    return {"role": {"coding": [{"code": role}]}, "reference": {"display": name}}


@pytest.mark.parametrize(
    ("provision", "scope", "what"),
    [
        ({}, "all", ""),
        ({"class": [{"code": "MGEN"}]}, "field", "MGEN"),
        ({"actor": [actor("CST", "Storfjella sykehus")]}, "source", "Storfjella sykehus"),
        ({"actor": [actor("IRCP", "Skogheim legekontor")]}, "reader", "Skogheim legekontor"),
        ({"actor": [actor("IRCP", "Legevakt"), actor("IRCP", "Rita Lin")]}, "reader", "Rita Lin, Legevakt"),
    ],
)
def test_what_a_setting_covers(provision: dict[str, Any], scope: str, what: str) -> None:
    row = setting(consent("sperring", {"period": {"start": "2026-11-22T23:30:00Z"}} | provision))
    assert (row.scope, row.what, row.since, row.active) == (scope, what, "23.11.2026", True)


def test_a_withdrawn_setting_says_when_and_by_whom() -> None:
    parts = [{"url": "at", "valueDateTime": "2026-11-23T08:00:00Z"}, {"url": "by", "valueCode": "citizen"}]
    withdrawn = {"status": "inactive", "extension": [{"url": "urn:akson:withdrawn", "extension": parts}]}
    row = setting(consent("blokkering", {}, **withdrawn))
    assert (row.active, row.ended, row.ended_by) == (False, "23.11.2026", "citizen")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (restriction("all", ""), "sperring"),
        (restriction("field", "MGEN"), "sperring"),
        (restriction("source", "313901319"), "sperring"),
        (restriction("reader", "313901319"), "sperring"),
        (block("9144900"), "blokkering"),
        (reservation(), "reservasjon"),
    ],
)
def test_every_wish_is_one_the_core_record_reads(body: dict[str, Any], kind: str) -> None:
    assert read_wanted(msgspec.json.encode(body)).kind == kind


def test_a_fullmakt_is_one_the_core_record_reads() -> None:
    body = privacy.fullmakt("12057900499", "Telokk", ["results", "settings"], end="2027-12-31")
    number, family, wanted = read_fullmakt(new_id(), msgspec.json.encode(body), date(2026, 11, 23))
    assert (number.value, family, wanted.powers) == ("12057900499", "Telokk", ("results", "settings"))
    assert (wanted.valid_from, wanted.valid_to) == (date(2026, 11, 23), date(2027, 12, 31))


def test_a_fullmakt_given_and_one_held() -> None:
    power = [{"url": "urn:akson:fullmakt-power", "valueCode": "results"}]
    given = fullmakt({"id": "f", "active": True, "name": [{"text": "Gry Telokk"}], "extension": power})
    held = fullmakt({"id": "f", "active": True, "patient": {"display": "Line Danser"}, "extension": power})
    assert (given.name, held.name, held.powers) == ("Gry Telokk", "Line Danser", ["results"])


def test_an_organisation_is_told_apart_by_what_it_is_part_of() -> None:
    found = organisation({"id": "313900541", "name": "Legesenter", "partOf": {"display": "Legesenter AS"}})
    assert (found.id, found.name, found.where) == ("313900541", "Legesenter", "Legesenter AS")


@pytest.mark.parametrize(
    ("written", "day"),
    [("31.12.2027", "2027-12-31"), (" 1.2.2027", "2027-02-01"), ("31/12", None), ("", None)],
)
def test_days_as_people_write_them(written: str, day: str | None) -> None:
    assert iso_day(written) == day
