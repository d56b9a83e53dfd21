"""Reading the message: both versions alike, every fault by the table, nothing lost without a trace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from results_service.reports.svarrapport import RULES, read_message
from tests.unit.reports.build import (
    LINE,
    PERSON,
    SENDER,
    V13,
    V14,
    code,
    investigation,
    issue_codes,
    item,
    message,
    num,
    parse,
    read,
    specimen,
    taken,
)

GRY = "12057900499"


def test_the_neutral_message_holds_what_the_store_needs() -> None:
    found = taken(
        message(
            item(investigation(), num("4.4")),
            patient=specimen("1", "2021-03-16T08:00:00") + specimen("2", "2021-03-16"),
            request="<ServReq><Id>REQ-1</Id><IdByServProvider>LAB-1</IdByServProvider></ServReq>",
        )
    )
    assert found.version == "1.4"
    assert found.msg_id == "6868f3f4-92a6-449d-8d09-224d60000001"
    assert found.gen_date.isoformat() == "2021-03-17T12:00:00+01:00"
    assert found.issue_date is not None
    assert found.issue_date.isoformat() == "2021-03-17T11:00:00+01:00"
    assert (found.type, found.serv_type, found.status, found.kind.value) == ("SVAR_LAB", "N", "F", "CLIN")
    assert found.serv_prov_id == "R-1"
    assert found.sender_ids == [("HER", "59"), ("ENH", "983971636")]
    assert [(d.name, [(i.type, i.value) for i in d.ids]) for d in found.sender_departments] == [
        ("Biokjemi", [("HER", "91126")])
    ]
    assert found.requester_ids == [("HER", "56704")]
    assert found.requisition_ids == ["REQ-1", "LAB-1"]
    assert [m.text for m in found.sampling_dates] == ["2021-03-16", "2021-03-16T08:00:00+01:00"]
    assert not found.test


def test_version_1_3_is_read_like_1_4() -> None:
    old = taken(message(item(investigation(), num("4.4")), namespace=V13))
    assert old.version == "1.3"
    assert old.items == taken(message(item(investigation(), num("4.4")))).items


def test_a_message_in_an_envelope_is_unwrapped() -> None:
    inner = message(item(investigation(), num("4.4"))).decode()
    wrapped = f"""<MsgHead xmlns="http://www.kith.no/xmlstds/msghead/2006-05-24"><MsgInfo>
      <ProcessingStatus V="D"/><Patient><Ident><Id>131169 00216</Id></Ident></Patient></MsgInfo>
      <Document><RefDoc><Content>{inner}</Content></RefDoc></Document></MsgHead>"""
    found = read(wrapped.encode())
    assert found.issues == []
    assert found.message is not None
    assert found.message.test
    other = read(wrapped.replace("131169 00216", "12057900499").encode())
    assert [i.code for i in other.issues] == ["envelope-patient-differs"]
    twice = wrapped.replace("</Document>", f"</Document><Document>{inner}</Document>")
    assert [(i.code, i.severity) for i in read(twice.encode()).issues] == [("several-reports", "reject")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<Message xmlns='http://www.kith.no/xmlstds/labsvar/2005-03-14'/>", "unknown-message-type"),
        (b"<Message/>", "unknown-message-type"),
        (b"<MsgHead xmlns='http://www.kith.no/xmlstds/msghead/2006-05-24'/>", "unknown-message-type"),
        (message(message_id=""), "message-id-missing"),
        (message(generated=""), "generated-date-missing"),
        (message(generated="i går"), "generated-date-missing"),
        (f"<Message xmlns='{V14}'><MsgId>x</MsgId></Message>".encode(), "report-missing"),
        (message(namespace=V13).replace(b"</Message>", b"<ServReport/></Message>"), "several-reports"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_for_anyone_is_rejected(data: bytes, expected: str) -> None:
    found = read(data)
    assert found.message is None
    assert expected in [i.code for i in found.issues]
    assert RULES[expected].severity == "reject"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (message(serv_type="X"), "report-type-unknown"),
        (message(serv_type=""), "report-type-unknown"),
        (message(status="Q"), "report-status-unknown"),
        (message(number=" "), "report-id-missing"),
        (message(sender=""), "sender-missing"),
        (message().replace(b"Patient>", b"Animal>"), "subject-not-person"),
        (message(person=PERSON + f"<Patient>{PERSON}</Patient>"), "several-patients"),
        (message(after=f"<Patient><OffId>{GRY}</OffId><TypeOffId V='FNR'/></Patient>"), "several-patients"),
        (message(person=PERSON + f"<OffId>{GRY}</OffId>"), "national-id-several"),
        (message(person=PERSON + f"<AdditionalId><Id>{GRY}</Id><Type V='FNR'/></AdditionalId>"),
         "national-id-several"),
        (message(person="<TypeOffId V='FNR'/>"), "national-id-missing"),
        (message(person="<OffId>1311690021</OffId><TypeOffId V='FNR'/>"), "national-id-format"),
        (message(person="<OffId>13116900217</OffId><TypeOffId V='FNR'/>"), "national-id-check-digit"),
        (message(person="<OffId>13116900216</OffId><TypeOffId V='HNR'/>"), "national-id-local"),
    ],
)  # fmt: skip
def test_what_could_harm_waits_for_a_person(data: bytes, expected: str) -> None:
    found = read(data)
    assert found.message is not None
    assert expected in [i.code for i in found.issues]
    assert RULES[expected].severity == "attention"


@pytest.mark.parametrize(
    "beside",
    [
        f"<AdditionalId><Id>{LINE}</Id><Type V='FNR'/></AdditionalId>",
        "<AdditionalId><Id>53116900214</Id><Type V='DNR'/></AdditionalId>",  # the number before this one
        "<AdditionalId><Id>4711</Id><Type V='HNR'/></AdditionalId>",
        "<AdditionalId><Id>4711</Id><Type/></AdditionalId>",
    ],
)
def test_what_does_not_contradict_the_number_holds_nothing(beside: str) -> None:
    assert issue_codes(message(person=PERSON + beside)) == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (message(message_id="b46535466.dat.0"), "message-id-not-uuid"),
        (message(issued=""), "report-date-missing"),
        (message(kind="XYZ"), "report-kind-unknown"),
        (message(person="<OffId>131169 00216</OffId><TypeOffId V='FNR'/>"), "national-id-spaces"),
        (message(person="<OffId>13116900216</OffId><TypeOffId V='DNR'/>"), "national-id-type"),
        (message(person=PERSON + "<DateOfBirth V='19xx-xx-xx'/>"), "date-unreadable"),
        (message(person=PERSON + "<DateOfBirth V='1969-11-14'/>"), "birth-date-differs"),
        (message(person=PERSON + "<Sex V='1'/>"), "sex-differs"),
        (message(patient=specimen("1") + specimen("1")), "specimen-id-duplicate"),
        (message(item("<IdResultItem>1</IdResultItem>"), item("<IdResultItem>1</IdResultItem>")),
         "result-id-duplicate"),
        (message(item(serv_type="X")), "item-type-unknown"),
        (message(item(status="99")), "item-status-unknown"),
        (message(item('<InvDate V="snart"/>')), "date-unreadable"),
    ],
)  # fmt: skip
def test_harmless_faults_are_told_and_taken_in(data: bytes, expected: str) -> None:
    found = read(data)
    assert found.message is not None
    assert [i.code for i in found.issues] == [expected]
    assert RULES[expected].severity == "warning"


def test_a_sound_message_has_no_issues() -> None:
    assert issue_codes(message(person=PERSON + "<Sex V='2'/><DateOfBirth V='1969-11-13'/>")) == []


def test_an_issue_tells_line_and_path() -> None:
    data = message(item(), item('<InvDate V="snart"/>'))
    found = read(data).issues[0]
    assert found.path == "ServReport/Patient/ResultItem[2]/InvDate"
    assert found.line == 5


def test_the_persons_data_shows_nowhere() -> None:
    data = message(person=f"<Name>Danser, Line</Name>{PERSON}<DateOfBirth V='1970-01-01'/>")
    found = read(data)
    shown = repr(found) + str(found) + repr(found.message)
    for private in ("13116900216", "Danser", "1970-01-01"):
        assert private not in shown


def test_the_number_is_cleaned_of_spaces_only() -> None:
    patient = taken(message(person="<OffId> 131169 00216 </OffId><TypeOffId V='FNR'/>")).patient
    assert patient.number == "13116900216"
    assert patient.national_id is not None
    assert patient.national_id.kind == "FNR"


def test_a_word_for_no_id_is_no_id() -> None:
    assert taken(message(request="<ServReq><Id>NULL</Id></ServReq>")).requisition_ids == []


@pytest.mark.parametrize("status", ["TEST", "test"])
def test_a_test_message_is_marked(status: str) -> None:
    assert taken(message(head=f'<Status V="{status}"/>')).test


class TestNothingIsLost:
    def test_unknown_parts_are_listed_with_their_path(self) -> None:
        found = taken(
            message(
                item("<Farge>rød</Farge>", investigation(), num("1")),
                after="<CopyDest><HCP><Inst><Name>Kopi</Name></Inst></HCP></CopyDest>",
                patient="<IdByServProvider>77</IdByServProvider>",
            ).replace(b"</MsgId>", b"</MsgId>&gt;")
        )
        assert list(found.unmapped) == [
            "MsgId/following-text()",
            "ServReport/Patient/IdByServProvider",
            "ServReport/Patient/ResultItem/Farge",
            "ServReport/CopyDest",
        ]

    def test_a_second_of_what_may_stand_once_is_listed(self) -> None:
        found = taken(message(item("<Comment>en</Comment><Comment>to</Comment>")))
        assert list(found.unmapped) == ["ServReport/Patient/ResultItem/Comment[2]"]

    def test_empty_parts_and_what_is_not_given_out_are_not_listed(self) -> None:
        person = f"<Name>Danser, Line</Name>{PERSON}<Sex V='2'/><Address><City>Bodø</City></Address><Tom/>"
        refdoc = "<RefDoc><MsgType V='A'/><Content>Line Danser</Content></RefDoc>"
        found = taken(message(person=person, report=refdoc))
        assert found.unmapped == ()
        assert found.documents == 1

    def test_text_where_none_belongs_is_listed(self) -> None:
        found = taken(message(sender=SENDER.replace("<HCP>", "<HCP>løs tekst", 1)))
        assert list(found.unmapped) == ["ServReport/ServProvider/HCP/text()"]

    def test_a_date_that_cannot_be_read_is_listed(self) -> None:
        found = taken(message(item('<InvDate V="19xx-01-01"/>')))
        assert list(found.unmapped) == ["ServReport/Patient/ResultItem/InvDate"]


def test_items_keep_their_keys_from_version_to_version() -> None:
    first = taken(
        message(item(investigation("NPU01443"), num("2.3")), item("<IdResultItem>7</IdResultItem>"))
    )
    second = taken(
        message(
            item(investigation("NPU03230"), num("4")),
            item("<IdResultItem>7</IdResultItem>"),
            item(investigation("NPU01443"), num("2.4")),
            item(investigation("NPU01443"), num("2.5")),
        )
    )
    assert [i.key for i in first.items] == ["/NPU01443#1", "id:7"]
    assert [i.key for i in second.items] == ["/NPU03230#1", "id:7", "/NPU01443#1", "/NPU01443#2"]


def test_items_and_which_of_them_are_cancelled() -> None:
    items = (
        item(
            "<IdResultItem>1</IdResultItem>",
            item("<IdResultItem>2</IdResultItem>", serv_type=""),
            serv_type="C",
        ),
        item("<IdResultItem>3</IdResultItem>"),
    )
    changed = taken(message(*items, serv_type="M"))
    assert changed.item_ids == ["1", "2", "3"]
    assert changed.cancelled_item_keys == {"id:1", "id:2"}
    assert taken(message(*items, serv_type="C")).cancelled_item_keys == {"id:1", "id:2", "id:3"}


def test_results_nested_too_deep_wait_for_a_person() -> None:
    nested = "<ResultItem>" * 40 + "<Comment>dypt</Comment>" + "</ResultItem>" * 40
    found = read(message(nested))
    assert [i.code for i in found.issues] == ["results-too-deep"]
    assert found.message is not None
    assert list(found.message.unmapped) == ["ServReport/Patient" + "/ResultItem" * 33]


def test_comments_between_elements_change_nothing() -> None:
    data = message(item(investigation(), code("TextCode", "X"), num("1")))
    commented = data.replace(b"<NumResult>", b"<!-- her -->\n<NumResult>")
    assert read_message(parse(commented)).message == taken(data)


def test_every_rule_says_what_to_do_and_why() -> None:
    for name, rule in RULES.items():
        assert name == rule.code
        assert rule.message.endswith(".")
        assert rule.reason.endswith(".")


@pytest.mark.parametrize(("ahead", "held"), [(timedelta(hours=20), False), (timedelta(hours=30), True)])
def test_a_version_from_the_future_is_held_since_it_would_hide_every_correction(
    ahead: timedelta, held: bool
) -> None:
    generated = (datetime.now(UTC) + ahead).isoformat(timespec="seconds")
    data = message(item(investigation(), num("4.4")), generated=generated)
    assert ("generated-date-in-future" in issue_codes(data)) is held
