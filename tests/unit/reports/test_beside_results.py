"""What stands beside a value: flags, comments, method, dates, diagnoses, structured information."""

from __future__ import annotations

from typing import Any

from tests.unit.reports.build import (
    AKSON,
    KODEVERK,
    Mapped,
    code,
    extension,
    extensions,
    investigation,
    item,
    mapped,
    message,
    num,
)


def only(*parts: str) -> tuple[Mapped, dict[str, Any]]:
    """The one observation of a message with one item."""
    found = mapped(message(item(*parts)))
    return found, found.observations[0]


class TestBesidesTheValue:
    def test_the_laboratorys_flag_decides(self) -> None:
        flag = '<DevResultInd V="1" DN="Over øvre referansegrense"/>'
        interval = "<RefInterval><Descr>1 - 2</Descr></RefInterval>"
        _, flagged = only(investigation(), num("1.5"), flag, interval)
        assert flagged["interpretation"] == [
            {"coding": [{"system": KODEVERK + "8244", "code": "1", "display": "Over øvre referansegrense"}]}
        ]
        _, unflagged = only(investigation(), num("99"), interval)
        assert "interpretation" not in unflagged

    def test_every_comment_is_a_note(self) -> None:
        parts = f"<Investigation>{code('Id', 'NPU03230')}<Comment>om metoden</Comment></Investigation>"
        _, observation = only(parts, num("4"), "<Comment>hemolyse\nta ny prøve</Comment>")
        assert [note["text"] for note in observation["note"]] == ["hemolyse\nta ny prøve", "om metoden"]

    def test_specifications_are_the_method(self) -> None:
        specs = code("Spec", "ZTX0EA", "7270", "Kontrast") + code("Spec", "ZXM00", "7270", "Ultralyd")
        _, observation = only(
            f"<Investigation>{code('Id', 'SJJ0AK', '7270', 'UL Lever')}{specs}</Investigation>"
        )
        assert [c["code"] for c in observation["method"]["coding"]] == ["ZTX0EA", "ZXM00"]
        assert observation["method"]["text"] == "Kontrast; Ultralyd"

    def test_dates_have_extensions_of_their_names(self) -> None:
        dates = {
            "InvDate": "investigation-date",
            "StatusChangeDate": "status-change-date",
            "DescrDate": "description-date",
            "CounterSignDate": "counter-sign-date",
            "MedicalValidationDate": "medical-validation-date",
        }
        _, observation = only(*(f'<{tag} V="2021-03-1{n}"/>' for n, tag in enumerate(dates)))
        for n, name in enumerate(dates.values()):
            assert extension(observation, name)["valueDateTime"] == f"2021-03-1{n}"

    def test_accreditation(self) -> None:
        _, observation = only("<Accredited V='false'/>")
        assert extension(observation, "accredited")["valueBoolean"] is False

    def test_a_coded_diagnosis_with_modifiers_has_a_place_and_can_be_found(self) -> None:
        diag = (
            "<DiagComment>" + code("Concept", "M80703", "7010", "Plateepitelkarsinom")
            + '<Modifier><Name V="LA" DN="Lateralitet"/>' + code("Value", "H", "7010", "Høyre")
            + "</Modifier></DiagComment>"
        )  # fmt: skip
        found, observation = only(investigation("A", "8219"), diag)
        placed = extension(observation, "diagnosis-comment", AKSON)["extension"]
        assert placed[0]["valueCodeableConcept"]["coding"][0]["code"] == "M80703"
        assert placed[1]["url"] == "modifier"
        assert [p["valueCodeableConcept"]["coding"][0]["code"] for p in placed[1]["extension"]] == ["LA", "H"]
        assert KODEVERK + "7010-norpat|M80703" in found.resources("Observation")[0].tags

    def test_structured_information_has_a_place(self) -> None:
        info = (
            "<StructuredInfo>" + code("Type", "T1", "8272", "Anbefaling")
            + "<TextInfo><Text>snarest</Text></TextInfo><IntegerInfo><Integer>3</Integer></IntegerInfo>"
            + '<PhysicalInfo><Quantity V="2.50" U="mm"/></PhysicalInfo>'
            + '<CodedInfo><Code V="CYT" S="1.2.3"/></CodedInfo>'
            + '<BooleanInfo><Flag V="true"/></BooleanInfo></StructuredInfo>'
        )  # fmt: skip
        _, observation = only(investigation(), info)
        parts = extension(observation, "structured-info")["extension"]
        names = [part["url"].rpartition("structured-info-")[2] for part in parts]
        assert names == ["type", "text", "integer", "physical", "coded", "boolean"]
        assert parts[2]["valueInteger"] == 3
        assert parts[3]["valueQuantity"]["unit"] == "mm"
        assert parts[4]["valueCodeableConcept"]["coding"][0]["system"] == "urn:oid:1.2.3"
        assert parts[5]["valueBoolean"] is True
        assert extensions(observation, "history") == []
