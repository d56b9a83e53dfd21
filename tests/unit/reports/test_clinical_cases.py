"""The cases with values read by hand from the real messages (clinical rules), as far as one message goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from results_service.codes import CodeBook
from results_service.reports.fhir import map_report
from results_service.reports.svarrapport import Message, read_message
from tests.shared import SHARED, requires_shared
from tests.unit.reports.build import AKSON, NLK, REPORT_ID, Mapped, extension, extensions, parse, raw_value

pytestmark = requires_shared


def path_of(folder: str, start: str) -> Path:
    """The one real message whose name begins so."""
    assert SHARED is not None
    found = sorted(
        p for p in (SHARED / "testdata" / "svarrapport" / folder).iterdir() if p.name.startswith(start)
    )
    assert found, f"no message {folder}/{start}…"
    return found[0]


def told(folder: str, start: str) -> Message:
    message = read_message(parse(path_of(folder, start).read_bytes())).message
    assert message is not None
    return message


def case(folder: str, start: str, *, whole_nlk: bool = False) -> Mapped:
    assert SHARED is not None
    codes = CodeBook.from_nlk_csv(SHARED / "codes" / "nlk_7280.csv") if whole_nlk else CodeBook.builtin()
    return Mapped(map_report(told(folder, start), REPORT_ID, codes))


def susceptibility(observation: dict[str, Any]) -> str:
    """S, I, R, K with the text in parentheses, "" when blank."""
    value = observation.get("valueCodeableConcept", {})
    codes = [
        c["code"] for c in value.get("coding", []) if c["system"].endswith("-8271") and c["code"] in "SIRK"
    ]
    return "".join(codes) + (f" ({value['text']})" if "text" in value else "")


def test_case_1_a_new_biochemistry_report() -> None:
    found = case("official", "Svar_biokjemi_v1-4_Ny")
    assert found.diagnostic_report["status"] == "final"
    assert found.by_code("NOR05865")["valueQuantity"] == {"value": 4.4, "unit": "10E-3/L"}
    assert found.by_code("NPU01685")["valueQuantity"] == {"value": 1.1}
    leukocytes = found.by_code("NPU02593")
    assert b'"value":11.0,"unit":"10E9/L","system":"http://unitsofmeasure.org","code":"10*9/L"' in raw_value(
        found, leukocytes["id"]
    )
    flagged = [o for o in found.observations if "interpretation" in o]
    assert [(o["code"]["coding"][0]["code"], o["valueQuantity"]["value"]) for o in flagged] == [
        ("NOR05857", 14)
    ]
    assert flagged[0]["interpretation"][0]["coding"][0]["code"] == "1"


def test_case_2_the_change() -> None:
    found = case("official", "Svar_biokjemi_v1-4_Endring")
    assert found.diagnostic_report["status"] == "amended"
    withdrawn = found.by_item("118891130")
    assert withdrawn["status"] == "cancelled"
    assert not [key for key in withdrawn if key.startswith("value")]
    changed = found.by_item("118891129")
    assert changed["status"] == "amended"
    assert b'"value":12.0' in raw_value(found, changed["id"])
    assert "forrige svaret var 15" in changed["note"][0]["text"]


def test_case_3_the_cancellation() -> None:
    report = case("official", "Svar_biokjemi_v1-4_Kansellering").diagnostic_report
    assert report["status"] == "cancelled"
    assert "result" not in report
    assert report["issued"] == "2017-09-20T12:56:42+02:00"
    assert extension(report, "report-date")["valueDateTime"] == "2017-09-20T09:04:10+02:00"


def test_case_4_what_tells_that_a_message_id_was_used_again() -> None:
    change = told("official", "Svar_immunologi_v1-4_Endring")
    cancellation = told("official", "Svar_immunologi_v1-4_Kansellering")
    assert change.msg_id == cancellation.msg_id
    assert change.msg_id.startswith("8eda16ce")
    assert change.serv_prov_id != cancellation.serv_prov_id
    assert cancellation.serv_type == "C"


def test_case_5_the_resistance_of_two_bacteria() -> None:
    found = case("official", "Svar_mikrobiologi_dyrkning_v1-4_Ny")
    tops = [found.referred(r) for r in found.diagnostic_report["result"]]
    assert [t["valueCodeableConcept"]["text"] for t in tops] == ["Escherichia coli", "Klebsiella pneumoniae"]
    tables = [{m["code"]["text"]: susceptibility(m) for m in found.members(top)} for top in tops]
    assert tables == [
        {
            "Mengde": " (>100.000 pr.ml.)",
            "Us-Ampicillin": "R",
            "Us-Mecillinam": "S (0,25)",
            "Us-Trimetoprim": "S",
            "Us-Trimetoprim+Sulfametoksazol": "I",
            "Us-Nitrofurantoin": "R",
        },
        {"Mengde": " (>1000 CFU/1000 ml.)", "Us-Ampicillin": "R", "Us-Trimetoprim+Sulfametoksazol": "I"},
    ]


def test_case_6_a_positive_result_without_flag() -> None:
    found = case("official", "Svar_mikrobiologi_gruppert_v1-4_Endring")
    positive = found.by_code("NPU18238")
    assert positive["status"] == "amended"
    assert positive["valueCodeableConcept"]["text"] == "Positiv"
    assert "interpretation" not in positive
    withdrawn = found.by_code("NPU18237")
    assert withdrawn["status"] == "cancelled"
    assert "valueCodeableConcept" not in withdrawn


def test_case_7_pathology_preliminary_and_addendum() -> None:
    first = case("official", "Svar_patologi_histologi_v1-4_Ny")
    assert [o["status"] for o in first.observations] == ["preliminary"] * 5
    found = case("official", "Svar_patologi_histologi_v1-4_Tillegg")
    assert found.diagnostic_report["status"] == "appended"
    assert len(found.observations) == 10
    tops = [found.referred(r) for r in found.diagnostic_report["result"]]
    assert [t["effectiveDateTime"] for t in tops] == ["2017-10-30", "2017-10-15", "2017-09-30"]
    assert [bool(extensions(t, "history")) for t in tops] == [False, True, True]
    assert [t["status"] for t in tops] == ["final", "final", "preliminary"]


def test_case_8_a_negative_result_keeps_its_comment() -> None:
    found = case("official", "Svar_mikrobiologi_virologi_v1-4_Ny")
    negative, positive = found.by_code("NPU03952"), found.by_code("NPU03953")
    assert negative["valueCodeableConcept"]["text"] == "Ikke påvist"
    assert negative["note"][0]["text"].startswith("Påvist IgM, men ikke IgG")
    assert positive["valueCodeableConcept"]["text"] == "Påvist"
    assert positive["interpretation"][0]["coding"][0]["code"] == "1"


@pytest.mark.parametrize(
    ("start", "status", "codes"),
    [
        ("04607403_reultMIK_message1", "registered", {"status": "S", "type": "N"}),
        ("04607403_reultMIK_message2", "amended", {"status": "P", "type": "M"}),
        ("04607403_reultMIK_message3", "amended", {"status": "F", "type": "M"}),
    ],
)
def test_case_9_amended_keeps_whether_it_is_preliminary(
    start: str, status: str, codes: dict[str, str]
) -> None:
    report = case("field", start).diagnostic_report
    assert report["status"] == status
    said = {
        p["url"]: p["valueCoding"]["code"] for p in extension(report, "report-status", AKSON)["extension"]
    }
    assert said == codes


def test_case_9_microbes_are_no_susceptibility() -> None:
    found = case("field", "04607403_reultMIK_message3")
    blanks = [o for o in found.observations if o["code"].get("text") == "Amfotericin B"]
    assert blanks
    assert [susceptibility(o) for o in blanks] == [""] * len(blanks)
    microbes = [o for o in found.observations if "KYS" in str(o.get("valueCodeableConcept"))]
    assert {susceptibility(o) for o in microbes} == {" (Kytococcus schroeteri)", " (Kytococcus sedentarius)"}


def test_case_10_a_cancellation_that_carries_items_shows_no_values() -> None:
    found = case("field", "FHI_31945250")
    report = found.diagnostic_report
    assert report["status"] == "cancelled"
    assert len(found.observations) == 14
    assert {o["status"] for o in found.observations} == {"cancelled"}
    assert not [k for o in found.observations for k in o if k.startswith("value") or k == "interpretation"]
    assert extension(report, "comment")["valueAnnotation"]["text"] == "Avbestilt av rekvirent"


def test_case_11_antibiotics_with_near_equal_names_stay_apart() -> None:
    found = case("field", "FHI_001_9aff709a")
    bacterium = found.by_name("Identifikasjon")
    antibiotics = found.members(bacterium)
    assert len(antibiotics) == 13
    assert susceptibility(found.by_name("Rifampicin")) == "S"
    assert susceptibility(found.by_name("Rifampicin-")) == "I (0.250)"
    assert "forutsetter høy dosering" in found.by_name("Ciprofloxacin")["note"][0]["text"]
    assert found.members(found.by_item("VERBK1")) == [bacterium]


def test_case_12_what_tells_that_a_report_number_was_used_again() -> None:
    messages = [told("field", start) for start in ("01-KlinKj01FURST", "2021-03-18", "2021-03-19")]
    assert {m.serv_prov_id for m in messages} == {"365U4PY0"}
    assert [m.serv_type for m in messages] == ["N", "N", "N"]
    assert [[d.text[:10] for d in m.sampling_dates] for m in messages] == [
        ["2021-03-16"],
        ["2021-03-18"],
        ["2021-03-19"],
    ]
    haemoglobin = [
        next(i for i in m.items if "B-HB" in [c.value for c in i.codes]).result.quantity.value  # type: ignore[union-attr]
        for m in messages
    ]
    assert haemoglobin == ["13.3", "14.3", "11.3"]


def test_case_12_a_value_outside_without_flag_gets_none() -> None:
    found = case("field", "2021-03-19")
    potassium = next(o for o in found.observations if "Kalium" in o["code"]["text"])
    assert b'"value":6.0' in raw_value(found, potassium["id"])
    assert potassium["referenceRange"][0]["text"] == "3,6 - 5,0"
    assert "interpretation" not in potassium


def test_case_13_the_same_report_number_for_two_persons() -> None:
    first, second = told("field", "SVAR_CLIN 1 unilab_ENDRING.xml"), told("field", "SVAR_CLIN unilab  (2)")
    assert first.serv_prov_id == second.serv_prov_id == "62418xxxR"
    assert [m.patient.number for m in (first, second)] == ["11064700342", "14019800513"]
    found = case("field", "SVAR_CLIN 1 unilab_ENDRING.xml")
    creatinine = found.by_code("NPU04998")
    assert creatinine["code"]["coding"][0]["system"] == NLK
    assert creatinine["valueQuantity"]["value"] == 115
    assert creatinine["valueQuantity"]["unit"] == "µmol/L"
    assert creatinine["interpretation"][0]["coding"][0]["code"] == "1"
    assert "code-system-7230" in found.issues


def test_case_14_a_local_genetic_result_is_never_shown_at_once() -> None:
    found = case("field", "SVAR_CLIN unilab  (1)")
    result = next(o for o in found.observations if "OUS00488" in str(o["code"]))
    assert result["valueCodeableConcept"]["text"] == "Se bemerkning"
    assert "t(9;22)" in str(result["note"])
    assert found.report.release_class > 1
    assert case("field", "SVAR_CLIN unilab  (1)", whole_nlk=True).report.release_class > 1


@pytest.mark.parametrize("whole_nlk", [False, True])
def test_case_14_a_genetic_code_closes_the_report_though_the_message_says_clin(whole_nlk: bool) -> None:
    found = case("field", "SvarIMM-Lange", whole_nlk=whole_nlk)
    assert found.diagnostic_report["code"]["coding"][0]["code"] == "CLIN"
    assert found.by_code("NPU54286")
    assert found.report.release_class == 4


def test_case_15_history_is_visible_and_the_withdrawn_has_no_value() -> None:
    found = case("field", "6 - 2021.10")
    history = [o for o in found.observations if extensions(o, "history")]
    assert len(history) == 6
    assert all("valueQuantity" in o for o in history)
    withdrawn = found.by_code("NOR05863")
    assert withdrawn["status"] == "cancelled"
    assert "forrige svaret var 11" in withdrawn["note"][0]["text"]
    assert told("field", "6 - 2021.10").test
