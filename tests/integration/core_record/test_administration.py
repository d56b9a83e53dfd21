"""The administrator over HTTP: own organisation and below only, nothing twice, all with history and log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest

from core_record.access.administrators import ADMINISTRATOR_RULES
from core_record.access.service import today_in_norway
from core_record.registers.service import import_registers, register_file
from kit.ids import NationalId
from kit.keys import KeyRing
from tests.conftest import TestDatabase
from tests.integration.core_record.administering import (
    GP_OFFICE,
    HOME_CARE,
    MUNICIPALITY,
    NEIGHBOUR,
    NEW,
    Call,
    app,
    call,
    linked,
    new_worker,
    rows,
)

__all__ = ["app", "call"]
pytestmark = pytest.mark.usefixtures("registers")


async def test_the_register_says_who_administers_never_a_claim(call: Call) -> None:
    answer = await call("/me")
    assert answer.json() == {
        "admitted": True,
        "name": "Sigrid Aune",
        "organisation": "Fjordvik kommune",
        "org_number": MUNICIPALITY,
    }
    for who, claims, code in (
        ("administrator", {"place": NEIGHBOUR}, "place-unknown"),
        ("administrator", {"security_level": 3}, "security-level-too-low"),
        ("line", {}, "administrators-only"),
        ("lab", {}, "administrators-only"),
    ):
        answer = await call("/me", who=who, **claims)
        assert (answer.status_code, answer.json()["title"]) == (403, code), who
    assert {rule.code for rule in ADMINISTRATOR_RULES} == {
        "administrators-only", "security-level-too-low", "not-administrator", "place-unknown"
    }  # fmt: skip


async def test_given_no_administrator_when_asked_then_the_answer_is_no_and_nothing_else_is_open(
    call: Call, postgres: TestDatabase
) -> None:
    elsewhere = {"organisation": "313900320", "place": "313900320"}
    others: tuple[tuple[str, dict[str, str]], ...] = (("sykepleier", {}), ("administrator", elsewhere))
    for who, claims in others:
        answer = await call("/me", who=who, **claims)
        assert (answer.status_code, answer.json()) == (200, {"admitted": False})
        refused = await call("/personnel/_search", {}, who=who, **claims)
        assert (refused.status_code, refused.json()["title"]) == (403, "not-administrator")
    logged = rows(postgres, "SELECT action, outcome, outcome_code FROM core_record.actor_log ORDER BY at")
    assert logged == 2 * [
        ("registers-me", "permitted", "not-administrator"),
        ("registers-personnel", "refused", "not-administrator"),
    ]


@pytest.mark.parametrize(("days", "admitted"), [(-1, False), (0, True), (1, True)])
async def test_the_right_holds_through_its_last_day(
    call: Call, postgres: TestDatabase, days: int, admitted: bool
) -> None:
    last = today_in_norway() + timedelta(days=days)
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("UPDATE core_record.administration SET valid_to = %s", (last,))
    assert (await call("/me")).json()["admitted"] == admitted
    assert (await call("/personnel/_search", {})).status_code == (200 if admitted else 403)


async def test_registering_makes_one_person_one_link_and_one_history_however_often(
    call: Call, postgres: TestDatabase
) -> None:
    first = (await call("/personnel", new_worker(), number=NEW)).json()
    again = (await call("/personnel", new_worker(), number=NEW)).json()
    assert (first["created"], first["linked"]) == (True, True)
    assert (again["created"], again["linked"]) == (False, False)
    assert first["personnel"] == again["personnel"]
    assert [(link["org_number"], link["role"]) for link in first["personnel"]["links"]] == [
        (HOME_CARE, "pleieassistent")
    ]
    history = rows(
        postgres,
        "SELECT register, before, source, actor_name, organisation, reason FROM core_record.register_change"
        " WHERE source <> 'import' ORDER BY at",
    )
    assert history == [
        (register, None, "administrator", "Sigrid Aune", MUNICIPALITY, "hired")
        for register in ("personnel", "employment")
    ]
    logged = rows(postgres, "SELECT action, outcome, number_hash IS NOT NULL FROM core_record.actor_log")
    assert logged == [("registers-register", "permitted", True)] * 2
    assert NEW not in str(rows(postgres, "SELECT * FROM core_record.register_change"))


async def test_what_is_registered_decides_at_once(call: Call, postgres: TestDatabase, keys: KeyRing) -> None:
    await call("/personnel", new_worker(), number=NEW)
    found = await call("/personnel/_search", {"words": "solheim ida", "place": HOME_CARE})
    assert [one["family_name"] for one in found.json()["items"]] == ["Solheim"]
    known = (await call("/personnel/by-number", {}, number=NEW)).json()["personnel"]
    assert known["links"][0]["organisation"] == "Fjordvik hjemmetjeneste"


async def test_a_number_nobody_has_is_logged_by_actor(call: Call, postgres: TestDatabase) -> None:
    assert (await call("/personnel/by-number", {}, number=NEW)).json() == {"personnel": None}
    logged = rows(postgres, "SELECT action, outcome, items FROM core_record.actor_log")
    assert logged == [("registers-by-number", "nobody-found", {"Practitioner": 0})]


@pytest.mark.parametrize(
    ("changed", "number", "status", "code"),
    [
        ({"org_number": NEIGHBOUR}, NEW, 403, "organisation-not-yours"),
        ({"org_number": GP_OFFICE}, NEW, 403, "organisation-not-yours"),
        ({"org_number": "999999999"}, NEW, 403, "organisation-not-yours"),
        ({}, None, 400, "person-id-missing"),
        ({}, NEW[:10], 400, "national-id-format"),
        ({}, NEW[:10] + str((int(NEW[10]) + 1) % 10), 400, "national-id-check-digit"),
        ({"valid_to": "2026-10-31"}, NEW, 422, "period-backwards"),
        ({"valid_from": "1949-01-01"}, NEW, 422, "period-unlikely"),
        ({"valid_from": "2099-01-01"}, NEW, 422, "period-unlikely"),
        ({"valid_from": "2026-02-30"}, NEW, 400, "body-invalid"),
        ({"role": "SP"}, NEW, 422, "role-not-authorised"),
        ({"role": "DRIFT"}, NEW, 422, "role-unknown"),
        ({"reason": "because"}, NEW, 422, "reason-unknown"),
        ({"given_name": "1234"}, NEW, 422, "name-invalid"),
        ({}, "13116900216", 422, "number-of-other-name"),  # Line's
        ({}, "19861270451", 422, "too-young"),
        ({}, "09837613695", 422, "number-of-other-name"),
        ({"given_name": "Sigrid", "family_name": "Aune"}, "09837613695", 403, "not-oneself"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_code_and_leaves_nothing_but_a_row_in_the_log(
    call: Call, postgres: TestDatabase, changed: dict[str, object], number: str, status: int, code: str
) -> None:
    before = rows(postgres, "SELECT * FROM core_record.employment ORDER BY 1, 2, 3, 4")
    numbers = rows(postgres, "SELECT count(*) FROM core_record.person_number")
    answer = await call("/personnel", new_worker(**changed), number=number)
    assert (answer.status_code, answer.json()["title"]) == (status, code)
    assert rows(postgres, "SELECT * FROM core_record.employment ORDER BY 1, 2, 3, 4") == before
    assert rows(postgres, "SELECT count(*) FROM core_record.person_number") == numbers
    if status != 400:
        logged = rows(postgres, "SELECT outcome, outcome_code FROM core_record.actor_log")
        assert logged == [("refused", code)]
    assert not number or number not in answer.text


async def test_reading_takes_no_write_scope_and_writing_does(call: Call) -> None:
    read = frozenset({"akson:core-record/read"})
    assert (await call("/personnel/_search", {}, scopes=read)).status_code == 200
    for path in ("/personnel", "/links", "/links/end", "/substitutes", "/substitutes/end"):
        assert (await call(path, {}, scopes=read)).status_code == 403


async def test_a_link_ends_once_and_the_history_keeps_both_days(call: Call) -> None:
    worker = await linked(call)
    end = {
        "personnel_id": worker["personnel_id"], "org_number": HOME_CARE, "role": "pleieassistent",
        "valid_from": "2026-11-01", "was": None, "valid_to": "2026-11-20", "reason": "left",
    }  # fmt: skip
    assert (await call("/links/end", end)).json()["changed"]
    assert not (await call("/links/end", end)).json()["changed"]
    late = await call("/links/end", end | {"valid_to": "2026-12-31"})
    assert (late.status_code, late.json()["title"]) == (409, "changed-meanwhile")
    wrong = await call("/links/end", end | {"was": "2026-11-20", "valid_to": "2026-10-31"})
    assert wrong.json()["title"] == "period-backwards"
    unknown = await call("/links/end", end | {"valid_from": "2026-11-02"})
    assert (unknown.status_code, unknown.json()["title"]) == (404, "link-unknown")
    seen = (await call("/changes/_search", {"personnel_id": worker["personnel_id"]})).json()
    assert seen["total"] == 3
    newest = seen["items"][0]
    assert (newest["before"]["valid_to"], newest["after"]["valid_to"]) == (None, "2026-11-20")
    assert (newest["name"], newest["place"], newest["reason"], newest["actor_name"]) == (
        "Ida Marie Solheim", "Fjordvik hjemmetjeneste", "left", "Sigrid Aune"
    )  # fmt: skip
    reopened = await call("/links/end", end | {"was": "2026-11-20", "valid_to": None, "reason": "correction"})
    assert reopened.json()["personnel"]["links"][0]["valid_to"] is None


@pytest.mark.parametrize(
    ("since", "until", "status"),
    [
        ("2026-12-01", None, 200), ("2026-11-30", None, 409), ("2026-10-01", "2026-10-31", 200),
        ("2026-10-01", "2026-11-01", 409), ("2026-11-10", "2026-11-11", 409),
    ],
)  # fmt: skip
async def test_two_links_in_one_role_touch_but_do_not_overlap(
    call: Call, since: str, until: str | None, status: int
) -> None:
    worker = await linked(call, valid_to="2026-11-30")
    link = {
        "personnel_id": worker["personnel_id"], "org_number": HOME_CARE, "role": "pleieassistent",
        "valid_from": since, "valid_to": until, "reason": "hired",
    }  # fmt: skip
    assert (await call("/links", link)).status_code == status


async def test_others_personnel_can_be_linked_here_but_their_other_links_are_not_shown(
    call: Call, keys: KeyRing, postgres: TestDatabase
) -> None:
    elsewhere = {"national_id": NEW, "given_name": "Ida", "family_name": "Solheim"}
    job = {"national_id": NEW, "org_number": NEIGHBOUR, "role": "XX", "valid_from": "2020-01-01"}
    with psycopg.connect(postgres.dsn("akson_core")) as conn:
        import_registers(conn, keys, register_file({"personnel": [elsewhere], "employments": [job]}))
    assert (await call("/personnel/by-number", {}, number=NEW)).json()["personnel"]["links"] == []
    assert (await call("/personnel/_search", {"words": "Solheim"})).json()["total"] == 0
    worker = await linked(call)
    assert [link["org_number"] for link in worker["links"]] == [HOME_CARE]
    assert worker["given_name"] == "Ida"  # the register's own spelling stands


async def test_the_tree_is_ones_own_or_everybodys(call: Call) -> None:
    own = (await call("/organisations/_search", {})).json()
    assert [(o["name"], o["depth"]) for o in own["items"]] == [
        ("Fjordvik kommune", 0),
        ("Fjordvik helsestasjon og skolehelsetjeneste", 1),
        ("Fjordvik hjemmetjeneste", 1),
        ("Fjordvik interkommunale legevakt", 1),
    ]
    everybody = (await call("/organisations/_search", {"own": False, "words": "hjemmetjeneste"})).json()
    assert {(o["name"], o["own"]) for o in everybody["items"]} == {
        ("Fjordvik hjemmetjeneste", True), ("Skogheim hjemmetjeneste", False)
    }  # fmt: skip


async def test_changes_of_others_are_not_shown(call: Call, number: Callable[[str], NationalId]) -> None:
    seen = (await call("/changes/_search", {"count": 500})).json()["items"]
    assert {one["place"] for one in seen if one["register"] == "employment"} <= {
        "Fjordvik kommune", "Fjordvik hjemmetjeneste", "Fjordvik interkommunale legevakt",
        "Fjordvik helsestasjon og skolehelsetjeneste",
    }  # fmt: skip
    assert all("personnel_id" not in one["after"] for one in seen)
    refused = await call("/changes/_search", {"place": NEIGHBOUR})
    assert refused.json()["title"] == "organisation-not-yours"
