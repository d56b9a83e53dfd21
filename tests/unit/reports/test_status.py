"""Status: the guide's tables, inheritance, and what a cancelled result still shows."""

from __future__ import annotations

import pytest

from results_service.reports.fhir.status import item_status, report_status
from tests.unit.reports.build import (
    AKSON,
    extension,
    extensions,
    investigation,
    item,
    linked,
    mapped,
    message,
    num,
)


class TestStatus:
    @pytest.mark.parametrize(
        ("status", "row"),
        [
            ("S", "registered amended cancelled unknown unknown"),
            ("P", "preliminary amended cancelled unknown unknown"),
            ("F", "final amended cancelled unknown unknown"),
            ("A", "unknown appended cancelled unknown unknown"),
        ],
    )
    def test_the_reports_table(self, status: str, row: str) -> None:
        assert [report_status(status, kind) for kind in "NMCHA"] == row.split()

    @pytest.mark.parametrize(
        ("status", "row"),
        [
            ("", "final amended cancelled final final"),
            ("1", "unknown amended cancelled amended unknown"),
            ("2", "preliminary amended cancelled preliminary preliminary"),
            ("3", "final amended cancelled final final"),
            ("4", "final amended cancelled final final"),
            ("5", "registered unknown cancelled unknown registered"),
            ("6", "registered registered cancelled unknown registered"),
            ("7", "registered registered cancelled unknown registered"),
            ("8", "preliminary unknown cancelled unknown preliminary"),
            ("9", "preliminary unknown cancelled unknown preliminary"),
            ("10", "preliminary unknown cancelled unknown preliminary"),
            ("11", "final amended cancelled unknown final"),
            ("12", "unknown amended cancelled unknown preliminary"),
            ("13", "final amended cancelled unknown final"),
            ("14", "unknown unknown cancelled unknown unknown"),
            ("15", "registered registered cancelled final registered"),
            ("99", "unknown unknown unknown unknown unknown"),
        ],
    )
    def test_the_results_table(self, status: str, row: str) -> None:
        assert [item_status(status, kind) for kind in "NMCHA"] == row.split()

    @pytest.mark.parametrize(
        ("report", "expected"), [("P", "preliminary"), ("S", "registered"), ("F", "final"), ("A", "final")]
    )
    def test_without_status_the_reports_counts(self, report: str, expected: str) -> None:
        found = mapped(message(item(serv_type="", status=""), status=report))
        assert found.observations[0]["status"] == expected

    def test_an_own_status_comes_before_the_reports(self) -> None:
        found = mapped(message(item(status="3"), status="P"))
        assert found.observations[0]["status"] == "final"

    def test_members_inherit_type_and_status_through_nesting_and_reference(self) -> None:
        found = mapped(
            message(
                linked("M", "", linked("N", serv_type="", status=""), serv_type="H", status="2"),
                linked("R", "M", serv_type="", status=""),
                serv_type="M",
            )
        )
        assert {o["identifier"][0]["value"]: o["status"] for o in found.observations} == dict.fromkeys(
            "MNR", "preliminary"
        )
        assert all(extension(o, "history")["valueBoolean"] for o in found.observations)

    def test_history_is_marked_on_history_alone(self) -> None:
        found = mapped(message(item(serv_type="H"), item(serv_type="N"), serv_type="M"))
        assert [len(extensions(o, "history")) for o in found.observations] == [1, 0]

    def test_the_codes_behind_a_status_that_hides_them_are_kept(self) -> None:
        found = mapped(message(item(serv_type="M", status="2"), serv_type="M", status="P"))
        report, observation = found.diagnostic_report, found.observations[0]
        assert (report["status"], observation["status"]) == ("amended", "amended")
        said = {
            p["url"]: p["valueCoding"]["code"] for p in extension(report, "report-status", AKSON)["extension"]
        }
        assert said == {"status": "P", "type": "M"}
        said = {
            p["url"]: p["valueCoding"]["code"]
            for p in extension(observation, "result-status", AKSON)["extension"]
        }
        assert said == {"status": "2", "type": "M"}


class TestCancelled:
    PARTS = (
        investigation(),
        num("15"),
        '<DevResultInd V="1"/>',
        "<RefInterval><Descr>10 - 22</Descr></RefInterval>",
        "<Comment>Trukket tilbake.</Comment>",
        "<StructuredInfo><Type V='x'/><TextInfo><Text>ti</Text></TextInfo></StructuredInfo>",
    )

    def test_a_cancelled_result_shows_neither_value_nor_flag_but_the_comment(self) -> None:
        observation = mapped(message(item(*self.PARTS, serv_type="C"), serv_type="M")).observations[0]
        assert observation["status"] == "cancelled"
        assert not [k for k in observation if k.startswith("value") or k == "interpretation"]
        assert observation["note"] == [{"text": "Trukket tilbake."}]
        assert observation["referenceRange"] == [{"text": "10 - 22"}]
        assert extensions(observation, "structured-info") == []

    def test_a_cancelled_report_cancels_every_result_whatever_it_says(self) -> None:
        found = mapped(
            message(item(*self.PARTS, serv_type="N"), item(*self.PARTS, serv_type="H"), serv_type="C")
        )
        assert found.diagnostic_report["status"] == "cancelled"
        assert [o["status"] for o in found.observations] == ["cancelled", "cancelled"]
        assert not [
            k for o in found.observations for k in o if k.startswith("value") or k == "interpretation"
        ]
