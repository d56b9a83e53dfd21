"""Opening an app for a patient: the handle, who may redeem it, and what is told."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import redis

from core_record.apps.launch import SECONDS
from dev.embedded import Valkey
from dev.personas import persona
from kit.identity import audiences
from kit.identity.jwks import Issuer
from tests.integration.apps.conftest import APP, Desk, code
from tests.integration.privacy.conftest import HPR, consent, party

JOURNAL, RESULTS = audiences.JOURNAL, audiences.RESULTS


async def begin(desk: Desk, who: str = "sykepleier", about: str = "line", **said: str) -> httpx.Response:
    body = {"client_id": said.pop("client_id", APP)}
    return await desk.call(JOURNAL, who, "POST", "/launches", body, about=about, **said)


async def handle(desk: Desk) -> str:
    answer = await begin(desk)
    assert answer.status_code == 200, answer.text
    return parse_qs(urlsplit(answer.json()["url"]).query)["launch"][0]


async def redeem(desk: Desk, launch: str, who: str = "sykepleier", client: str = APP) -> httpx.Response:
    return await desk.call(JOURNAL, who, "POST", "/launches/_redeem", {"launch": launch}, client=client)


@pytest.fixture
async def admitted(desk: Desk) -> Desk:
    await desk.admit()
    return desk


async def test_given_an_admitted_app_then_it_is_offered_with_what_it_may(admitted: Desk) -> None:
    answer = await admitted.call(JOURNAL, "sykepleier", "POST", "/apps/_search", {})
    assert answer.json() == {
        "apps": [
            {
                "client_id": APP,
                "name": "Trend",
                "vendor_name": "Leverandør AS",
                "purpose": "Viser utviklingen av målinger",
                "grants": ["akson:journal user/Observation.rs", "akson:journal user/Patient.rs"],
                "reads": ["Observation", "Patient"],
                "writes": [],
            }
        ]
    }


@pytest.mark.parametrize(
    ("who", "changed"),
    [
        ("lege-koman", {}),  # of another organisation
        ("sykepleier", {"roles": ["LE"]}),
        ("sykepleier", {"launch_url": None}),
        ("sykepleier", {"org_number": "313900983"}),  # another place of the same organisation
    ],
)
async def test_given_another_than_it_is_for_then_the_app_is_neither_offered_nor_opened(
    desk: Desk, who: str, changed: dict[str, object]
) -> None:
    await desk.admit(**changed)
    assert (await desk.call(JOURNAL, who, "POST", "/apps/_search", {})).json() == {"apps": []}
    assert code(await begin(desk, who, access_reason="treatment")) == "404 app-not-offered"


async def test_given_a_launch_then_the_address_tells_nothing_of_the_patient(admitted: Desk) -> None:
    answer = await begin(admitted)
    url = urlsplit(answer.json()["url"])
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://trend.example.no/launch"
    asked = parse_qs(url.query)
    assert asked.keys() == {"iss", "launch"}
    assert asked["iss"] == [f"{admitted.settings.journal_url}/fhir"]
    number = persona("line").national_id or ""
    assert number not in answer.text


async def test_given_its_own_token_then_the_app_learns_for_whom_and_reads_on(admitted: Desk) -> None:
    told = (await redeem(admitted, await handle(admitted))).json()

    assert told["headers"] == {
        "person-id": persona("line").national_id,
        "requester-hpr-role": "SP",
        "access-reason": "home-care",
    }
    assert told["need_patient_banner"] is True
    found = await admitted.call(
        JOURNAL, "sykepleier", "POST", "/fhir/Observation/_search", client=APP, form={}, about="line"
    )
    assert (found.status_code, found.json()["resourceType"]) == (200, "Bundle")
    patient = await admitted.call(
        JOURNAL, "sykepleier", "POST", "/fhir/Patient/_search", client=APP, form={}, about="line"
    )
    assert patient.json()["entry"][0]["resource"]["id"] == told["patient"]
    rows = admitted.rows("SELECT app_name, items, reason FROM core_record.access_log ORDER BY seq")
    assert rows == [
        (None, {"Patient": 1}, "home-care"),
        ("Trend", {"Patient": 1}, "home-care"),
        ("Trend", {"Observation": 0}, "home-care"),
        ("Trend", {"Patient": 1}, "home-care"),
    ]


async def test_given_a_handle_used_before_then_it_opens_nothing(admitted: Desk) -> None:
    launch = await handle(admitted)
    assert (await redeem(admitted, launch)).status_code == 200
    assert code(await redeem(admitted, launch)) == "403 launch-not-valid"


async def test_given_another_health_worker_then_the_handle_opens_nothing_and_is_gone(admitted: Desk) -> None:
    launch = await handle(admitted)
    assert code(await redeem(admitted, launch, who="legevakt")) == "403 launch-not-valid"
    assert code(await redeem(admitted, launch)) == "403 launch-not-valid"


async def test_given_another_app_then_the_handle_opens_nothing(admitted: Desk) -> None:
    await admitted.admit(client_id="other-app", name="Other")
    launch = await handle(admitted)
    assert code(await redeem(admitted, launch, client="other-app")) == "403 launch-not-valid"
    assert (await redeem(admitted, await handle(admitted))).status_code == 200


async def test_given_a_minute_then_the_handle_is_gone(admitted: Desk, valkey: Valkey) -> None:
    launch = await handle(admitted)
    store = redis.Redis.from_url(valkey.url)
    (key,) = store.scan_iter("akson:launch:*")
    assert 0 < store.ttl(key) <= SECONDS == 60
    kept = store.get(key)
    assert launch.encode() not in key
    assert (persona("line").national_id or "").encode() not in (kept or b"")  # type: ignore[operator]
    store.pexpire(key, 1)
    assert code(await redeem(admitted, launch)) == "403 launch-not-valid"


async def test_given_an_app_suspended_meanwhile_then_it_learns_nothing(admitted: Desk) -> None:
    launch = await handle(admitted)
    await admitted.decide("approved", "suspended", "incident")
    assert code(await redeem(admitted, launch)) == "403 app-suspended"
    assert code(await begin(admitted)) == "404 app-not-offered"


async def test_given_a_block_meanwhile_then_the_app_learns_nothing_and_the_log_names_it(
    admitted: Desk,
) -> None:
    launch = await handle(admitted)
    block = consent("blokkering", actor=[party("IRCP", HPR, persona("sykepleier").hpr_number or "")])
    assert (await admitted.call(audiences.CORE_RECORD, "line", "POST", "/fhir/Consent", block)).is_success
    refused = await redeem(admitted, launch)
    assert code(refused) == "403 blocked"
    assert (persona("line").national_id or "") not in refused.text
    assert code(await begin(admitted)) == "403 blocked"
    rows = admitted.rows("SELECT app, outcome_code FROM core_record.access_log WHERE outcome = 'refused'")
    assert sorted(rows, key=str) == [(APP, "blocked"), (None, "blocked")]


async def test_given_a_person_whom_one_may_not_see_then_no_app_is_opened(admitted: Desk) -> None:
    refused = await admitted.call(
        JOURNAL, "legevakt", "POST", "/launches", {"client_id": APP}, about="line", access_reason="nothing"
    )
    assert code(refused) == "400 access-reason-unknown"
    citizen = await admitted.call(JOURNAL, "line", "POST", "/launches", {"client_id": APP}, about="line")
    assert code(citizen) == "403 apps-for-personnel"


async def test_given_an_app_then_it_opens_no_other_app(admitted: Desk) -> None:
    await admitted.admit(client_id="other-app", name="Other")
    answer = await admitted.call(
        JOURNAL, "sykepleier", "POST", "/launches", {"client_id": "other-app"}, client=APP, about="line"
    )
    assert code(answer) == "403 launch-from-own"


async def test_given_the_store_away_then_the_launch_waits(admitted: Desk) -> None:
    class Away:
        async def set(self, *_: object, **__: object) -> None:
            raise redis.ConnectionError

        async def getdel(self, *_: object) -> None:
            raise redis.ConnectionError

        async def aclose(self) -> None:
            """Nothing to close."""

    admitted.apps[JOURNAL].state.valkey = Away()
    assert code(await begin(admitted)) == "503 launch-store-unavailable"
    assert code(await redeem(admitted, "x" * 40)) == "503 launch-store-unavailable"


METADATA = {
    "authorization_endpoint": "https://helseid.example/authorize",
    "token_endpoint": "https://helseid.example/token",
    "jwks_uri": "https://helseid.example/jwks",
}


@pytest.mark.parametrize("audience", [JOURNAL, RESULTS])
async def test_given_the_discovery_then_it_tells_what_is_true(desk: Desk, audience: str) -> None:
    app, told = desk.apps[audience], desk.apps[audience].state.discovery
    issuer = desk.settings.helseid_issuer

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"issuer": issuer, **METADATA})

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    app.state.discovery = type(told)(Issuer(issuer, http), told.audience, told.launches)
    base = desk.settings.journal_url if audience == JOURNAL else desk.settings.results_url

    found = (await desk.clients[audience].get(f"{base}/fhir/.well-known/smart-configuration")).json()

    # SMART App Launch 2.2, "Metadata": what must be there
    assert {
        "authorization_endpoint",
        "token_endpoint",
        "grant_types_supported",
        "capabilities",
    } <= found.keys()
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["issuer"] == issuer
    routes = app.openapi()["paths"]
    launches = found.get("akson_launch_endpoint", "")
    launched = bool(launches) and launches.removeprefix(base) in routes
    assert ("launch-ehr" in found["capabilities"]) == launched
    assert {"context-ehr-patient", "permission-v2"}.isdisjoint(found["capabilities"])
    scopes = {JOURNAL: ["akson:journal/read", "akson:journal/write"], RESULTS: ["nhn:pps/provesvar-read"]}
    assert found["scopes_supported"] == scopes[audience]
    statement = (await desk.clients[audience].get(f"{base}/fhir/metadata")).json()
    service = statement["rest"][0]["security"]["service"][0]["coding"][0]["code"]
    assert service == "SMART-on-FHIR"


async def test_given_helseid_silent_then_the_discovery_says_try_again(desk: Desk) -> None:
    app = desk.apps[JOURNAL]
    told = app.state.discovery
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500)))
    app.state.discovery = type(told)(Issuer(desk.settings.helseid_issuer, http), told.audience, told.launches)
    answer = await desk.clients[JOURNAL].get(
        f"{desk.settings.journal_url}/fhir/.well-known/smart-configuration"
    )
    assert code(answer) == "503 issuer-unavailable"
