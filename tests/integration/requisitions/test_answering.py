"""An order is answered by what laboratories send: by its number, or as a person says; never by a guess."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest

from core_record.result_news.requisition_numbers import spaced
from core_record.result_news.service import announce_gone_sync
from tests.integration.follow_up.conftest import (
    AWAITED,
    HOSPITAL_HER,
    OFFICE,
    PLAIN,
    assessed,
)
from tests.integration.lookup.builder import Item
from tests.integration.requisitions.conftest import (
    PATH,
    POTASSIUM,
    SODIUM,
    Net,
    awaited,
    change,
    changed,
    order,
    shown,
    waiting,
)

NA = Item("2", SODIUM, "140", unit="mmol/L", ucum="mmol/L", low=137, high=145)
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


async def standings(net: Net) -> list[str]:
    """How far each examination of the only order is."""
    (one,) = await shown(net)
    return [found["standing"] for found in one["progress"]["examinations"]]


async def test_given_an_order_that_no_laboratory_has_heard_of_then_it_is_on_the_requesters_list(
    net: Net,
) -> None:
    made = await order(net)
    (item,) = await net.listed("lege-koman", "requisition", mine=True)
    assert (item["unit"], item["state"], item["label"]) == (OFFICE, "waiting", "laboratory")
    assert datetime.fromisoformat(item["due"]) == datetime.fromisoformat(made["at"]) + timedelta(days=7)
    assert made["body"]["number"].startswith("AK")
    assert made["body"]["requester_name"] == "Magnar Koman"


async def test_given_a_final_answer_to_each_then_the_order_leaves_the_list(net: Net) -> None:
    made = await order(net, POTASSIUM, SODIUM)
    report = await net.arrive(requisition=made["body"]["number"], items=[PLAIN, NA])
    assert await waiting(net) == []
    (one,) = await shown(net)
    assert one["progress"]["state"] == "answered"
    assert one["progress"]["reports"] == [str(report)]
    assert [item["id"] for item in await net.listed()] == [str(report)]


async def test_given_a_part_of_the_answer_then_what_is_missing_is_told(net: Net) -> None:
    made = await order(net, POTASSIUM, SODIUM)
    report = await net.arrive(requisition=made["body"]["number"], items=[PLAIN])
    assert await waiting(net) == [("partly", made["id"])]
    assert await standings(net) == ["final", "waiting"]
    seen = await net.open(report)
    await net.act(report, "assess", assessed(seen["result"]["version"]))
    assert await net.listed() == []
    assert await waiting(net) == [("partly", made["id"])]


async def test_given_preliminary_then_the_order_waits_until_it_is_final(net: Net) -> None:
    made = await order(net)
    number = made["body"]["number"]
    await net.arrive(requisition=number, items=[replace(PLAIN, status="preliminary")], status="P")
    assert await waiting(net) == [("partly", made["id"])]
    assert await standings(net) == ["preliminary"]
    await net.arrive(requisition=number, serv_type="M", hours=1)
    assert await waiting(net) == []


async def test_given_an_examination_given_up_by_the_laboratory_then_it_is_told_apart_from_answered(
    net: Net,
) -> None:
    made = await order(net, POTASSIUM, SODIUM)
    items = [replace(PLAIN, status="cancelled"), NA]
    await net.arrive(requisition=made["body"]["number"], items=items)
    assert await standings(net) == ["cancelled", "final"]
    assert await waiting(net) == []
    assert len(await net.listed()) == 1  # somebody sees that it was given up


async def test_given_a_report_withdrawn_as_a_whole_then_what_it_named_will_not_come(net: Net) -> None:
    made = await order(net, POTASSIUM, SODIUM)
    number = made["body"]["number"]
    await net.arrive(requisition=number, items=[PLAIN])
    await net.arrive(requisition=number, serv_type="C", hours=1)
    assert await standings(net) == ["cancelled", "waiting"]


async def test_given_one_of_two_results_of_the_same_code_then_the_examination_is_not_answered(
    net: Net,
) -> None:
    made = await order(net)
    items = [PLAIN, replace(AWAITED, key="2")]
    await net.arrive(requisition=made["body"]["number"], items=items)
    assert await standings(net) == ["registered"]
    assert await waiting(net) == [("waiting", made["id"])]


async def test_given_what_the_laboratory_has_registered_then_it_stands_on_the_orders_line(net: Net) -> None:
    made = await order(net)
    await net.arrive(requisition=made["body"]["number"], items=[AWAITED])
    assert await waiting(net) == [("waiting", made["id"])]
    assert await awaited(net) == []
    assert await standings(net) == ["registered"]
    await changed(net, made, "cancelled", why="Feil pasient")
    assert await waiting(net) == []
    assert len(await awaited(net)) == 1  # it leaves no list with the order


async def test_given_a_number_misspelt_with_spaces_then_it_is_the_same(net: Net) -> None:
    made = await order(net)
    await net.arrive(requisition=f"SOL2 {spaced(made['body']['number']).lower()} 001")
    assert await waiting(net) == []


async def test_given_the_number_then_the_answer_is_the_requesters_whoever_it_names(net: Net) -> None:
    made = await order(net)
    report = await net.arrive(
        requisition=made["body"]["number"], requester=None, unit=HOSPITAL_HER, items=[PLAIN]
    )
    (item,) = await net.listed("lege-koman", "result", mine=True)
    assert item["id"] == str(report)


async def test_given_another_persons_number_then_nothing_is_answered(net: Net) -> None:
    made = await order(net, about="gry")
    await net.arrive("line", requisition=made["body"]["number"])
    assert await waiting(net) == [("waiting", made["id"])]


class TestProposals:
    async def report(self, net: Net, **said: Any) -> str:
        """A report without our number, sampled the day after the order."""
        known: dict[str, Any] = {"sampled": NOW, "items": [PLAIN]} | said
        return str(await net.arrive(**known))

    async def test_given_a_report_without_number_then_it_is_proposed_and_answers_nothing(
        self, net: Net
    ) -> None:
        made = await order(net)
        report = await self.report(net)
        assert await waiting(net) == [("proposed", made["id"])]
        (one,) = await shown(net)
        assert one["progress"]["proposals"] == [report]
        assert [found["standing"] for found in one["progress"]["examinations"]] == ["waiting"]

    async def test_given_it_is_confirmed_then_the_order_is_answered(self, net: Net) -> None:
        made = await order(net)
        report = await self.report(net)
        await changed(net, made, confirmed=[report])
        assert await waiting(net) == []
        (one,) = await shown(net)
        assert (one["progress"]["state"], one["progress"]["reports"]) == ("answered", [report])

    async def test_given_it_is_declined_then_it_is_proposed_no_more(self, net: Net) -> None:
        made = await order(net)
        report = await self.report(net)
        await changed(net, made, declined=[report])
        assert await waiting(net) == [("waiting", made["id"])]

    async def test_given_two_orders_of_the_same_then_a_report_given_to_one_is_not_proposed_for_the_other(
        self, net: Net
    ) -> None:
        first = await order(net)
        second = await order(net, at="2026-11-20T10:00:00+01:00")
        report = await self.report(net)
        assert sorted(await waiting(net)) == sorted([("proposed", first["id"]), ("proposed", second["id"])])
        await changed(net, first, confirmed=[report])
        assert await waiting(net) == [("waiting", second["id"])]

    @pytest.mark.parametrize(
        "said",
        [
            {"items": [NA]},
            {"sampled": NOW - timedelta(days=30)},
            {"sampled": NOW + timedelta(days=90)},
            {"requester": None, "unit": HOSPITAL_HER},
        ],
    )
    async def test_given_other_codes_times_or_requesters_then_nothing_is_proposed(
        self, net: Net, said: dict[str, Any]
    ) -> None:
        made = await order(net)
        await self.report(net, **said)
        assert await waiting(net) == [("waiting", made["id"])]

    async def test_given_another_persons_report_then_it_cannot_be_confirmed(self, net: Net) -> None:
        made = await order(net)
        other = await net.arrive("gry", "R2")
        answer = await change(net, made, confirmed=[str(other)])
        assert (answer.status_code, answer.json()["title"]) == (422, "report-unknown")


class TestLookingAfter:
    async def test_given_a_new_time_with_its_reason_then_it_waits_longer(self, net: Net) -> None:
        made = await order(net)
        later = "2026-12-20T12:00:00+01:00"
        refused = await change(net, made, expected=later)
        assert (refused.status_code, refused.json()["title"]) == (422, "reason-missing")
        await changed(net, made, expected=later, why="Laboratoriet er forsinket")
        (item,) = await net.listed("lege-koman", "requisition")
        assert datetime.fromisoformat(item["due"]) == datetime.fromisoformat(later)

    @pytest.mark.parametrize("state", ["cancelled", "elsewhere", "entered-in-error"])
    async def test_given_a_reason_then_it_leaves_the_list_and_without_one_it_stays(
        self, net: Net, state: str
    ) -> None:
        made = await order(net)
        refused = await change(net, made, state)
        assert (refused.status_code, refused.json()["title"]) == (422, "reason-missing")
        assert len(await waiting(net)) == 1
        await changed(net, made, state, why="Tatt på sykehuset")
        assert await waiting(net) == []

    async def test_given_it_is_ordered_anew_then_there_is_one_line_with_a_number_of_its_own(
        self, net: Net
    ) -> None:
        made = await order(net, POTASSIUM, SODIUM)
        new, body = str(uuid4()), {"at": "2026-11-28T09:00:00+01:00", "why": "Prøven er borte"}
        path = f"/requisitions/{made['id']}/$again"
        for _ in range(2):
            done = await net.journal.ok(
                "lege-koman", "line", "POST", path, {"id": new, **body}, if_match='"1"'
            )
            assert done["entry"]["body"]["replaces"] == made["id"]
        assert done["entry"]["body"]["number"] != made["body"]["number"]
        assert await waiting(net) == [("waiting", new)]
        states = {one["entry"]["id"]: one["entry"]["state"] for one in await shown(net, every=True)}
        assert states == {made["id"]: "cancelled", new: "active"}

    async def test_given_a_correction_that_takes_the_answer_back_then_the_order_waits_again(
        self, net: Net
    ) -> None:
        made = await order(net)
        number = made["body"]["number"]
        await net.arrive(requisition=number)
        assert await waiting(net) == []
        await net.arrive(requisition=number, serv_type="M", hours=1, items=[AWAITED])
        assert await waiting(net) == [("waiting", made["id"])]

    async def test_given_an_answer_in_another_way_then_it_is_said_in_words(self, net: Net) -> None:
        made = await order(net, POTASSIUM, SODIUM)
        await net.arrive(requisition=made["body"]["number"], items=[PLAIN])
        bare = await change(net, made, settled=[{"examination": 1}])
        assert (bare.status_code, bare.json()["title"]) == (422, "words-missing")
        await changed(net, made, settled=[{"examination": 1, "words": "Svart på telefon"}])
        assert await standings(net) == ["final", "settled"]
        assert await waiting(net) == []

    async def test_given_the_results_are_deleted_then_what_was_answered_stays_answered(
        self, net: Net
    ) -> None:
        made = await order(net)
        report = await net.arrive(requisition=made["body"]["number"])
        with net.store.database.transaction() as conn:
            announce_gone_sync(conn, net.person_of("line"), [report])
        await net.take()
        assert await waiting(net) == []

    async def test_given_what_was_ordered_then_it_is_not_changed(self, net: Net) -> None:
        made = await order(net)
        answer = await change(net, made, information="Noe annet", why="Feil")
        assert (answer.status_code, answer.json()["title"]) == (422, "sent-unchangeable")


class TestWho:
    async def test_given_a_helper_then_a_draft_is_prepared_and_the_doctor_orders_it(self, net: Net) -> None:
        draft = await order(net, state="draft", who="helsesekretaer")
        assert draft["body"].get("number", "") == ""
        assert await waiting(net) == []
        assert len(await net.listed("lege-koman", "requisition-draft")) == 1
        made = await changed(net, draft, "active")
        assert made["body"]["requester_name"] == "Magnar Koman"
        assert await waiting(net) == [("waiting", made["id"])]
        assert await net.listed("lege-koman", "requisition-draft") == []

    @pytest.mark.parametrize(
        ("who", "expected"),
        [
            ("lege-koman", "200 None"),
            ("helsesekretaer", "403 ordering-role"),
            ("sykepleier", "403 ordering-role"),
            ("pleieassistent", "403 journal-role-reads"),
            ("sykehuslege", "403 journal-of-other-services"),
            ("line", "403 journal-written-by-personnel"),
        ],
    )
    async def test_who_may_order(self, net: Net, who: str, expected: str) -> None:
        sent = {
            "state": "active",
            "at": "2026-11-20T09:00:00+01:00",
            "body": {"field": "laboratory", "examinations": [{"text": "Kalium"}]},
        }
        answer = await net.journal.call(who, "line", "PUT", f"{PATH}{uuid4()}", sent)
        assert f"{answer.status_code} {answer.json().get('title')}" == expected

    async def test_given_another_unit_then_it_notes_the_sampling_and_nothing_else(self, net: Net) -> None:
        made = await order(net)
        sampled = "2026-11-24T08:00:00+01:00"
        answer = await change(net, made, "cancelled", who="sykepleier", why="Nei")
        assert (answer.status_code, answer.json()["title"]) == (403, "not-sender")
        answer = await change(net, made, who="sykepleier", sampled=sampled)
        assert answer.is_success, answer.text
        (item,) = await net.listed("lege-koman", "requisition")
        assert datetime.fromisoformat(item["due"]) == datetime.fromisoformat(sampled) + timedelta(days=7)

    async def test_given_a_citizen_then_how_far_it_is_answered_is_not_told(self, net: Net) -> None:
        answer = await net.journal.call("line", "line", "POST", "/requisitions/_search", {})
        assert (answer.status_code, answer.json()["title"]) == (403, "requisitions-personnel")

    async def test_given_an_absent_requester_then_the_stand_in_has_the_order_too(self, net: Net) -> None:
        made = await order(net)
        assert [one["about"] for one in await net.listed("lege-koman", "requisition", mine=True)] == [
            made["id"]
        ]
        assert await net.listed("helsesekretaer", "requisition", mine=True) == []
        people = (await net.journal.ok("lege-koman", None, "POST", "/personnel/_search"))["personnel"]
        ids = {person["name"]: person["id"] for person in people}
        away = {
            "personnel": ids["Magnar Koman"],
            "stand_in": ids["Nora Lunde"],
            "first": "2026-01-01",
            "last": "2027-12-31",
        }
        await net.journal.ok("lege-koman", None, "PUT", f"/absences/{uuid4()}", away)
        assert [one["about"] for one in await net.listed("helsesekretaer", "requisition", mine=True)] == [
            made["id"]
        ]


class TestPaper:
    async def test_given_an_order_then_it_is_printed_with_its_number_and_what_is_asked_for(
        self, net: Net
    ) -> None:
        made = await order(net, POTASSIUM, SODIUM, information="Ny vanndrivende")
        answer = await net.journal.call("sykepleier", "line", "GET", f"/requisitions/{made['id']}/pdf")
        assert answer.is_success, answer.text
        document = pypdfium2.PdfDocument(answer.content)
        said = " ".join(page.get_textpage().get_text_range() for page in document)
        for words in (spaced(made["body"]["number"]), "Ny vanndrivende", POTASSIUM, "Fjordvik legesenter"):
            assert words in said
        assert f'filename="{made["body"]["number"]}.pdf"' in answer.headers["content-disposition"]

    async def test_given_a_draft_or_another_persons_order_then_nothing_is_printed(self, net: Net) -> None:
        draft, other = await order(net, state="draft"), await order(net, about="gry")
        for entry, expected in ((draft, "422 order-not-active"), (other, "404 entry-not-found")):
            answer = await net.journal.call("lege-koman", "line", "GET", f"/requisitions/{entry['id']}/pdf")
            assert f"{answer.status_code} {answer.json()['title']}" == expected


async def test_given_a_report_with_the_number_that_a_person_says_is_not_the_answer_then_the_order_waits(
    net: Net,
) -> None:
    made = await order(net)
    report = await net.arrive(requisition=made["body"]["number"])
    assert await waiting(net) == []
    await changed(net, made, declined=[str(report)])
    assert await waiting(net) == [("waiting", made["id"])]


async def test_given_no_order_then_what_is_registered_has_its_own_line(net: Net) -> None:
    await net.arrive(items=[AWAITED])
    assert len(await awaited(net)) == 1


async def test_given_two_orders_in_one_report_then_both_are_answered(net: Net) -> None:
    first, second = await order(net), await order(net, SODIUM)
    numbers = " ".join(one["body"]["number"] for one in (first, second))
    await net.arrive(requisition=numbers, items=[PLAIN, NA])
    assert await waiting(net) == []
