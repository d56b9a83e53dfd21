"""What is read together with the decision's facts is used only where it permits and restricts nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from psycopg import AsyncConnection

from core_record.access.service import (
    AccessBasis,
    AccessDenied,
    AccessRequest,
    Decision,
    Early,
    LookUp,
    PersonNotFound,
    look_up,
)
from kit import wire
from kit.db import Database
from kit.identity.actor import Actor
from kit.ids import NationalId, parse_national_id
from kit.keys import KeyRing
from results_service.lookup import service
from tests.integration.privacy.conftest import Results, Set

NAMES = wire.Statement("SELECT given_name FROM core_record.person")
NOBODYS = parse_national_id("02013299997")  # valid, on nobody's register here
GP = {"access_basis": "UNNTAK", "requester_hpr_role": "LE"}
EMERGENCY = {"access_basis": "FORHOYET_AKUTT", "requester_hpr_role": "LE", "access_reason": "treatment"}
MakeActor = Callable[..., Actor]
Number = Callable[[str], NationalId]


@pytest.mark.usefixtures("registers")
async def test_it_is_there_for_who_may_see_and_for_nobody_else(
    core_db: Database, keys: KeyRing, actor: MakeActor, number: Number
) -> None:
    async def read(conn: AsyncConnection[Any], _: UUID, __: Decision) -> LookUp[list[tuple[Any, ...]]]:
        assert early.result is not None
        return LookUp(wire.rows(conn, early.result), {"Person": 1})

    request, kinds = AccessRequest(AccessBasis.UNNTAK, "LE"), ("Person",)
    early = Early((NAMES, ()))
    gp, other = actor("lege-koman"), actor("lege-lin")
    assert await look_up(core_db, keys, gp, number("line"), request, kinds, read, early=early) == [("Line",)]

    early = Early((NAMES, ()))
    with pytest.raises(AccessDenied):
        await look_up(core_db, keys, other, number("line"), request, kinds, read, early=early)
    assert early.result is None
    with pytest.raises((AccessDenied, PersonNotFound)):
        await look_up(core_db, keys, gp, NOBODYS, request, kinds, read, early=early)
    assert early.result is None


@pytest.fixture
def used(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each search of the service: whether it was given what had been read early."""
    seen: list[bool] = []
    search = service.search

    async def watched(*given: Any) -> None:
        seen.append(given[5] is not None)
        await search(*given)

    monkeypatch.setattr(service, "search", watched)
    return seen


@pytest.mark.parametrize(
    ("provision", "left"), [({}, None), ({"class": [{"system": "x", "code": "MGEN"}]}, 1)]
)
async def test_given_a_restriction_then_it_is_read_again_behind_it(
    results: Results,
    number: Number,
    actor: MakeActor,
    make_setting: Set,
    used: list[bool],
    provision: dict[str, Any],
    left: int | None,
) -> None:
    line, gp = number("line"), actor("lege-koman")
    await results.send("biokjemi-1-ny.xml", "genetikk.xml", number=line.value)
    before = (await results.search(gp, line, **GP)).json()
    assert (before["total"], used) == (2, [True])
    answer = await make_setting("line", "sperring", **provision)
    assert answer.status_code == 201
    assert (await results.search(gp, line, **GP)).json().get("total") == left
    assert (await results.search(gp, line, **EMERGENCY)).json()["total"] == 2
    await results.search(actor("line"), line)
    assert not any(used[1:])
    assert len(used) > 1
