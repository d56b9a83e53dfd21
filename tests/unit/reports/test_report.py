"""The report around the results: identifiers, comments, codes, who answered, specimens."""

from __future__ import annotations

import json

import pytest

from tests.unit.reports.build import (
    AKSON,
    KODEVERK,
    LINE,
    NLK,
    REPORT_ID,
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
)
from tests.unit.reports.parts import RESPONSIBLE


def comments(found: Mapped) -> list[str]:
    """The report's comments: texts, and codes."""
    said = []
    for comment in extensions(found.diagnostic_report, "comment"):
        annotation = comment.get("valueAnnotation")
        said.append(
            annotation["text"] if annotation else comment["valueCodeableConcept"]["coding"][0]["code"]
        )
    return said


class TestDiagnosticReport:
    def test_the_body_begins_with_its_type_and_names_no_subject(self) -> None:
        found = mapped(message(item(investigation(), num("4")), patient=RESPONSIBLE + specimen()))
        for resource in found.report.resources:
            assert resource.body.startswith(b'{"resourceType":"' + resource.kind.encode() + b'"')
            assert b'"subject"' not in resource.body
            assert LINE.encode() not in resource.body
        assert found.report.resources[0].kind == "DiagnosticReport"
        assert found.report.resources[0].id == str(REPORT_ID)

    def test_a_value_that_is_the_patients_number_is_told_as_masked(self) -> None:
        """A number typed into the wrong field: valid JSON, and no value that nobody measured."""
        found = mapped(message(item(investigation(), num(LINE))))
        assert "value" not in found.observations[0]["valueQuantity"]
        masked = found.observations[0]["valueQuantity"]["_value"]["extension"][0]
        assert masked["valueCode"] == "masked"
        assert "national-id-in-text" in found.issues

    def test_the_patients_number_is_masked_wherever_a_laboratory_wrote_it(self) -> None:
        request = f"<ServReq><Id>{LINE}-07</Id></ServReq>"
        found = mapped(message(item(f"<Comment>Gjelder {LINE}, ta ny prøve</Comment>"), request=request))
        assert LINE.encode() not in b"".join(r.body for r in found.report.resources)
        assert found.observations[0]["note"] == [{"text": "Gjelder ***********, ta ny prøve"}]
        assert found.one("ServiceRequest")["identifier"][0]["value"] == "***********-07"
        assert found.issues == ["national-id-in-text"]

    @pytest.mark.parametrize("between", [" ", "\u00a0", "-", ".", "  "])
    def test_the_number_is_masked_as_it_is_written_by_hand_too(self, between: str) -> None:
        written = f"{LINE[:6]}{between}{LINE[6:]}"
        found = mapped(message(item(f"<Comment>Gjelder {written}, ta ny prøve</Comment>")))
        assert found.observations[0]["note"] == [{"text": "Gjelder ***********, ta ny prøve"}]
        assert found.issues == ["national-id-in-text"]

    def test_dates_and_identifiers(self) -> None:
        found = mapped(message(report='<ApprDate V="2021-03-17T10:00:00"/>'))
        report = found.diagnostic_report
        assert report["issued"] == "2021-03-17T12:00:00+01:00"
        assert extension(report, "report-date")["valueDateTime"] == "2021-03-17T11:00:00+01:00"
        assert extension(report, "approval-date")["valueDateTime"] == "2021-03-17T10:00:00+01:00"
        assert report["identifier"] == [
            {"system": "ServReportId", "value": "R-1"},
            {"use": "secondary", "system": "MsgId", "value": "6868f3f4-92a6-449d-8d09-224d60000001"},
        ]

    def test_issued_is_an_instant_even_where_only_a_date_was_sent(self) -> None:
        found = mapped(message(item(), generated="2021-03-17"))
        assert found.diagnostic_report["issued"] == "2021-03-17T00:00:00+01:00"
        assert found.observations[0]["issued"] == "2021-03-17T00:00:00+01:00"

    @pytest.mark.parametrize(
        ("kind", "field"),
        [("CLIN", "LAB"), ("MBIO", "LAB"), ("MGEN", "LAB"), ("HIST", "PAT"), ("CYTO", "PAT"), ("PAT", "PAT"),
         ("RTG", "BLD"), ("UL", "BLD"), ("NUK", "BLD"), ("AN", "LAB"), ("rart", "LAB")],
    )  # fmt: skip
    def test_the_main_field_follows_the_kind_of_report(self, kind: str, field: str) -> None:
        found = mapped(message(kind=kind))
        report = found.diagnostic_report
        assert report["category"][0]["coding"][0]["code"] == field
        assert report["code"]["coding"][0] == {"system": KODEVERK + "8202", "code": kind, "display": "Slag"}
        assert found.report.resources[0].category == field

    def test_every_comment_is_given_out(self) -> None:
        parts = (
            "<CancellationCode V='K1' S='1.2' DN='Avbestilt'/><Comment>Linje en\nLinje to</Comment>"
            "<CodedComment V='TA' S='2.16.578.1.12.4.1.1.8269' DN='Telefonsvar avgitt'/>"
        )
        assert comments(mapped(message(report=parts))) == ["Linje en\nLinje to", "TA", "K1"]

    def test_documents_are_left_out_and_said_to_be(self) -> None:
        document = (
            f"<RefDoc><MsgType V='A'/><Id>{LINE}.pdf</Id><Description>Line Danser</Description></RefDoc>"
        )
        assert comments(mapped(message(report=document))) == [
            "1 dokument som fulgte rapporten, er utelatt her."
        ]
        assert comments(mapped(message(report=document * 2))) == [
            "2 dokumenter som fulgte rapporten, er utelatt her."
        ]

    def test_clinical_information_is_given_out(self) -> None:
        info = (
            "<InfItem><Observation><Description>Feber i 3 dager</Description>"
            "<Comment>sett</Comment></Observation>"
            '<Type V="OPPL" DN="Klinisk opplysning"/><StartDateTime V="2021-03-10"/></InfItem>'
        )
        parts = extension(mapped(message(patient=info)).diagnostic_report, "inf-item")["extension"]
        said = {part["url"].rpartition("nilar-")[2]: part for part in parts}
        assert said["inf-item-type"]["valueCodeableConcept"]["coding"][0] == {
            "system": KODEVERK + "8233",
            "code": "OPPL",
            "display": "Klinisk opplysning",
        }
        assert said["inf-item-descr"]["valueString"] == "Feber i 3 dager"
        assert said["comment"]["valueAnnotation"] == {"text": "sett"}
        assert said["inf-item-start"]["valueDateTime"] == "2021-03-10"

    def test_test_messages_are_labelled_on_every_resource(self) -> None:
        data = message(item(investigation(), num("4")), patient=specimen(), head='<Status V="TEST"/>')
        for resource in mapped(data).report.resources:
            assert json.loads(resource.body)["meta"]["security"][0]["code"] == "HTEST"
        assert b"HTEST" not in mapped(message(item())).report.resources[0].body

    def test_what_is_found_by_is_told_beside_the_body(self) -> None:
        found = mapped(message(item(investigation(), num("4"))))
        report, observation = found.report.resources[0], found.resources("Observation")[0]
        assert report.codes == [KODEVERK + "8202|CLIN"]
        assert (report.status, report.category) == ("final", "LAB")
        assert report.issued is not None
        assert observation.codes == observation.tags == [NLK + "|NPU03230"]
        assert (observation.category, observation.status) == ("CLIN", "final")
        assert observation.effective is not None
        assert observation.effective.isoformat() == "2021-03-17T11:00:00+01:00"

    def test_every_observation_points_back_to_its_report(self) -> None:
        found = mapped(message(item(item())))
        for observation in found.observations:
            reference = extension(observation, "diagnostic-report-ref")["valueReference"]
            assert reference == {"reference": f"DiagnosticReport/{REPORT_ID}"}


class TestCodes:
    def test_a_local_code_is_shown_by_its_original_text(self) -> None:
        found = mapped(message(item(investigation("X1", "8212", "Internt navn", original="S-Noe rart"))))
        shown = found.observations[0]["code"]
        assert shown["text"] == "S-Noe rart"
        (coding,) = shown["coding"]
        assert coding.pop("extension") == [{"url": AKSON + "display-name", "valueString": "Internt navn"}]
        assert coding == {"system": KODEVERK + "8212", "code": "X1", "display": "S-Noe rart"}

    def test_all_codings_are_kept_and_the_official_one_names_the_result(self) -> None:
        both = (
            "<Investigation>" + code("Id", "S-KREAT", "8212", "S-Kreatinin")
            + code("Id", "NPU04998", "7280", "P-Kreatinin") + "</Investigation>"
        )  # fmt: skip
        shown = mapped(message(item(both))).observations[0]["code"]
        assert [c["code"] for c in shown["coding"]] == ["S-KREAT", "NPU04998"]
        assert shown["text"] == "P-Kreatinin"

    def test_an_nlk_code_under_7230_is_nlk_with_one_warning(self) -> None:
        found = mapped(
            message(
                item(investigation("NPU04998", "7230", "KREA", original="P-Kreatinin")),
                item(investigation("NPU03230", "7230", "PK", original="P-Kalium")),
                item(investigation("AP_D", "7230", "AP_D", original="Amfotericin B")),
            )
        )
        systems = [o["code"]["coding"][0]["system"] for o in found.observations]
        assert systems == [NLK, NLK, "urn:oid:2.16.578.1.12.4.1.1.7230"]
        assert [o["code"]["text"] for o in found.observations] == ["P-Kreatinin", "P-Kalium", "Amfotericin B"]
        assert found.issues == ["code-system-7230"]
        assert found.report.issues[0].path == "ServReport/Patient/ResultItem[1]"

    def test_an_oid_the_guide_does_not_name_stays_an_oid(self) -> None:
        found = mapped(message(item(investigation("A1", "8220", "Ampicillin"))))
        assert found.observations[0]["code"]["coding"][0]["system"] == "urn:oid:2.16.578.1.12.4.1.1.8220"

    def test_a_code_without_name_is_named_by_the_book(self) -> None:
        found = mapped(message(item(investigation("NPU03230", display=""))))
        assert found.observations[0]["code"]["text"] == "P-Kalium"

    @pytest.mark.parametrize(
        ("value", "code_set", "kind", "field"),
        [
            ("NPU03230", "7280", "MBIO", "CLIN"),  # the code's own field
            ("NPU06061", "7280", "CLIN", "MBIO"),
            ("NPU54286", "7280", "CLIN", "IMTR"),
            ("SJJ0AK", "7270", "UL", "RAD"),
            ("TXX0AA", "7270", "RTG", "NUK"),
            ("A", "8219", "HIST", "PAT"),
            ("LOKAL", "8212", "MBIO", "MBIO"),  # the report's
            ("LOKAL", "8212", "HIST", "PAT"),
            ("LOKAL", "8212", "MR", "RAD"),
        ],
    )
    def test_the_field_of_a_result(self, value: str, code_set: str, kind: str, field: str) -> None:
        found = mapped(message(item(investigation(value, code_set)), kind=kind))
        assert found.observations[0]["category"][0]["coding"][0]["code"] == field

    def test_a_member_without_code_has_the_field_above_it(self) -> None:
        found = mapped(message(item(investigation("NPU06061"), item()), kind="CLIN"))
        assert [o["category"][0]["coding"][0]["code"] for o in found.observations] == ["MBIO", "MBIO"]

    def test_no_field_is_guessed(self) -> None:
        assert "category" not in mapped(message(item(), kind="AN")).observations[0]
