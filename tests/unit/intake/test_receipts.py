"""Application receipts: what they say, and that they are what the standard's schemas ask for."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from lxml import etree
from msgspec import structs

from results_service.intake.models import Problem, Record, Status
from results_service.intake.receipts import app_rec
from tests.shared import SHARED, requires_shared

RECORD = Record(
    id=UUID("0193a000-0000-7000-8000-000000000001"),
    organisation="313902196",
    status=Status.PROCESSED,
    received_at=datetime(2026, 10, 1, 10, 0, tzinfo=UTC),
    errors=[],
    warnings=[Problem("sender-unregistered", "Register it.")],
    unmapped=[],
    version="1.4",
    msg_id="01c59bd0-c6a5-11e6-9598-0800200c9a66",
    gen_date="2026-10-01T11:59:00",
    serv_prov_id="P1",
    finished_at=datetime(2026, 10, 1, 10, 0, 1, tzinfo=UTC),
    sender="HER:99999",
)
REJECTED = structs.replace(
    RECORD,
    status=Status.REJECTED,
    errors=[
        Problem("message-id-not-uuid", "Use a UUID.", 7),
        Problem("report-missing", "Put the report in."),
    ],
)
V13 = structs.replace(RECORD, version="1.3", gen_date="2026-10-01", sender="313901866")


def parsed(record: Record) -> etree._Element:
    body = app_rec(record)
    assert body is not None
    return etree.fromstring(body)


def test_given_a_processed_v14_when_receipted_then_apprec_11_names_msg_id_and_gen_date() -> None:
    root = parsed(RECORD)
    assert etree.QName(root).namespace == "http://www.kith.no/xmlstds/apprec/2012-02-15"
    assert root.find("{*}Status").get("V") == "1"
    assert root.find("{*}Error") is None
    assert root.findtext("{*}OriginalMsgId/{*}Id") == RECORD.msg_id
    assert root.findtext("{*}OriginalMsgId/{*}IssueDate") == RECORD.gen_date
    assert root.findtext("{*}Receiver/{*}HCP/{*}Inst/{*}Id") == "99999"
    assert root.find("{*}Receiver/{*}HCP/{*}Inst/{*}TypeId").get("V") == "HER"
    assert app_rec(RECORD) == app_rec(RECORD)


def test_given_a_v13_message_when_receipted_then_apprec_10_names_the_report() -> None:
    root = parsed(V13)
    assert etree.QName(root).namespace == "http://www.kith.no/xmlstds/apprec/2004-11-21"
    assert root.findtext("{*}OriginalMsgId/{*}Id") == "P1"
    assert root.find("{*}Receiver/{*}HCP/{*}Inst/{*}TypeId").get("V") == "ENH"


def test_given_a_message_that_waits_when_receipted_then_positive_at_once() -> None:
    waiting = structs.replace(
        RECORD, status=Status.NEEDS_ATTENTION, errors=[Problem("person-changed", "Ask.")]
    )
    assert parsed(waiting).find("{*}Status").get("V") == "1"


def test_given_a_rejected_message_when_receipted_then_refused_with_the_errors_of_8221() -> None:
    root = parsed(REJECTED)
    assert root.find("{*}Status").get("V") == "2"
    errors = root.findall("{*}Error")
    assert [e.get("V") for e in errors] == ["E10", "X99"]
    assert {e.get("S") for e in errors} == {"2.16.578.1.12.4.1.1.8221"}
    assert errors[0].get("DN") == "Use a UUID. (line 7)"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("generated-date-missing", "T02"),
        ("several-reports", "T02"),
        ("unknown-message-type", "T10"),
        ("sender-not-allowed", "S99"),
        ("test-message", "X99"),  # the schema has nothing against it
    ],
)
def test_given_a_reason_for_refusal_when_receipted_then_8221_says_what_kind(code: str, expected: str) -> None:
    record = structs.replace(RECORD, status=Status.REJECTED, errors=[Problem(code, "So.")])
    assert [e.get("V") for e in parsed(record).findall("{*}Error")] == [expected]


@pytest.mark.parametrize(("kind", "named"), [("UL", "SVAR_RTG"), ("HIST", "SVAR_LAB"), (None, "SVAR_LAB")])
def test_given_a_kind_of_report_when_receipted_then_the_type_of_message_is_named(
    kind: str | None, named: str
) -> None:
    root = parsed(structs.replace(RECORD, kind=kind))
    assert root.find("{*}OriginalMsgId/{*}MsgType").get("V") == named


def test_given_several_reports_in_v13_when_receipted_then_the_schema_is_not_blamed() -> None:
    problem = Problem("several-reports", "Send one.")
    record = structs.replace(V13, status=Status.REJECTED, errors=[problem])
    assert parsed(record).find("{*}Error").get("V") == "X99"


def test_given_no_sender_was_found_when_receipted_then_it_goes_to_who_delivered() -> None:
    institution = parsed(structs.replace(REJECTED, sender=None)).find("{*}Receiver/{*}HCP/{*}Inst")
    assert institution.findtext("{*}Id") == RECORD.organisation
    assert institution.find("{*}TypeId").get("V") == "ENH"
    assert institution.find("{*}Name") is None


def test_given_a_sender_with_a_name_alone_when_receipted_then_the_name_is_no_id() -> None:
    institution = parsed(structs.replace(RECORD, sender="name:Lab: Nord")).find("{*}Receiver/{*}HCP/{*}Inst")
    assert [etree.QName(part).localname for part in institution] == ["Name"]
    assert institution.findtext("{*}Name") == "Lab: Nord"


@pytest.mark.parametrize(
    ("sent", "issued"),
    [
        ("2026-10-01T11:59:00.25+02:00", "2026-10-01T11:59:00.25+02:00"),
        ("2026-10-01 11:59:00", "2026-10-01T11:59:00+02:00"),
        ("20261001115900", "2026-10-01T11:59:00+02:00"),
        ("2026-10-01", "2026-10-01T00:00:00+02:00"),
        ("2026-10-01T11:59:00+15:00", "2026-09-30T22:59:00+02:00"),
        ("2026-02-30T11:59:00", "2026-10-01T10:00:00+00:00"),
        ("0001-01-01T00:00:00", "2026-10-01T10:00:00+00:00"),
    ],
)
def test_given_any_gen_date_when_receipted_then_it_is_a_date_and_time(sent: str, issued: str) -> None:
    root = parsed(structs.replace(RECORD, gen_date=sent))
    assert root.findtext("{*}OriginalMsgId/{*}IssueDate") == issued


def test_given_bytes_that_could_not_be_read_when_receipted_then_there_is_no_receipt() -> None:
    assert app_rec(structs.replace(REJECTED, version=None, msg_id=None)) is None
    assert app_rec(structs.replace(REJECTED, msg_id=None)) is None


EVERY_STATUS = [
    structs.replace(record, status=status, errors=problems, gen_date=date, sender=sender)
    for record in (RECORD, V13)
    for status, problems in (
        (Status.PROCESSED, []),
        (Status.NEEDS_ATTENTION, [Problem("person-changed", "Ask.")]),
        (Status.REJECTED, REJECTED.errors),
    )
    for date, sender in (
        ("2026-10-01T11:59:00", "HER:99999"),
        ("2026-02-30T11:59:00", "name:Lab & <Nord>"),
        ("2026-10-01T11:59:00+15:00", None),
    )
]


@requires_shared
@pytest.mark.parametrize("record", EVERY_STATUS, ids=lambda r: f"{r.version} {r.status} {r.gen_date}")
def test_given_the_official_schemas_when_validated_then_receipts_are_valid(record: Record) -> None:
    assert SHARED is not None
    folder = SHARED / "testdata" / "xsd"
    name = "AppRec-v1.1.xsd" if record.version == "1.4" else "AppRec-v1-2004-11-21.xsd"

    class Local(etree.Resolver):
        def resolve(self, url: str, _id: str, context: object) -> object:
            if url.endswith("/kith.xsd"):
                return self.resolve_filename(str(folder / "kith.xsd"), context)
            return None

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Local())
    schema = etree.XMLSchema(etree.parse(str(folder / name), parser))
    schema.assertValid(parsed(record))
