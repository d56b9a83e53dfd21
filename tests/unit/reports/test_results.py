"""Results, units, reference intervals and comments as they go out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results_service.reports.fhir.build import number
from tests.unit.reports.build import (
    AKSON,
    KODEVERK,
    Mapped,
    code,
    extension,
    investigation,
    item,
    mapped,
    message,
    num,
    raw_value,
    text,
)


def only(*parts: str) -> tuple[Mapped, dict[str, Any]]:
    """The one observation of a message with one item."""
    found = mapped(message(item(*parts)))
    return found, found.observations[0]


class TestNumbers:
    @pytest.mark.parametrize(
        ("sent", "json"),
        [
            ("11.0", "11.0"),
            ("0.250", "0.250"),
            ("4", "4"),
            ("-0.5", "-0.5"),
            ("+5", "5"),
            ("05", "5"),
            (".5", "0.5"),
            ("-.5", "-0.5"),
            ("5.", "5"),
            ("1E3", "1e3"),
            ("1.50e-07", "1.50e-7"),
            ("0", "0"),
            ("00.10", "0.10"),
        ],
    )
    def test_digits_go_out_as_they_came(self, sent: str, json: str) -> None:
        found, observation = only(investigation(), num(sent))
        assert f'"valueQuantity":{{"value":{json},'.encode() in raw_value(found, observation["id"])
        assert found.issues == []

    @pytest.mark.parametrize(
        "sent", ["1,5", "INF", "NaN", "<5", "1.2.3", "12345678901234567890", "0x10", "1e400", "٣"]
    )
    def test_what_is_no_sure_number_is_shown_as_text(self, sent: str) -> None:
        found, observation = only(investigation(), num(sent.replace("<", "&lt;")))
        assert observation["valueCodeableConcept"] == {"text": f"{sent} mmol/L"}
        assert "valueQuantity" not in observation
        assert found.issues == ["number-unreadable"]

    @given(
        st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9).map(
            str
        )
    )
    def test_every_decimal_keeps_its_digits(self, sent: str) -> None:
        found = number(sent)
        assert found is not None
        assert bytes(found).decode() == sent.replace("-0.0000", "-0.0000")

    @given(st.text(alphabet="0123456789.,eE+-", max_size=25))
    def test_any_spelling_is_json_or_refused(self, sent: str) -> None:
        found = number(sent)
        assert found is None or re.fullmatch(rb"-?(0|[1-9]\d*)(\.\d+)?(e-?\d+)?", bytes(found))

    @pytest.mark.parametrize(("sent", "sign"), [("LT", "<"), ("LE", "<="), ("GT", ">"), ("GE", ">=")])
    def test_comparators(self, sent: str, sign: str) -> None:
        _, observation = only(investigation(), num("5", comparator=sent))
        assert observation["valueQuantity"]["comparator"] == sign

    def test_equal_is_no_comparator(self) -> None:
        _, observation = only(investigation(), num("5", comparator="EQ"))
        assert "comparator" not in observation["valueQuantity"]

    @pytest.mark.parametrize(
        ("sent", "shown"),
        [("NE", "≠ 5 mmol/L"), ("MG", "≫ 5 mmol/L"), ("ML", "≪ 5 mmol/L"), ("Q", "Q 5 mmol/L")],
    )
    def test_operators_without_equal_in_fhir_are_never_a_plain_number(self, sent: str, shown: str) -> None:
        found, observation = only(investigation(), num("5", comparator=sent))
        assert observation["valueCodeableConcept"] == {"text": shown}
        assert "valueQuantity" not in observation
        assert found.issues == ["comparator-inexact"]


class TestUnits:
    def test_the_unit_is_verbatim_with_ucum_beside_it(self) -> None:
        _, observation = only(investigation(), num("11.0", "10#9/L"))
        quantity = observation["valueQuantity"]
        assert (quantity["unit"], quantity["code"]) == ("10#9/L", "10*9/L")
        assert quantity["system"] == "http://unitsofmeasure.org"

    def test_an_unknown_unit_has_no_ucum(self) -> None:
        _, observation = only(investigation("NOR05865"), num("4.4", "10E-3/L"))
        assert observation["valueQuantity"] == {"value": 4.4, "unit": "10E-3/L"}

    @pytest.mark.parametrize("unit", ["0", ""])
    def test_no_unit_is_no_unit(self, unit: str) -> None:
        _, observation = only(investigation("NPU01685"), num("1.1", unit))
        assert observation["valueQuantity"] == {"value": 1.1}


class TestReferenceIntervals:
    @staticmethod
    def ranges(descr: str, result: str = num("5")) -> list[dict[str, Any]]:
        _, observation = only(investigation(), result, f"<RefInterval><Descr>{descr}</Descr></RefInterval>")
        found: list[dict[str, Any]] = observation.get("referenceRange", [])
        return found

    def test_two_limits(self) -> None:
        assert self.ranges("3,5 - 11,0") == [
            {
                "low": {"value": 3.5, "unit": "mmol/L"},
                "high": {"value": 11.0, "unit": "mmol/L"},
                "text": "3,5 - 11,0",
            }
        ]

    @pytest.mark.parametrize("descr", ["45-90", "45 – 90", "2.20 - 2.55"])
    def test_spellings_of_two_limits(self, descr: str) -> None:
        assert set(self.ranges(descr)[0]) == {"low", "high", "text"}

    def test_one_limit(self) -> None:
        assert self.ranges("&lt; 0,5") == [{"high": {"value": 0.5, "unit": "mmol/L"}, "text": "< 0,5"}]
        assert self.ranges("&gt;65") == [{"low": {"value": 65, "unit": "mmol/L"}, "text": ">65"}]

    @pytest.mark.parametrize(
        "descr",
        ["Alltid *-merket", "60 - ", "M: 13,4 - 17,0", "11 - 3", "-3 - 3", "1.000,5 - 2", "3,5 - 11,0 mmol/L",
         "0-19,9 og over 50", "5", "< 5 >"],
    )  # fmt: skip
    def test_a_text_in_doubt_stays_text(self, descr: str) -> None:
        escaped = descr.replace("<", "&lt;").replace(">", "&gt;")
        assert self.ranges(escaped) == [{"text": descr}]

    def test_the_text_is_exactly_as_sent(self) -> None:
        assert self.ranges("  3,6 - 5,0 ")[0]["text"] == "  3,6 - 5,0 "

    def test_blank_is_nothing(self) -> None:
        assert self.ranges(" ") == []

    def test_limits_belong_to_numbers_only(self) -> None:
        assert self.ranges("&lt;30", text("Negativ")) == [{"text": "<30"}]


class TestTexts:
    def test_heading_and_codes_are_codings_and_the_text_is_text(self) -> None:
        _, observation = only(
            investigation("NPU54389"),
            text("0,25", code("TextCode", "S", "8271", "Sensitiv"), heading="RSB"),
        )
        assert observation["valueCodeableConcept"] == {
            "coding": [
                {"system": KODEVERK + "8243", "code": "RSB", "display": "Overskrift"},
                {"system": KODEVERK + "8271", "code": "S", "display": "Sensitiv"},
            ],
            "text": "0,25",
        }

    def test_markup_is_given_as_text_and_as_rendering(self) -> None:
        markup = '<div xmlns="http://www.w3.org/1999/xhtml"><p>Ingen funn.</p><script>x()</script></div>'
        _, observation = only(investigation(), text(markup))
        value = observation["valueCodeableConcept"]
        assert value["text"] == "Ingen funn."
        rendering = value["_text"]["extension"][0]
        assert rendering["url"] == "http://hl7.org/fhir/StructureDefinition/rendering-xhtml"
        assert rendering["valueString"] == (
            '<div xmlns="http://www.w3.org/1999/xhtml"><div><p>Ingen funn.</p></div></div>'
        )

    def test_a_result_without_words_has_no_text(self) -> None:
        _, observation = only(investigation("AP_D", "8212"), text(heading="RSB"))
        assert "text" not in observation["valueCodeableConcept"]
        assert [c["code"] for c in observation["valueCodeableConcept"]["coding"]] == ["RSB"]

    def test_the_unit_of_a_text_has_a_place(self) -> None:
        _, observation = only(investigation(), text("ca. 30", "<Unit>kU/L</Unit>"))
        assert extension(observation, "text-result-unit", AKSON)["valueString"] == "kU/L"

    def test_an_item_without_investigation_is_named_by_its_heading(self) -> None:
        _, observation = only(text("Hud med ulcus.", heading="FU"))
        assert observation["code"] == {
            "coding": [{"system": KODEVERK + "8243", "code": "FU", "display": "Overskrift"}],
            "text": "Overskrift",
        }
        _, bare = only(text("Hud med ulcus.", heading=""))
        assert bare["code"]["coding"][0]["code"] == "unknown"


class TestOtherResults:
    def test_a_date(self) -> None:
        _, observation = only(investigation(), '<DateResult><DateResultValue V="2021-03-01"/></DateResult>')
        assert observation["valueDateTime"] == "2021-03-01"

    def test_a_date_that_cannot_be_read_is_shown_as_sent(self) -> None:
        found, observation = only(investigation(), '<DateResult><DateResultValue V="uke 12"/></DateResult>')
        assert observation["valueCodeableConcept"] == {"text": "uke 12"}
        assert found.issues == ["date-unreadable"]

    def test_an_interval(self) -> None:
        found, observation = only(
            investigation(), '<Interval><Low V="1.0" U="mg/L"/><High V="2.50" U="mg/L"/></Interval>'
        )
        assert observation["valueRange"]["low"]["unit"] == "mg/L"
        assert b'"high":{"value":2.50,' in raw_value(found, observation["id"])

    def test_an_interval_that_cannot_be_read_is_shown_as_sent(self) -> None:
        found, observation = only(
            investigation(), '<Interval><Low V="1,0" U="mg/L"/><High V="2" U="mg/L"/></Interval>'
        )
        assert observation["valueCodeableConcept"] == {"text": "1,0 mg/L – 2 mg/L"}
        assert found.issues == ["number-unreadable"]

    def test_nothing_is_nothing(self) -> None:
        _, observation = only(investigation())
        assert not [key for key in observation if key.startswith("value")]
