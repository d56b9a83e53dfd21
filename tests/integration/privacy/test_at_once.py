"""What is read together with the decision's facts is used only where it permits and restricts nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest

from core_record.access import at_once
from core_record.access.at_once import Restricted, look_up_at_once
from core_record.access.service import AccessBasis, AccessRequest, LookUp
from core_record.access_log.service import GroupCommit
from kit import wire
from kit.db import Database
from kit.identity.actor import Actor
from kit.ids import NationalId, parse_national_id
from kit.keys import KeyRing
from results_service.lookup import service
from tests.conftest import TestDatabase
from tests.integration.privacy.conftest import Results, Set

NAMES = wire.Statement("SELECT given_name FROM core_record.person")
NOBODYS = parse_national_id("02013299997")  # valid, on nobody's register here
GP = {"access_basis": "UNNTAK", "requester_hpr_role": "LE"}
EMERGENCY = {"access_basis": "FORHOYET_AKUTT", "requester_hpr_role": "LE", "access_reason": "treatment"}
EXCEPTION = AccessRequest(AccessBasis.UNNTAK, "LE")
MakeActor = Callable[..., Actor]
Number = Callable[[str], NationalId]
Rows = list[tuple[Any, ...]]


@pytest.fixture(params=[0, 8], ids=["alone", "in a crowd"])
def log(core_db: Database, request: pytest.FixtureRequest) -> Iterator[GroupCommit]:
    """Rows by themselves, and together with those of others."""
    found = GroupCommit(core_db)
    with ExitStack() as stack:
        for _ in range(request.param):
            stack.enter_context(found.under_way())
        yield found


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's restrictions are remembered from another test."""
    monkeypatch.setattr(at_once, "_restricted", Restricted())


def rows(postgres: TestDatabase) -> list[tuple[Any, ...]]:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        return conn.execute(
            "SELECT outcome, items->>'Person' FROM core_record.access_log ORDER BY at"
        ).fetchall()


@pytest.mark.usefixtures("registers")
async def test_it_is_there_for_who_may_see_with_a_row_and_for_nobody_else(
    core_db: Database,
    log: GroupCommit,
    keys: KeyRing,
    actor: MakeActor,
    number: Number,
    postgres: TestDatabase,
) -> None:
    given: list[Rows] = []

    def read(found: Rows) -> LookUp[Rows]:
        given.append(found)
        return LookUp(found, {"Person": len(found)})

    async def ask(who: str, whose: NationalId, request: AccessRequest = EXCEPTION) -> Rows | None:
        step, kinds = (NAMES, ()), ("Person",)
        return await look_up_at_once(core_db, log, keys, actor(who), whose, request, kinds, step, read)

    assert await ask("lege-koman", number("line")) == [("Line",)]
    assert rows(postgres) == [("permitted", "1")]

    akutt = AccessRequest(AccessBasis.AKUTT, "LE", "emergency")
    assert await ask("lege-lin", number("line")) is None  # refused
    assert await ask("lege-koman", NOBODYS) is None
    assert await ask("legevakt", number("line"), akutt) is None  # the person is told
    assert await ask("line", number("line"), AccessRequest()) is None  # citizens
    assert len(given) == 1
    assert len(rows(postgres)) == 1


@pytest.mark.usefixtures("registers")
async def test_given_rows_that_do_not_suffice_then_nothing_is_logged(
    core_db: Database,
    log: GroupCommit,
    keys: KeyRing,
    actor: MakeActor,
    number: Number,
    postgres: TestDatabase,
) -> None:
    gp, step = actor("lege-koman"), (NAMES, ())
    found = await look_up_at_once(
        core_db, log, keys, gp, number("line"), EXCEPTION, ("Person",), step, lambda _: None
    )
    assert (found, rows(postgres)) == (None, [])


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How each search of the service was answered."""
    seen: list[str] = []
    search, fill = service.search, service.fill_at_once

    async def watched(*given: Any) -> None:
        seen.append("behind the wall")
        await search(*given)

    def filled(*given: Any) -> bool:
        seen.append("at once")
        return fill(*given)

    monkeypatch.setattr(service, "search", watched)
    monkeypatch.setattr(service, "fill_at_once", filled)
    return seen


@pytest.mark.parametrize(
    ("provision", "left"), [({}, None), ({"class": [{"system": "x", "code": "MGEN"}]}, 1)]
)
async def test_given_a_restriction_then_it_is_read_again_behind_it(
    results: Results,
    number: Number,
    actor: MakeActor,
    make_setting: Set,
    used: list[str],
    provision: dict[str, Any],
    left: int | None,
) -> None:
    line, gp = number("line"), actor("lege-koman")
    await results.send("biokjemi-1-ny.xml", "genetikk.xml", number=line.value)
    before = (await results.search(gp, line, **GP)).json()
    assert (before["total"], used) == (2, ["at once"])
    answer = await make_setting("line", "sperring", **provision)
    assert answer.status_code == 201
    for _ in range(2):  # the second time it is remembered
        assert (await results.search(gp, line, **GP)).json().get("total") == left
    assert (await results.search(gp, line, **EMERGENCY)).json()["total"] == 2
    await results.search(actor("line"), line)
    assert len(used) > 1
    assert set(used[1:]) == {"behind the wall"}


async def test_given_many_at_once_then_each_sees_its_own_person_and_has_its_row(
    results: Results, number: Number, actor: MakeActor, postgres: TestDatabase
) -> None:
    line, other, gp = number("line"), number("roland"), actor("lege-koman")
    await results.send("biokjemi-1-ny.xml", "genetikk.xml", number=line.value)
    asked = [line, other, NOBODYS] * 12
    answers = await asyncio.gather(*(results.search(gp, whose, **GP) for whose in asked))
    totals = {
        whose.value: {
            answer.json().get("total") for answer, of in zip(answers, asked, strict=True) if of is whose
        }
        for whose in (line, other, NOBODYS)
    }
    assert totals[line.value] == {2}
    assert 2 not in totals[other.value] | totals[NOBODYS.value]
    with psycopg.connect(postgres.superuser_dsn) as conn:
        found = conn.execute(
            "SELECT correlation_id FROM core_record.access_log"
            " UNION ALL SELECT correlation_id FROM core_record.actor_log"
        ).fetchall()
    sent = [answer.headers["correlation-id"] for answer in answers]
    assert sorted(name for (name,) in found if name in sent) == sorted(sent)


def test_whom_it_remembers_it_forgets_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(at_once, "monotonic", lambda: now)
    monkeypatch.setattr(at_once, "_REMEMBERED", 2)
    known = Restricted()
    for one in (b"a", b"b", b"a", b"c"):
        known.add(one)
    assert [one in known for one in (b"a", b"b", b"c")] == [True, False, True]
    now += 601
    assert b"a" not in known
