"""The requisition, who asked and who answered, and the specimens."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.reports.build import (
    KODEVERK,
    LINE,
    NATIONAL_SERVICE,
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
from tests.unit.reports.parts import APPROVER, FULL_SPECIMEN, REQUEST, RESPONSIBLE


class TestServiceRequest:
    def test_everything_has_its_place(self) -> None:
        found = mapped(message(item(), request=REQUEST, patient=specimen()))
        request = found.one("ServiceRequest")
        assert request["identifier"] == [
            {"system": "ServReqId", "value": "REQ-1"},
            {"system": "ServReqIdByServProvider", "value": "LAB-1"},
        ]
        assert (request["status"], request["intent"], request["priority"]) == ("completed", "order", "stat")
        assert request["authoredOn"] == "2021-03-15T09:00:00+01:00"
        assert request["reasonCode"] == [
            {
                "coding": [
                    {"system": KODEVERK + "8231", "code": "PROB", "display": "Aktuell problemstilling"}
                ],
                "text": "Slapp",
            }
        ]
        assert [note["text"] for note in request["note"]] == ["Haster", "Telefon: ring 12"]
        assert extension(request, "payment-category")["valueCodeableConcept"]["coding"][0]["code"] == "1"
        assert extension(request, "receipt-date")["valueDateTime"] == "2021-03-16"
        assert extension(request, "reservation")["valueCodeableConcept"]["coding"][0]["code"] == "2"
        reference = [{"reference": f"ServiceRequest/{request['id']}"}]
        assert found.diagnostic_report["basedOn"] == reference
        assert found.observations[0]["basedOn"] == reference
        assert found.one("Specimen")["request"] == reference
        assert found.report.unmapped == ["ServReport/ServReq/ServType"]

    def test_further_requisitions_add_what_they_can_and_list_the_rest(self) -> None:
        second = "<ServReq><IssueDate V='2021-03-14'/><Id>REQ-2</Id><ReqComment>Også</ReqComment></ServReq>"
        found = mapped(message(request=REQUEST + second))
        request = found.one("ServiceRequest")
        assert [i["value"] for i in request["identifier"]] == ["REQ-1", "LAB-1", "REQ-2"]
        assert "Også" in [note["text"] for note in request["note"]]
        assert "ServReport/ServReq[2]" in found.report.unmapped

    def test_without_requisition_and_anybody_who_asked_there_is_none(self) -> None:
        found = mapped(message(item(), requester=""))
        assert found.every("ServiceRequest") == []
        assert "basedOn" not in found.diagnostic_report

    @pytest.mark.parametrize(
        ("status", "expected"), [("F", "completed"), ("A", "completed"), ("P", "active"), ("S", "active")]
    )
    def test_the_status_follows_the_report(self, status: str, expected: str) -> None:
        found = mapped(message(request="<ServReq><Id>1</Id></ServReq>", status=status))
        assert found.one("ServiceRequest")["status"] == expected


class TestRequester:
    def requester(self, **parts: Any) -> tuple[Mapped, dict[str, Any]]:
        found = mapped(message(request="<ServReq><Id>1</Id></ServReq>", **parts))
        return found, found.one("ServiceRequest")["requester"]

    def test_the_responsible_health_worker_asked(self) -> None:
        found, reference = self.requester(patient=RESPONSIBLE)
        role = found.referred(reference)
        assert role["practitioner"] == {
            "identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.4", "value": "9144889"},
            "display": "Magnar Koman",
        }
        assert role["organization"] == {"display": "Fjell legesenter"}
        assert role["code"][0]["coding"][0] == {"code": "REK", "display": "Rekvirent"}
        assert "ServReport/Requester" in found.report.unmapped

    def test_else_the_requester(self) -> None:
        found, reference = self.requester()
        assert found.referred(reference)["organization"] == {
            "identifier": {"system": "urn:oid:2.16.578.1.12.4.1.2", "value": "56704"},
            "display": "Fjell legesenter",
        }

    def test_who_asked_is_told_without_a_requisition_too(self) -> None:
        found = mapped(message(item(investigation(), num("4.4"))))
        request = found.one("ServiceRequest")
        assert found.referred(request["requester"])["organization"]["display"] == "Fjell legesenter"
        assert found.diagnostic_report["basedOn"] == [{"reference": f"ServiceRequest/{request['id']}"}]

    def test_a_copys_receiver_is_listed_without_a_requisition_too(self) -> None:
        found = mapped(message(item(investigation(), num("4.4")), requester=NATIONAL_SERVICE))
        assert found.every("ServiceRequest") == []
        assert found.report.unmapped == ["ServReport/Requester"]

    def test_the_national_service_never_asked_for_anything(self) -> None:
        found, reference = self.requester(requester=NATIONAL_SERVICE)
        assert reference == {"display": "ikke oppgitt"}
        assert b"NILAR" not in b"".join(r.body for r in found.report.resources)
        assert "ServReport/Requester" in found.report.unmapped

    @pytest.mark.parametrize(
        "requester",
        [
            "<Requester><HCP><Inst><Id>994598759</Id><TypeId V='ENH'/></Inst></HCP></Requester>",
            "<Requester><HCP><Inst><Dept><Name>nilar</Name></Dept></Inst></HCP></Requester>",
        ],
    )
    def test_by_whatever_name(self, requester: str) -> None:
        assert self.requester(requester=requester)[1] == {"display": "ikke oppgitt"}

    def test_the_responsible_one_counts_though_the_copy_goes_to_the_national_service(self) -> None:
        found, reference = self.requester(patient=RESPONSIBLE, requester=NATIONAL_SERVICE)
        assert found.referred(reference)["practitioner"]["display"] == "Magnar Koman"

    def test_an_empty_responsible_is_none(self) -> None:
        empty = "<ResponsibleHcp><Relation V='REK'/><HCP><HCProf><Id/></HCProf></HCP></ResponsibleHcp>"
        found, reference = self.requester(patient=empty)
        assert found.referred(reference)["organization"]["display"] == "Fjell legesenter"

    def test_a_health_workers_own_national_number_is_never_given_out(self) -> None:
        worker = RESPONSIBLE.replace('<Id>258521</Id><TypeId V="HER"/>', f'<Id>{LINE}</Id><TypeId V="FNR"/>')
        found, reference = self.requester(patient=worker)
        assert found.referred(reference)["practitioner"]["identifier"]["value"] == "9144889"
        prof = "<HCProf><Name>A B</Name><Id>12057900499</Id><TypeId V='FNR'/></HCProf>"
        only = f"<ResponsibleHcp><HCP>{prof}</HCP></ResponsibleHcp>"
        found, reference = self.requester(patient=only)
        assert found.referred(reference)["practitioner"] == {"display": "A B"}


class TestPerformers:
    def test_who_answers_for_the_report_stands_before_the_laboratory(self) -> None:
        found = mapped(message(item(), after=APPROVER))
        person, laboratory = (found.referred(r) for r in found.diagnostic_report["performer"])
        assert person["practitioner"]["display"] == "Mykke Plasma"
        assert person["organization"]["display"] == "Lab Nord"  # the sender's, since none is named
        assert [c["coding"][0]["code"] for c in person["code"]] == ["AHP", "BI"]
        assert person["telecom"] == [{"system": "phone", "value": "73112233"}]
        assert "practitioner" not in laboratory
        assert laboratory["organization"] == {
            "identifier": {"system": "urn:oid:2.16.578.1.12.4.1.2", "value": "59"},
            "display": "Lab Nord",
        }
        assert laboratory["healthcareService"][0]["display"] == "Biokjemi"
        assert [found.referred(r) for r in found.observations[0]["performer"]] == [person]

    def test_without_anyone_the_laboratory_answers(self) -> None:
        found = mapped(message(item()))
        assert len(found.diagnostic_report["performer"]) == 1
        assert found.observations[0]["performer"] == found.diagnostic_report["performer"]

    def test_an_items_own_performer_counts_for_its_members(self) -> None:
        found = mapped(message(item(APPROVER, item()), item()))
        names = [
            [found.referred(r).get("practitioner", {}).get("display") for r in o["performer"]]
            for o in found.observations
        ]
        assert names == [["Mykke Plasma"], ["Mykke Plasma"], [None]]

    def test_one_resource_for_each_different_role(self) -> None:
        found = mapped(message(item(APPROVER), item(APPROVER), requester="", after=APPROVER))
        assert len(found.every("PractitionerRole")) == 2

    def test_local_identifiers_keep_their_type(self) -> None:
        local = APPROVER.replace("9876511", "plamyk").replace('"HPR"', '"LOP"')
        found = mapped(message(item(local)))
        role = found.referred(found.observations[0]["performer"][0])
        assert role["practitioner"]["identifier"] == {"type": {"text": "LOP"}, "value": "plamyk"}

    def test_specialty(self) -> None:
        special = APPROVER.replace(
            "</HCProf>", "</HCProf>" + code("MedSpeciality", "1", "7426", "Allmennmedisin")
        )
        found = mapped(message(item(special)))
        role = found.referred(found.observations[0]["performer"][0])
        assert role["specialty"][0]["coding"][0]["code"] == "1"


class TestSpecimens:
    def test_everything_has_its_place(self) -> None:
        found = mapped(message(item("<RefAnalysedSubject>77</RefAnalysedSubject>"), patient=FULL_SPECIMEN))
        sample = found.one("Specimen")
        assert sample["accessionIdentifier"] == {"system": "AnalysedSubjectId", "value": "77"}
        assert sample["identifier"][1] == {"system": "AnalysedSubjectIdByRequester", "value": "R9"}
        assert sample["type"]["coding"][0] == {"system": KODEVERK + "8351", "code": "S", "display": "Serum"}
        assert sample["type"]["text"] == "Serum fra gel"
        collection = sample["collection"]
        assert collection["collectedDateTime"] == "2021-03-16T08:00:00+01:00"
        assert collection["bodySite"] == {"text": "Venstre arm"}
        assert collection["method"]["coding"][0]["code"] == "P1"
        assert found.referred(collection["collector"])["practitioner"]["display"] == "Siv Stikk"
        assert sample["container"] == [{"additiveCodeableConcept": {"text": "EDTA"}}]
        assert [n["text"] for n in sample["note"]] == ["Lite materiale", "Vanskelig stikk", "Hemolyse"]
        assert extension(sample, "container-count")["valueInteger"] == 2
        assert [e["valueString"] for e in extensions(sample, "sample-handling")] == ["Mørkt", "Kaldt"]
        assert extension(sample, "logistics")["valueString"] == "Isbad"
        assert extension(sample, "pretreatment")["valueCodeableConcept"]["text"] == "12 timer"
        assert extension(sample, "accredited")["valueBoolean"] is True
        reference = {"reference": f"Specimen/{sample['id']}"}
        assert found.observations[0]["specimen"] == reference
        assert found.diagnostic_report["specimen"] == [reference]
        assert found.report.unmapped == []

    def test_a_study_product(self) -> None:
        product = (
            "<AnalysedSubject><CollectedStudyProduct><Type>Bilde</Type><ProducedDate V='2021-03-01'/>"
            "<RefRelatedProd>P-9</RefRelatedProd></CollectedStudyProduct><IdByServProvider>1</IdByServProvider></AnalysedSubject>"
        )
        sample = mapped(message(patient=product)).one("Specimen")
        assert extension(sample, "study-product-type")["valueString"] == "Bilde"
        assert extension(sample, "study-product-ref")["valueString"] == "P-9"

    def test_a_nested_specimen_has_a_parent(self) -> None:
        found = mapped(message(patient=specimen("1", "2021-03-16", specimen("2", ""))))
        whole, part = found.every("Specimen")
        assert part["parent"] == [{"reference": f"Specimen/{whole['id']}"}]
        assert "parent" not in whole

    def test_an_unknown_sampling_date_is_said_to_be_unknown(self) -> None:
        sample = mapped(message(patient=specimen("1", ""))).one("Specimen")
        assert sample["collection"]["_collectedDateTime"]["extension"][0]["valueCode"] == "unknown"

    def test_further_specimens_of_a_result_are_kept(self) -> None:
        refs = "<RefAnalysedSubject>1</RefAnalysedSubject><RefAnalysedSubject>2</RefAnalysedSubject>"
        found = mapped(message(item(refs), patient=specimen("1") + specimen("2")))
        first, second = found.every("Specimen")
        observation = found.observations[0]
        assert observation["specimen"] == {"reference": f"Specimen/{first['id']}"}
        further = [e for e in observation["extension"] if e["url"].endswith("/additional-specimen")]
        assert [e["valueReference"]["reference"] for e in further] == [f"Specimen/{second['id']}"]
