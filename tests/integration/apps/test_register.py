"""The register of apps as administrators keep it."""

from __future__ import annotations

from datetime import timedelta

import psycopg

from kit.identity import audiences
from kit.norway import today_in_norway
from tests.integration.apps.conftest import APP, Desk, code

CORE = audiences.CORE_RECORD


async def listed(desk: Desk, who: str = "administrator") -> list[dict[str, object]]:
    answer = await desk.call(CORE, who, "POST", "/administration/apps/_search", {})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()["apps"]
    return found


async def test_given_a_proposal_then_it_is_listed_and_its_history_says_who_and_why(
    desk: Desk,
) -> None:
    await desk.admit()

    (app,) = await listed(desk)
    assert (app["client_id"], app["state"], app["decided_by"]) == (APP, "approved", "Sigrid Aune")
    assert app["organisation"] == "Fjordvik kommune"
    history = desk.rows(
        "SELECT before ->> 'state', after ->> 'state', source, actor_name, reason"
        " FROM core_record.register_change WHERE register = 'app' ORDER BY at"
    )
    assert history == [
        (None, "proposed", "administrator", "Sigrid Aune", "proposed"),
        ("proposed", "approved", "administrator", "Sigrid Aune", "reviewed"),
    ]
    actions = desk.rows("SELECT action, outcome FROM core_record.actor_log ORDER BY at")
    assert actions[:2] == [("registers-propose-app", "permitted"), ("registers-decide-app", "permitted")]


async def test_given_what_has_been_decided_then_it_is_read_newest_first(desk: Desk) -> None:
    await desk.admit()
    await desk.propose(grants=["akson:journal user/Patient.rs", "akson:journal user/Condition.rs"])
    which = {"client_id": APP, "org_number": "313900215"}
    answer = await desk.call(CORE, "administrator", "POST", "/administration/apps/history", which)
    steps = [(one["state"], one["asked"], one["reason"]) for one in answer.json()["history"]]
    assert steps == [
        ("proposed", True, "proposed"),
        ("approved", False, "reviewed"),
        ("proposed", False, "proposed"),
    ]
    elsewhere = {"client_id": APP, "org_number": "313900320"}
    refused = await desk.call(CORE, "administrator", "POST", "/administration/apps/history", elsewhere)
    assert code(refused) == "403 organisation-not-yours"


async def test_given_the_same_again_then_nothing_changes(desk: Desk) -> None:
    await desk.admit()
    assert (await desk.propose()).json() == {"changed": False}
    again = await desk.decide("proposed", "approved")
    assert (again.json()["changed"], again.json()["app"]["state"]) == (False, "approved")


async def test_given_an_approved_app_that_wants_more_then_it_is_approved_anew(desk: Desk) -> None:
    await desk.admit()
    more = ["akson:journal user/Patient.rs", "akson:journal user/Condition.rs"]
    assert (await desk.propose(grants=more)).json() == {"changed": True}
    (app,) = await listed(desk)
    assert (app["state"], app["grants"], app["decided_by"]) == ("proposed", sorted(more), None)


async def test_given_a_withdrawn_app_then_it_comes_back_by_a_new_proposal_alone(desk: Desk) -> None:
    await desk.admit()
    await desk.decide("approved", "withdrawn", "agreement-ended")
    assert code(await desk.decide("withdrawn", "approved")) == "409 app-state"
    assert (await desk.propose()).json() == {"changed": True}
    assert (await desk.decide("proposed", "approved")).status_code == 200


async def test_given_who_does_not_administer_the_organisation_then_nothing_is_changed(desk: Desk) -> None:
    assert code(await desk.propose(by="lege-koman")) == "403 not-administrator"
    assert code(await desk.propose(org_number="313900320")) == "403 organisation-not-yours"
    assert (await desk.propose(org_number="313900878")).json() == {"changed": True}
    assert [app["org_number"] for app in await listed(desk)] == ["313900878"]


async def test_given_another_who_decided_meanwhile_then_the_second_is_told(desk: Desk) -> None:
    await desk.admit()
    await desk.decide("approved", "suspended", "security")
    assert code(await desk.decide("approved", "withdrawn", "security")) == "409 changed-meanwhile"
    assert code(await desk.decide("suspended", "approved", "because")) == "422 reason-unknown"
    assert code(await desk.decide("suspended", "approved", client_id="another-app")) == "404 app-unknown"


async def test_given_a_proposal_that_has_changed_since_it_was_read_then_it_is_not_approved_unread(
    desk: Desk,
) -> None:
    await desk.propose()
    (read,) = await listed(desk)
    await desk.propose(grants=["akson:journal user/Patient.rs", "akson:journal user/Composition.crus"])

    assert code(await desk.decide("proposed", "approved", seen=read["seen"])) == "409 changed-meanwhile"
    assert code(await desk.decide("proposed", "approved", seen="")) == "409 changed-meanwhile"
    (now,) = await listed(desk)
    assert (await desk.decide("proposed", "approved", seen=now["seen"])).json()["changed"] is True
    # stopping is for everyone who sees the danger, read or not
    assert (await desk.decide("approved", "suspended", "incident", seen="")).json()["changed"] is True


async def test_given_an_app_past_its_last_day_then_it_is_not_approved_as_it_is(desk: Desk) -> None:
    await desk.propose()
    with psycopg.connect(desk.postgres.superuser_dsn) as conn:
        conn.execute("UPDATE core_record.app SET valid_to = current_date - 2")
    assert code(await desk.decide("proposed", "approved")) == "422 app-expired"


async def test_given_a_faulty_proposal_then_it_is_told_and_nothing_is_kept(desk: Desk) -> None:
    for changed, expected in (
        ({"grants": ["akson:journal user/*.rs"]}, "422 grant-unknown"),
        ({"launch_url": "http://trend.example.no"}, "422 launch-url-invalid"),
        ({"client_id": "a b"}, "400 body-invalid"),
        ({"more": 1}, "400 body-invalid"),
        ({"grants": []}, "400 body-invalid"),
        ({"valid_to": (today_in_norway() - timedelta(1)).isoformat()}, "422 period-unlikely"),
    ):
        assert code(await desk.propose(**changed)) == expected
    assert await listed(desk) == []


async def test_given_anyone_then_what_is_admitted_can_be_read(desk: Desk) -> None:
    await desk.propose(client_id="only-proposed")
    await desk.admit()
    url = desk.settings.core_record_url + "/apps"
    answer = await desk.clients[CORE].get(url)
    (app,) = answer.json()["apps"]
    assert (app["name"], app["vendor_name"], app["organisation"]) == (
        "Trend",
        "Leverandør AS",
        "Fjordvik kommune",
    )
    assert "decided_by" not in app
