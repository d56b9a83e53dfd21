"""The chains of real messages, read, mapped and stored in order and out of order."""

from __future__ import annotations

from itertools import permutations
from typing import Any
from uuid import UUID

import msgspec
import pytest

from kit.ids import new_id
from results_service.codes import CodeBook
from results_service.intake.fingerprint import fingerprint
from results_service.intake.guard import read_bytes
from results_service.reports.compression import decompress
from results_service.reports.fhir import map_report
from results_service.reports.models import StoreOutcome
from results_service.reports.service import store_report_sync
from results_service.reports.showing import NOTICE_URL
from results_service.reports.svarrapport import read_message
from results_service.reports.versions import ReportKey
from tests.integration.lookup.conftest import Store
from tests.shared import REAL_MESSAGES, requires_shared

pytestmark = requires_shared
CODES = CodeBook.builtin()
BIOKJEMI = [f"Svar_biokjemi_v1-4_{kind}" for kind in ("Ny", "Endring", "Kansellering")]


class Inbox:
    """Takes in real messages by name; each patient number is a person of its own."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.persons: dict[str, UUID] = {}

    def take(self, name: str) -> StoreOutcome:
        path = next(p for p in REAL_MESSAGES if p.stem == name)
        read = read_message(read_bytes(path.read_bytes()))
        message, top = read.message, read.top
        assert message is not None
        assert top is not None
        person = self.persons.setdefault(message.patient.number, new_id())
        departments = message.sender_departments
        key = ReportKey(
            message.sender_ids[0][1], departments[0].name if departments else None, message.serv_prov_id
        )
        with self.store.database.transaction() as conn:
            return store_report_sync(
                conn,
                person_id=person,
                key=key,
                message=message,
                mapped=map_report(message, key.report_id(person), CODES),
                message_id=new_id(),
                fingerprint=fingerprint(top),
            )

    def shown(self, outcome: StoreOutcome) -> dict[str, Any]:
        ((body,),) = self.store.rows(
            "SELECT body FROM results.report WHERE report_id = %s", outcome.report_id
        )
        assert isinstance(body, bytes)
        report: dict[str, Any] = msgspec.json.decode(decompress(body))
        return report


@pytest.fixture
def inbox(store: Store) -> Inbox:
    return Inbox(store)


def extension(report: dict[str, Any], ending: str) -> Any:
    return next(e for e in report["extension"] if e["url"].endswith(ending))


def notices(report: dict[str, Any]) -> list[str]:
    return [e["extension"][0]["valueCode"] for e in report["extension"] if e["url"] == NOTICE_URL]


@pytest.mark.parametrize("order", list(permutations(BIOKJEMI)), ids=lambda o: "-".join(n[19:21] for n in o))
def test_a_cancelled_chain_ends_cancelled_in_any_order(inbox: Inbox, order: tuple[str, ...]) -> None:
    outcomes = [inbox.take(name) for name in order]
    assert {o.status for o in outcomes} == {"processed"}
    report = inbox.shown(outcomes[0])
    assert report["status"] == "cancelled"
    assert not report.get("result")
    assert report["issued"] == "2017-09-20T12:56:42+02:00"
    assert extension(report, "report-date")["valueDateTime"] == "2017-09-20T09:04:10+02:00"


def test_a_cancellation_under_a_used_message_id_waits(inbox: Inbox) -> None:
    assert inbox.take("Svar_immunologi_v1-4_Endring").status == "processed"
    held = inbox.take("Svar_immunologi_v1-4_Kansellering")
    assert (held.status, held.issues[0].code) == ("needs-attention", "message-id-reused")


def test_a_number_used_for_three_samples_keeps_the_first(inbox: Inbox) -> None:
    first = inbox.take("01-KlinKj01FURSTanonym")
    for day in ("18", "19"):
        held = inbox.take(f"2021-03-{day}-KlinKj uten ansvarlig for rapport")
        assert (held.status, held.issues[0].code) == ("needs-attention", "report-number-reused")
    report = inbox.shown(first)
    assert report["issued"].startswith("2021-03-17")
    assert notices(report) == ["report-number-reused"]


def test_another_person_under_the_number_waits(inbox: Inbox) -> None:
    first = inbox.take("SVAR_CLIN 1 unilab_ENDRING")
    held = inbox.take("SVAR_CLIN unilab  (2)")
    assert (held.status, held.issues[0].code) == ("needs-attention", "person-changed")
    assert notices(inbox.shown(first)) == ["person-changed"]


def test_a_comment_that_quotes_another_value_is_shown_with_what_was_stored(inbox: Inbox) -> None:
    inbox.take("5 - 2021.10 August DDFL September - Svarrapport.v1.4 NY ")
    report = inbox.shown(inbox.take("6 - 2021.10 August DDFL September - Svarrapport.v1.4 ENDRET "))
    assert extension(report, "report-date")["valueDateTime"] == "2021-10-04T09:04:10+02:00"
    assert "gone-from-report" not in notices(report)
    found = [
        {p["url"]: p for p in e["extension"]}
        for e in report["extension"]
        if e["url"] == NOTICE_URL and e["extension"][0]["valueCode"] == "comment-disagrees"
    ]
    assert ("11", 21) in {(f["stated"]["valueString"], f["stored"]["valueQuantity"]["value"]) for f in found}


def test_copies_for_two_receivers_are_one(inbox: Inbox) -> None:
    first = inbox.take("Svar_radiologi_v1-4_Ny")
    copy = inbox.take("Svar_radiologi_til_kommune_v1-4_Ny")
    assert (copy.status, copy.version_id) == ("duplicate", first.version_id)


def test_a_culture_that_grows_ends_final(inbox: Inbox) -> None:
    names = ("message1_unilab", "message2_unilab - foreløpig rapport", "message3_unilab")
    reports = [inbox.shown(inbox.take(f"04607403_reultMIK_{name}")) for name in names]
    assert [r["status"] for r in reports] == ["registered", "amended", "amended"]


def test_histology_ends_with_its_addendum(inbox: Inbox) -> None:
    outcomes = [inbox.take(f"Svar_patologi_histologi_v1-4_{kind}") for kind in ("Tillegg", "Ny", "Endring")]
    assert {o.status for o in outcomes} == {"processed"}
    report = inbox.shown(outcomes[0])
    assert report["status"] == "appended"
    assert "gone-from-report" not in notices(report)
