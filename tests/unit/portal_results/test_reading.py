"""Bundles become reports with trees of results; nothing of a result is lost, altered or invented."""

from __future__ import annotations

from decimal import Decimal

import pytest

from portal.clinician.results.transform.reading import unanswered
from portal.clinician.results.transform.reports import reports_of
from portal.clinician.results.transform.settled import state_of
from tests.unit.portal_results.build import (
    OWN,
    Json,
    bundle,
    coding,
    extension,
    local,
    nlk,
    observation,
    only,
    quantity,
    report,
    request,
    role,
    textual,
)


def test_a_number_keeps_every_digit_its_comparator_and_its_unit_as_sent() -> None:
    shown = only(
        report(results=("a", "b", "c")),
        observation("a", nlk("NPU02593", "B-Leukocytter"), quantity("11.0", "10E9/L", ucum="10*9/L")),
        observation("b", nlk("NPU19748", "P-CRP"), quantity("5", "mg/L", "<")),
        observation("c", nlk("NPU01685", "P-INR"), quantity("1.10")),
    ).items()
    assert [(i.value.shown, i.value.unit) for i in shown] == [
        ("11,0", "10E9/L"),
        ("< 5", "mg/L"),
        ("1,10", ""),
    ]
    assert shown[0].value.decimal == Decimal("11.0")


def test_a_number_with_a_sign_that_fhir_does_not_know_comes_as_text_and_stays_whole() -> None:
    found = only(report(), observation("a", nlk("X", "x"), textual("≫ 100 kU/L"))).items()[0]
    assert (found.value.shown, found.value.decimal) == ("≫ 100 kU/L", None)


def test_a_text_with_markup_has_both_forms_and_a_unit_of_its_own() -> None:
    xhtml = "http://hl7.org/fhir/StructureDefinition/rendering-xhtml"
    value = textual("Stor lever.")
    value["valueCodeableConcept"]["_text"] = {
        "extension": [{"url": xhtml, "valueString": "<p>Stor lever.</p>"}]
    }
    item = observation("a", nlk("X", "x"), value)
    item["extension"].append({"url": OWN + "text-result-unit", "valueString": "cm"})
    found = only(report(), item).items()[0].value
    assert (found.text, found.rich, found.unit) == ("Stor lever.", "<p>Stor lever.</p>", "cm")


def test_a_part_of_a_text_has_no_analysis_of_its_own() -> None:
    absent = {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "unknown"}]
    }
    found = only(
        report(),
        observation("a", {"coding": [coding("8243", "FU", "Funn")], "text": "Funn"}, textual("Tekst")),
        observation("b", absent | {"text": "Ikke angitt"}, textual("Tekst")),
    ).items()
    assert [(item.name, item.codes) for item in found] == [("", ()), ("", ())]


@pytest.mark.parametrize(
    ("status", "behind", "pending", "preliminary", "state"),
    [
        ("unknown", "9", True, True, "waiting"),
        ("unknown", "14", False, False, "s14"),
        ("unknown", "", False, False, "unknown"),
        ("registered", "", True, False, "waiting"),
        ("final", "", False, False, ""),
    ],
)
def test_the_codes_behind_a_status_that_says_less_are_used(
    status: str, behind: str, pending: bool, preliminary: bool, state: str
) -> None:
    item = observation("a", nlk("X", "x"), status=status)
    if behind:
        inner = [{"url": "status", "valueCoding": coding("8245", behind)}]
        item["extension"].append({"url": OWN + "result-status", "extension": inner})
    found = only(report(), item).items()[0]
    assert (found.pending, found.preliminary, state_of(found)) == (pending, preliminary, state)


def test_a_changed_result_that_still_is_preliminary_says_both() -> None:
    item = observation("a", nlk("X", "x"), quantity("1"), status="amended")
    inner = [{"url": "status", "valueCoding": coding("8245", "2")}]
    item["extension"].append({"url": OWN + "result-status", "extension": inner})
    assert state_of(only(report(), item).items()[0]) == "amended-preliminary"


def test_the_laboratory_is_the_organisation_that_sent_and_not_a_person_in_it() -> None:
    sender = role("st", "ST OLAVS HOSPITAL HF") | {"healthcareService": [{"display": "Patologi"}]}
    performers = [{"reference": f"PractitionerRole/{i}"} for i in ("doctor", "st")]
    found = only(report(performer=performers), sender, role("doctor", "ST OLAVS HOSPITAL HF", "Rita Lin"))
    assert found.laboratory == "ST OLAVS HOSPITAL HF, Patologi"


def test_a_requester_given_as_not_stated_is_not_stated() -> None:
    asked = request() | {"requester": {"display": "ikke oppgitt"}}
    assert only(report(), asked).requester == ""


def test_dates_ranges_and_coded_texts_are_values_too() -> None:
    items = only(
        report(),
        observation("a", nlk("A", "a"), {"valueDateTime": "2024-02-01"}),
        observation(
            "b", nlk("B", "b"), {"valueRange": {"low": {"value": 1, "unit": "g"}, "high": {"value": 2}}}
        ),
        observation("c", nlk("C", "c"), textual("", coding("8271", "KYSCHR", "Kytococcus schroeteri"))),
    ).items()
    assert [i.value.shown for i in items] == ["2024-02-01", "1 – 2", "Kytococcus schroeteri"]
    assert items[2].value.susceptibility == ""


@pytest.mark.parametrize(("code", "flag"), [("1", "high"), ("2", "low"), ("3", "outside"), ("", "")])
def test_only_the_laboratory_flags(code: str, flag: str) -> None:
    item = observation("a", nlk("A", "a"), quantity("6.0"), reference="3,6 - 5,0", flag=code)
    found = only(report(), item).items()[0]
    assert (found.flag, found.judged) == (flag, "above")


def test_a_cancelled_item_has_neither_value_nor_flag_but_keeps_its_comment() -> None:
    item = observation(
        "a",
        nlk("A", "a"),
        quantity("6.0"),
        reference="3,6 - 5,0",
        flag="1",
        status="cancelled",
        note="Feil prøve",
    )
    found = only(report(), item).items()[0]
    assert (found.value.kind, found.flag, found.judged, found.notes) == (
        "none",
        "",
        "undecided",
        ("Feil prøve",),
    )


def test_a_cancelled_report_keeps_what_the_laboratory_says_of_each_result() -> None:
    found = only(
        report(status="cancelled"),
        observation("a", nlk("A", "P-Kalium"), quantity("9"), status="cancelled", note="Hemolyse"),
    )
    assert (found.roots, found.comments) == ([], ("P-Kalium: Hemolyse",))


@pytest.mark.parametrize(
    ("low", "high", "shown", "unit"),
    [
        ({"value": 1, "unit": "g"}, {"value": 2, "unit": "g"}, "1 – 2", "g"),
        ({"value": 1, "unit": "g"}, {"value": 500, "unit": "mg"}, "1 g – 500 mg", ""),
    ],
)
def test_the_limits_of_a_range_keep_their_own_units(low: Json, high: Json, shown: str, unit: str) -> None:
    value = only(report(), observation("a", nlk("A", "a"), {"valueRange": {"low": low, "high": high}}))
    assert (value.items()[0].value.shown, value.items()[0].value.unit) == (shown, unit)


def test_a_cancelled_report_gives_no_results_and_keeps_its_comment() -> None:
    found = only(
        report(
            status="cancelled",
            extensions=(extension("comment", valueAnnotation={"text": "Avbestilt av rekvirent"}),),
        ),
        observation("a", nlk("A", "a"), quantity("6.0"), flag="1"),
    )
    assert found.roots == []
    assert found.comments == ("Avbestilt av rekvirent",)


@pytest.mark.parametrize("name", ["NILAR", "Norsk Helsenett SF", "NHN", "Pasientens prøvesvar"])
def test_the_national_service_is_never_the_requester(name: str) -> None:
    assert only(report(), request("nhn"), role("nhn", name)).requester == ""
    assert only(report()).requester == "Magnar Koman, Kattskinnet legesenter"


def test_preliminary_is_read_from_7306_also_when_the_report_is_amended() -> None:
    marks = (
        extension("report-status", valueCoding=coding("7306", "P")),
        extension("service-type", valueCoding=coding("7309", "M")),
    )
    found = only(report(status="amended", extensions=marks))
    assert (found.preliminary, found.service_type) == (True, "M")
    assert not only(report(status="amended")).preliminary
    assert only(report(status="preliminary")).preliminary


def test_coded_comments_that_must_stand_out_do() -> None:
    codes = [
        coding("8269", "VA", "Vesentlig avvik"),
        coding("8269", "TA", "Telefonsvar avgitt"),
        coding("8269", "Q"),
    ]
    marks = tuple(extension("comment", valueCodeableConcept={"coding": [code]}) for code in codes)
    found = only(report(extensions=marks))
    assert found.prominent == ("TA", "VA")
    assert found.comments == ()


def test_a_report_marked_as_a_test_says_so() -> None:
    assert only(report(meta={"security": [{"code": "HTEST"}]})).test
    assert not only(report()).test


def test_what_is_ordered_and_not_answered_is_found_through_the_tree() -> None:
    found = only(
        report(status="registered"),
        observation("a", nlk("A", "Kalium"), status="registered"),
        observation("b", nlk("B", "Dyrkning"), status="preliminary"),
        observation("c", nlk("C", "Svar"), quantity("1"), status="preliminary"),
        observation("d", local("Gruppe"), status="registered", members=("e",)),
        observation("e", nlk("E", "I gruppe"), status="registered"),
        observation("f", local("Røntgen"), textual("Tekst"), status="preliminary", members=("g",)),
        observation("g", nlk("G", "UL lever"), status="preliminary"),
        observation("h", nlk("H", "Ferdig uten verdi")),
    )
    assert [item.name for item in unanswered(found.roots)] == ["Kalium", "Dyrkning", "I gruppe"]


@pytest.mark.parametrize(
    "broken",
    [
        {"resourceType": "DiagnosticReport"},
        {
            "resourceType": "DiagnosticReport",
            "id": "x",
            "code": "CLIN",
            "extension": "?",
            "performer": {},
            "result": [7],
        },
        {"resourceType": "Observation", "id": "y", "hasMember": "y", "valueQuantity": {"value": "NaN"}},
        {
            "resourceType": "Observation",
            "id": "z",
            "referenceRange": [None],
            "interpretation": [{}],
            "note": 3,
        },
    ],
)
def test_an_oddly_formed_resource_hides_no_other(broken: Json) -> None:
    found = reports_of(
        bundle(report(results=("a", "y", "z")), observation("a", nlk("A", "a"), quantity("1")), broken)
    )
    shown = next(r for r in found if r.id == "r1")
    assert "a" in [item.id for item in shown.items()]


def test_an_empty_bundle_has_no_reports() -> None:
    assert reports_of({"resourceType": "Bundle"}) == []
