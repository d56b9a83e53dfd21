"""Storing versions on a real PostgreSQL: what is shown, what waits, and that nothing is lost or doubled."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import msgspec
import pytest

from kit.ids import new_id
from results_service.reports.compression import compress, decompress
from results_service.reports.showing import NOTICE_URL, beside_id, report_date
from tests.integration.lookup.builder import START, Item, Report, observation_id
from tests.integration.lookup.conftest import Store

PERSON = new_id()
OTHER = new_id()


def shown(store: Store, person: UUID, report_id: UUID) -> dict[str, Any]:
    ((body,),) = store.rows(
        "SELECT body FROM results.report WHERE person_id = %s AND report_id = %s", person, report_id
    )
    assert isinstance(body, bytes)
    report: dict[str, Any] = msgspec.json.decode(decompress(body))
    return report


def notices(report: dict[str, Any]) -> list[str]:
    found = [e["extension"] for e in report["extension"] if e["url"] == NOTICE_URL]
    return [parts[0]["valueCode"] for parts in found]


def versions(store: Store) -> int:
    ((count,),) = store.rows("SELECT count(*) FROM results.report_version")
    assert isinstance(count, int)
    return count


def test_given_a_chain_when_it_comes_in_any_order_then_the_newest_is_shown(store: Store) -> None:
    for number, order in enumerate(permutations(("N", "M", "C"))):
        reports = {t: Report(f"R{number}", t, hours=h) for h, t in enumerate("NMC")}
        for kind in order:
            assert store.put(PERSON, reports[kind]).status == "processed"
        report = shown(store, PERSON, reports["N"].key.report_id(PERSON))
        assert report["status"] == "cancelled"
        assert report["issued"] == reports["C"].generated.isoformat()
        assert report["result"] == []
    assert versions(store) == 18


def test_given_a_cancellation_of_an_unknown_report_then_it_is_shown_as_what_it_is(store: Store) -> None:
    outcome = store.put(PERSON, Report(serv_type="C"))
    assert outcome.status == "processed"
    assert shown(store, PERSON, outcome.report_id)["status"] == "cancelled"


def test_given_the_same_message_again_then_nothing_changes(store: Store) -> None:
    intake = new_id()
    first = store.put(PERSON, Report(), intake)
    again = store.put(PERSON, Report(), intake)
    copy = store.put(PERSON, Report())
    assert again == first
    assert (copy.status, copy.version_id) == ("duplicate", first.version_id)
    assert versions(store) == 1


def test_given_another_person_under_the_number_then_it_is_held_and_the_shown_report_says_so(
    store: Store,
) -> None:
    first = store.put(PERSON, Report())
    second = store.put(OTHER, Report(serv_type="M", hours=2))
    assert (second.status, second.issues[0].code) == ("needs-attention", "person-changed")
    report = shown(store, PERSON, first.report_id)
    assert notices(report) == ["person-changed"]
    assert report["status"] == "final"
    assert store.rows("SELECT 1 FROM results.report WHERE person_id = %s", OTHER) == []
    assert versions(store) == 2, "the held one is kept"
    third = store.put(PERSON, Report(serv_type="M", hours=3))
    assert third.status == "processed"
    assert notices(shown(store, PERSON, first.report_id)) == ["person-changed"], "a warning outlives a change"


def test_given_a_new_report_under_a_used_number_then_the_earlier_stays(store: Store) -> None:
    first = store.put(PERSON, Report())
    held = Report(sampled=START + timedelta(days=2), requisition="Q1", hours=48)
    second = store.put(PERSON, held)
    assert (second.status, second.issues[0].code) == ("needs-attention", "report-number-reused")
    report = shown(store, PERSON, first.report_id)
    assert report["issued"] == START.isoformat()
    assert notices(report) == ["report-number-reused"]
    copy = store.put(PERSON, held)
    assert copy.status == "needs-attention", "a copy of what waits gets the same answer"
    assert versions(store) == 2


def test_given_a_version_stored_in_the_second_form_then_the_rules_compare_its_columns(store: Store) -> None:
    first = store.put(PERSON, Report())
    ((data,),) = store.rows("SELECT resources FROM results.report_version")
    assert isinstance(data, bytes)
    raw = decompress(data)
    end = 4 + (int.from_bytes(raw[:4], "big") & 0x7FFFFFFF)
    head = msgspec.msgpack.encode(msgspec.msgpack.decode(raw[4:end])[:4])
    store.rows(
        "UPDATE results.report_version SET resources = %s, requisitions = '{Q1}', report_date = %s"
        " RETURNING 1",
        compress((len(head) | 1 << 31).to_bytes(4, "big") + head + raw[end:]),
        "2021-03-01",
    )
    other = store.put(PERSON, Report(sampled=None, requisition="Q2", hours=1))
    assert other.status == "needs-attention"
    same = store.put(PERSON, Report(serv_type="M", requisition="Q1", hours=2))
    assert same.status == "processed"
    body = msgspec.json.encode(shown(store, PERSON, first.report_id))
    assert report_date(body) == "2021-03-01", "the first version's"


def test_given_a_reused_message_id_then_only_a_change_of_another_report_waits(store: Store) -> None:
    store.put(PERSON, Report("R1", msg_id="m"))
    own = store.put(PERSON, Report("R2", msg_id="m", hours=1))
    assert own.status == "processed"
    assert [i.code for i in own.issues] == ["message-id-reused"]
    same = store.put(PERSON, Report("R1", "M", msg_id="m", hours=2))
    assert same.status == "processed"
    cancel = store.put(PERSON, Report("R3", "C", msg_id="m", hours=3))
    assert (cancel.status, cancel.issues[0].code) == ("needs-attention", "message-id-reused")
    assert store.rows("SELECT 1 FROM results.report WHERE report_id = %s", cancel.report_id) == []


def test_given_a_vanished_item_then_the_report_says_that_it_is_gone(store: Store) -> None:
    first = store.put(PERSON, Report())
    store.put(PERSON, Report(serv_type="M", hours=1, items=[Item("1")]))
    report = shown(store, PERSON, first.report_id)
    assert notices(report) == ["gone-from-report"]
    (gone,) = [e["extension"] for e in report["extension"] if e["url"] == NOTICE_URL]
    parts = {p["url"]: p for p in gone}
    vanished = observation_id(first.report_id, "2")
    assert parts["item"]["valueReference"]["reference"] == f"Observation/{vanished}"
    assert parts["concept"]["valueCodeableConcept"]["coding"][0]["code"] == "NPU03230"


def test_given_a_comment_that_quotes_another_value_then_both_are_shown(store: Store) -> None:
    first = store.put(PERSON, Report(items=[Item("1", value="21")]))
    note = "Svaret er trukket tilbake, det forrige svaret var 11."
    store.put(
        PERSON, Report(serv_type="M", hours=1, items=[Item("1", value=None, status="cancelled", note=note)])
    )
    report = shown(store, PERSON, first.report_id)
    (found,) = [e["extension"] for e in report["extension"] if e["url"] == NOTICE_URL]
    parts = {p["url"]: p for p in found}
    assert parts["code"]["valueCode"] == "comment-disagrees"
    assert parts["stated"]["valueString"] == "11"
    assert parts["stored"]["valueQuantity"]["value"] == 21


def test_given_a_preliminary_after_a_final_then_both_are_shown_until_the_next_final(store: Store) -> None:
    first = store.put(PERSON, Report())
    store.put(PERSON, Report(serv_type="M", status="P", hours=1))
    companion = beside_id(first.report_id)
    assert notices(shown(store, PERSON, first.report_id)) == ["preliminary-after-final", "read-together"]
    earlier = shown(store, PERSON, companion)
    assert (earlier["id"], earlier["status"]) == (str(companion), "final")
    assert str(first.report_id) not in msgspec.json.encode(earlier["result"]).decode()
    store.put(PERSON, Report(serv_type="M", hours=2))
    assert notices(shown(store, PERSON, first.report_id)) == []
    assert store.rows("SELECT 1 FROM results.report WHERE report_id = %s", companion) == []


def test_given_another_person_in_force_then_no_row_is_seen(store: Store) -> None:
    store.put(PERSON, Report())
    count = "SELECT (SELECT count(*) FROM results.report) + (SELECT count(*) FROM results.report_version)"
    for person, expected in ((PERSON, 2), (OTHER, 0), (None, 0)):
        with store.database.transaction(person=person) as conn:
            assert conn.execute(count).fetchone() == (expected,)


@pytest.mark.parametrize("table", ["report_key", "report_00", "report_version_00"])
def test_given_the_service_role_then_what_lies_behind_is_closed(store: Store, table: str) -> None:
    ((allowed,),) = store.rows(
        "SELECT has_table_privilege('akson_results', %s, 'SELECT,INSERT,UPDATE,DELETE')", f"results.{table}"
    )
    assert allowed is False


def test_given_workers_at_once_then_a_chain_ends_as_in_order(store: Store) -> None:
    chain = [Report(), *(Report(serv_type="M", hours=h) for h in range(1, 8))]
    with ThreadPoolExecutor(4) as workers:
        outcomes = list(workers.map(lambda report: store.put(PERSON, report), reversed(chain)))
    assert {o.status for o in outcomes} == {"processed"}
    assert versions(store) == len(chain)
    report = shown(store, PERSON, outcomes[0].report_id)
    assert report["issued"] == chain[-1].generated.isoformat()


def test_given_copies_at_once_then_one_is_stored(store: Store) -> None:
    with ThreadPoolExecutor(4) as workers:
        outcomes = list(workers.map(lambda _: store.put(PERSON, Report()), range(4)))
    assert sorted(o.status for o in outcomes) == ["duplicate"] * 3 + ["processed"]
    assert versions(store) == 1


def test_given_two_persons_at_once_under_one_number_then_one_gets_it_and_the_other_waits(
    store: Store,
) -> None:
    sent = [(PERSON, Report()), (OTHER, Report(msg_id="other"))]
    with ThreadPoolExecutor(2) as workers:
        outcomes = list(workers.map(lambda pair: store.put(*pair), sent))
    assert sorted(o.status for o in outcomes) == ["needs-attention", "processed"]
    ((count,),) = store.rows("SELECT count(*) FROM results.report")
    assert count == 1


def test_every_table_of_persons_is_closed_by_forced_row_security(store: Store) -> None:
    """`report_key` alone is open to none but its function (see the test above)."""
    rows = store.rows(
        "SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'person_id'"
        " WHERE relnamespace = 'results'::regnamespace AND relkind IN ('r', 'p') AND relname LIKE 'report%%'"
        " AND NOT (relrowsecurity AND relforcerowsecurity)"
    )
    assert rows == [("report_key",)]
