"""A report is never shown with a part silently missing: every part is read, or its reader is told of it."""

from __future__ import annotations

import json

import pytest

from tests.unit.reports.build import (
    AKSON,
    SENDER,
    Mapped,
    code,
    extension,
    extensions,
    investigation,
    item,
    mapped,
    message,
    num,
    specimen,
    taken,
    text,
)

ONE = "1 opplysning i meldingen fra laboratoriet har ikke plass her og vises ikke. Spør laboratoriet."
TWO = "2 opplysninger i meldingen fra laboratoriet har ikke plass her og vises ikke. Spør laboratoriet."
RESULT = (investigation(), num("4.4"))


def told(found: Mapped) -> list[str]:
    comments = extensions(found.diagnostic_report, "comment")
    return [c["valueAnnotation"]["text"] for c in comments if "valueAnnotation" in c]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (message(item(*RESULT, "<Comment>en</Comment><Comment>to</Comment>")), ONE),
        (message(item(*RESULT, text("Ja"), text("Nei"))), TWO),
        (message(item(*RESULT, '<InvDate V="19xx-01-01"/>')), ONE),
        (message(item(*RESULT, '<DevResultInd V="1" Grad="kraftig"/>')), ONE),
        (message(item(*RESULT), patient="<Funn>Uventet</Funn>"), ONE),
        (message(item(*RESULT), after="<Konklusjon>Uventet</Konklusjon>"), ONE),
    ],
)
def test_given_a_part_that_may_bear_on_the_results_then_the_reader_is_told_that_it_is_missing(
    data: bytes, said: str
) -> None:
    found = mapped(data)
    assert told(found) == [said]
    assert found.report.release_class >= 2


@pytest.mark.parametrize(
    "data",
    [
        message(item(*RESULT), after="<CopyDest><HCP><Inst><Name>Kopi</Name></Inst></HCP></CopyDest>"),
        message(item(*RESULT), patient="<IdByServProvider>77</IdByServProvider>"),
        message(item(*RESULT), sender=SENDER.replace("<HCP>", "<Role V='HAR'/><HCP>", 1)),
        message(item(*RESULT), request="<ServReq><ServType V='N'/><Id>1</Id></ServReq>"),
        message(item(*RESULT)).replace(b"</MsgId>", b"</MsgId>&gt;"),
    ],
)
def test_given_parts_of_the_administration_then_they_are_listed_and_the_reader_is_not_troubled(
    data: bytes,
) -> None:
    found = mapped(data)
    assert found.report.unmapped
    assert told(found) == []


def test_given_a_document_beside_the_message_in_its_envelope_then_it_is_said_to_be_left_out() -> None:
    inner = message(item(*RESULT)).decode()
    head = 'xmlns="http://www.kith.no/xmlstds/msghead/2006-05-24"'
    document = "<Document><RefDoc><Content>{}</Content></RefDoc></Document>"
    alone = f"<MsgHead {head}>{document.format(inner)}</MsgHead>"
    beside = f"<MsgHead {head}>{document.format(inner)}{document.format('JVBERi0=')}</MsgHead>"
    assert told(mapped(alone.encode())) == []
    assert told(mapped(beside.encode())) == ["1 dokument som fulgte rapporten, er utelatt her."]


def test_given_markup_in_a_comment_then_no_word_of_it_is_lost() -> None:
    comment = "<Comment>Resultatet er <b>ikke</b> normalt.<br/>Ny prøve.</Comment>"
    found = mapped(
        message(item(*RESULT, comment, "<RefInterval><Descr>3 <i>til</i> 5</Descr></RefInterval>"))
    )
    assert found.observations[0]["note"] == [{"text": "Resultatet er ikke normalt.\nNy prøve."}]
    assert found.observations[0]["referenceRange"] == [{"text": "3 til 5"}]
    assert found.report.unmapped == []


@pytest.mark.parametrize(
    ("part", "path"),
    [
        ("<Accredited V='kanskje'/>", "Accredited"),
        ("<NumResult><ArithmeticComp V='LT'/></NumResult>", "NumResult"),
        ("<NumResult><NumResultValue V='' U='mmol/L'/></NumResult>", "NumResult/NumResultValue"),
        (
            "<StructuredInfo><Type V='T'/><BooleanInfo><Flag V='ja'/></BooleanInfo></StructuredInfo>",
            "StructuredInfo/BooleanInfo/Flag",
        ),
    ],
)
def test_given_a_value_that_cannot_be_read_then_it_is_listed(part: str, path: str) -> None:
    assert list(taken(message(item(investigation(), part))).unmapped) == [
        f"ServReport/Patient/ResultItem/{path}"
    ]


def test_given_a_status_in_words_alone_then_it_does_not_pass_for_the_reports() -> None:
    words = "<StatusInvestigation DN='Foreløpig'/>"
    found = mapped(message(item(words, *RESULT, status="")))
    assert found.observations[0]["status"] == "unknown"
    assert found.report.unmapped == ["ServReport/Patient/ResultItem/StatusInvestigation"]


def test_given_words_beside_a_codes_name_then_both_are_given_out() -> None:
    coded = code("TextCode", "M80703", "7010", "Plateepitelkarsinom", "Karsinom, usikkert utgangspunkt")
    concept = mapped(message(item(text("Se under", coded, heading="")))).observations[0][
        "valueCodeableConcept"
    ]
    (coding,) = concept["coding"]
    assert coding["display"] == "Plateepitelkarsinom"
    said = {"url": AKSON + "original-text", "valueString": "Karsinom, usikkert utgangspunkt"}
    assert coding["extension"] == [said]


def test_given_a_coded_comment_of_the_collector_then_code_and_words_are_given_out() -> None:
    coded = code("CollectorCommentCoded", "HEM", "9999", "Hemolyse", "Synlig hemolyse")
    sample = f"<CollectedSample>{coded}</CollectedSample>"
    found = mapped(message(item(*RESULT), patient=specimen("1", "", sample))).one("Specimen")
    assert found["note"] == [{"text": "Synlig hemolyse"}]
    concept = extension(found, "collector-comment", AKSON)["valueCodeableConcept"]
    assert concept["coding"][0]["code"] == "HEM"
    assert "Hemolyse" in json.dumps(concept)


def test_given_clinical_information_of_a_kind_alone_then_the_kind_is_given_out() -> None:
    info = "<InfItem><Observation/><Type V='GRAV' DN='Gravid'/></InfItem>"
    parts = extension(mapped(message(item(*RESULT), patient=info)).diagnostic_report, "inf-item")["extension"]
    assert [p["valueCodeableConcept"]["coding"][0]["display"] for p in parts] == ["Gravid"]


@pytest.mark.parametrize(
    "nothing", ["0001-01-01T00:00:00", "1753-01-01", "9999-12-31T23:59:59", "9999-12-31"]
)
def test_given_what_systems_send_for_no_date_then_it_is_none(nothing: str) -> None:
    found = mapped(
        message(item(*RESULT, "<RefAnalysedSubject>1</RefAnalysedSubject>"), patient=specimen("1", nothing))
    )
    assert found.observations[0]["effectiveDateTime"].startswith("2021-03-17")
    assert found.report.unmapped == ["ServReport/Patient/AnalysedSubject/CollectedSample/CollectedDate"]
