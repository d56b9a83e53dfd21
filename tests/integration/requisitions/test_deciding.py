"""What people decide about orders, who may, and the order on paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest

from core_record.result_news.requisition_numbers import spaced
from core_record.result_news.service import announce_gone_sync
from tests.integration.follow_up.conftest import (
    AWAITED,
    PLAIN,
)
from tests.integration.requisitions.conftest import (
    PATH,
    POTASSIUM,
    SODIUM,
    Net,
    change,
    changed,
    order,
    shown,
    standings,
    waiting,
)


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


@pytest.mark.parametrize("state", ["draft", "active"])
@pytest.mark.parametrize(
    "said",
    [
        {"settled": [{"examination": 0, "words": "Svart på telefon"}]},
        {"confirmed": [str(uuid4())]},
        {"declined": [str(uuid4())]},
    ],
)
async def test_given_what_is_not_ordered_yet_then_nothing_answers_it(
    net: Net, state: str, said: dict[str, Any]
) -> None:
    body = {"field": "laboratory", "examinations": [{"text": "Kalium"}]}
    sent = {"state": state, "at": "2026-11-20T09:00:00+01:00", "body": body | said}
    answer = await net.journal.call("lege-koman", "line", "PUT", f"{PATH}{uuid4()}", sent)
    assert (answer.status_code, answer.json()["title"]) == (422, "not-ordered-yet")
    draft = await order(net, state="draft")
    answer = await change(net, draft, state, **said)
    assert (answer.status_code, answer.json()["title"]) == (422, "not-ordered-yet")
    assert await waiting(net) == []
    await changed(net, draft, "active")
    assert await waiting(net) == [("waiting", draft["id"])]


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


async def test_given_a_printed_journal_then_its_orders_are_in_words_and_no_ids(net: Net) -> None:
    made = await order(net, POTASSIUM, SODIUM, information="Ny vanndrivende")
    report = await net.arrive(items=[PLAIN], sampled=datetime(2026, 11, 21, 8, tzinfo=UTC))
    await changed(net, made, confirmed=[str(report)], settled=[{"examination": 1, "words": "Ringt"}])
    answer = await net.journal.call("lege-koman", "line", "POST", "/journal/$export-pdf")
    document = pypdfium2.PdfDocument(answer.content)
    said = " ".join(page.get_textpage().get_text_range() for page in document)
    for words in ("Rekvisisjoner", POTASSIUM, "Ny vanndrivende", made["body"]["number"], "Ringt"):
        assert words in said
    assert str(report)[:8] not in said
