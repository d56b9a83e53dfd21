"""The FHIR API with release; the listed GP and the citizen, both about Line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kit.identity.actor import Actor
from results_service.release.agreement_endpoints import router as agreement_router
from results_service.release.endpoints import router
from tests.integration.core_record.conftest import MakeActor, actor, number, registers  # noqa: F401
from tests.integration.lookup.conftest import Api, api, database, store  # noqa: F401

SCOPES = frozenset({"nhn:pps/provesvar-read", "akson:release/write"})


@pytest.fixture
def doctor(api: Api) -> Actor:  # noqa: F811
    transport = api.http._transport
    for one in (router, agreement_router):
        transport.app.include_router(one)  # type: ignore[attr-defined]
    return replace(api.caller, scopes=SCOPES)


@pytest.fixture
def citizen(actor: MakeActor) -> Actor:  # noqa: F811
    return actor("line", scopes=SCOPES)
