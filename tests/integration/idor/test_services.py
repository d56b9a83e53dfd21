"""Every route of every service × who calls × about whom: what comes back is what `expected.yaml` says."""

from __future__ import annotations

import re

import httpx
import pytest

from dev.embedded import Valkey
from kit.keys import KeyRing
from kit.limits import Limits
from kit.settings import Settings
from tests.integration.idor.conftest import SERVICES, World
from tests.integration.idor.matrix import SWAPPED, Cell, Matrix, Row, Sent, outcome, request
from tests.integration.idor.world import PERSONS, verifier
from tests.integration.test_routes import PUBLIC, routes


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_has_a_row_and_every_row_a_route(settings: Settings, service: str) -> None:
    app = SERVICES[service].make(settings)
    everywhere = {f"{method} {path}": path for method, path in routes(app)}
    there = {route for route, path in everywhere.items() if path not in PUBLIC}
    rows = [row for row in Matrix().rows if row.service == service]
    missing = [route for route in sorted(there) if not any(serves(route, row) for row in rows)]
    assert not missing, f"routes without a row in expected.yaml: {missing}"
    strange = [row.name for row in rows if not any(serves(route, row) for route in everywhere)]
    assert not strange, f"rows without a route: {strange}"


def serves(route: str, row: Row) -> bool:
    """Whether `POST /things/{id}` is what the row's `POST /things/1` reaches."""
    method, path = route.split(" ", 1)
    parts, wanted = path.split("/"), row.path.split("/")
    return (
        method == row.method
        and len(parts) == len(wanted)
        and all(a == b or a.startswith("{") for a, b in zip(parts, wanted, strict=True))
    )


@pytest.mark.parametrize("service", SERVICES)
async def test_who_gets_what(world: World, service: str) -> None:
    wrong = []
    for cell in world.matrix.cells(service):
        sent = request(world.matrix, cell, world.people, world.things)
        answer = await world.callers[service].send(cell.actor, sent)
        got = outcome(answer.status_code, answer.content)
        if got != cell.expected:
            wrong.append(f"{cell.row.name}: {cell.actor} {cell.target}: {got}, not {cell.expected}")
        wrong += [
            f"{cell.row.name}: {cell.actor} {cell.target} shows {m}" for m in leaked(world, cell, answer.text)
        ]
    assert not wrong, "\n".join([f"{len(wrong)} cells", *wrong])


def leaked(world: World, cell: Cell, text: str) -> list[str]:
    """Marks of other persons' results in an answer; of the person asked about too, where it was refused."""
    about = world.matrix.number_of(cell.actor, "own" if cell.target == SWAPPED else cell.target)
    allowed = about if cell.expected.startswith("2") else ""
    return [person.mark for name, person in world.people.items() if name != allowed and person.mark in text]


@pytest.mark.parametrize("service", SERVICES)
async def test_every_answer_carries_the_services_headers(
    settings: Settings, valkey: Valkey, service: str
) -> None:
    """Errors too: the app has no database here, so that some of these are its own faults."""
    app = SERVICES[service].make(settings)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        for method, path in [*routes(app), ("GET", "/no-such-path"), ("DELETE", "/health/live")]:
            filled = re.sub(r"\{[^}]*\}", "018f0000-0000-7000-8000-000000000000", path)
            headers = (await client.request(method, filled)).headers
            policy = headers["content-security-policy"]
            assert policy == "default-src 'none'; frame-ancestors 'none'", (method, path)
            kept = "no-store" if "max-age" not in headers["cache-control"] else "public"
            assert kept == "no-store" or path in PUBLIC, (method, path)
            assert headers["x-content-type-options"] == "nosniff", (method, path)
            assert headers["referrer-policy"] == "no-referrer", (method, path)


async def test_who_guesses_numbers_is_soon_answered_no_more_by_any_service(
    world: World, settings: Settings, keys: KeyRing
) -> None:
    """In the form that the service errs in, and not for others who ask at the same time."""
    few = settings.model_copy(update={"unknown_numbers_an_hour": 2})
    for name in ("results_service", "core_record"):
        service = SERVICES[name]
        limited = verifier(few, keys, service.audience, service.url(settings), Limits(few))
        world.apps[name].state.verifier = limited

    async def ask(name: str, number: str, actor: str = "nurse") -> httpx.Response:
        path = {"results_service": "/fhir/Observation/_search", "core_record": "/fhir/Person/_search"}[name]
        headers = {"access-basis": "SAMTYKKE", "requester-hpr-role": "SP", "access-reason": "home-care"}
        headers |= {"person-id": number, "content-type": "application/x-www-form-urlencoded"}
        return await world.callers[name].send(actor, Sent("POST", path, headers, b""))

    nobody, line = "01839130380", PERSONS["line"]
    guesses = [await ask("results_service", nobody), await ask("core_record", nobody)]
    assert [answer.status_code for answer in guesses] == [200, 200], [answer.text for answer in guesses]
    for name in ("results_service", "core_record"):
        shut = await ask(name, line)
        assert outcome(shut.status_code, shut.content) == "429 too-many-requests"
        assert int(shut.headers["retry-after"]) > 60
        assert (await ask(name, line, "other-municipality")).status_code != 429
