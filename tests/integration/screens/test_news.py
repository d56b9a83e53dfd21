"""What is new since one's last visit: what came, changed or was released, and when a visit ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.integration.core_record.conftest import MakeActor
from tests.integration.lookup.builder import START, Report
from tests.integration.lookup.conftest import Store
from tests.integration.screens.conftest import SCOPES, Screens, age, kinds, log, new, table

# What is new


def event(screens: Screens, number: str, kind: str, hours: float) -> None:
    """A clinician or the person did something with the shown version of a report so long ago."""
    screens.run(
        "INSERT INTO results.release_event (person_id, report_id, version_id, event_id, kind, at)"
        " SELECT person_id, report_id, version_id, gen_random_uuid(), %s, now() - %s FROM results.report"
        " WHERE report_id = %s RETURNING 1",
        kind,
        timedelta(hours=hours),
        Report(number).key.report_id(screens.person_id),
    )


def ago(hours: float) -> str:
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat()


async def test_for_a_citizen_a_report_is_new_when_a_clinician_released_it(
    screens: Screens, store: Store, actor: MakeActor
) -> None:
    now = (datetime.now(UTC) - START).total_seconds() / 3600
    store.put(screens.person_id, Report("at-once"))
    store.put(screens.person_id, Report("released", release_class=3))
    store.put(screens.person_id, Report("reviewed", release_class=2, hours=now - 100))
    store.put(screens.person_id, Report("preliminary", status="P"))
    store.put(screens.person_id, Report("waits", release_class=3))
    age(screens, 100)
    event(screens, "released", "released", 10)
    event(screens, "reviewed", "reviewed", 10)
    event(screens, "preliminary", "released", 10)
    screens.caller, screens.headers = actor("line", scopes=SCOPES), {}
    found = await new(screens, ago(20))
    assert (found["total"], kinds(found)) == (4, ["new"] * 3)
    came = {datetime.fromisoformat(report["at"]) for report in found["reports"]}
    assert all(abs((at - datetime.now(UTC)).total_seconds() + 36_000) < 60 for at in came)
    assert kinds(await new(screens, ago(5))) == []
    assert kinds(await new(screens, ago(200))) == ["new"] * 4


async def test_for_a_citizen_a_report_is_changed_only_when_another_version_could_be_seen(
    screens: Screens, store: Store, actor: MakeActor
) -> None:
    store.put(screens.person_id, Report("unseen", status="P"))
    store.put(screens.person_id, Report("shown", status="P"))
    store.put(screens.person_id, Report("open"))
    event(screens, "shown", "shown", 1)
    age(screens, 48)
    for number in ("unseen", "shown", "open"):
        store.put(screens.person_id, Report(number, serv_type="M", hours=1))
    screens.caller, screens.headers = actor("line", scopes=SCOPES), {}
    found = {report["id"]: report["kind"] for report in (await new(screens, ago(24)))["reports"]}
    expected = {"unseen": "new", "shown": "changed", "open": "changed"}
    assert found == {str(Report(n).key.report_id(screens.person_id)): kind for n, kind in expected.items()}


async def test_nothing_is_called_new_at_the_first_visit(screens: Screens, store: Store) -> None:
    store.put(screens.person_id, Report())
    found = await new(screens)
    assert (found["since"], found["total"], found["reports"]) == (None, 1, [])
    assert log(screens) == [("permitted", {"NewResults": 0})]


async def test_what_came_changed_or_was_cancelled_since_the_last_visit_says_which(
    screens: Screens, store: Store
) -> None:
    for number in ("stays", "changes", "goes"):
        store.put(screens.person_id, Report(number))
    age(screens, 1)
    await new(screens)
    age(screens, 24)
    store.put(screens.person_id, Report("changes", serv_type="M", hours=1))
    store.put(screens.person_id, Report("goes", serv_type="C", hours=1))
    store.put(screens.person_id, Report("comes"))
    found = await new(screens)
    assert sorted(kinds(found)) == ["cancelled", "changed", "new"]
    assert found["since"] is not None
    assert found["total"] == 4


async def test_a_report_held_back_is_told_on_the_report_it_concerns(screens: Screens, store: Store) -> None:
    store.put(screens.person_id, Report())
    age(screens, 1)
    await new(screens)
    age(screens, 24)
    store.put(
        screens.person_id, Report(sampled=START - timedelta(days=9), requisition="other", msg_id="again")
    )
    assert kinds(await new(screens)) == ["notice"]


async def test_a_visit_goes_on_when_the_page_is_opened_again_and_ends_with_a_pause(
    screens: Screens, store: Store
) -> None:
    await new(screens)
    age(screens, 24)
    store.put(screens.person_id, Report())
    age(screens, 1)
    assert [kinds(await new(screens)) for _ in range(2)] == [["new"], ["new"]]
    age(screens, 0.25)
    assert kinds(await new(screens)) == ["new"]
    age(screens, 2)
    assert kinds(await new(screens)) == []


async def test_what_came_while_a_visit_lasted_is_new_at_the_next(screens: Screens, store: Store) -> None:
    await new(screens)
    age(screens, 0.2)
    store.put(screens.person_id, Report())
    age(screens, 0.1)
    await new(screens)
    age(screens, 24)
    assert kinds(await new(screens)) == ["new"]


async def test_anothers_visit_and_a_look_through_fhir_are_not_ones_own(
    screens: Screens, store: Store, actor: MakeActor
) -> None:
    store.put(screens.person_id, Report())
    await new(screens)
    await table(screens)
    age(screens, 24)
    screens.caller = actor("lege-lin", scopes=SCOPES)
    screens.headers |= {"access-basis": "SAMTYKKE", "access-reason": "treatment"}
    assert (await new(screens))["since"] is None


async def test_an_instant_can_be_asked_for(screens: Screens, store: Store) -> None:
    store.put(screens.person_id, Report())
    before, later = datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(hours=1)
    assert kinds(await new(screens, before.isoformat())) == ["new"]
    assert kinds(await new(screens, later.isoformat())) == []
