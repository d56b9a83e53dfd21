"""One report as it is shown, by field of medicine."""

from __future__ import annotations

from portal.clinician.results.transform.narrative import blocks_of
from portal.clinician.results.transform.report_view import Fact, ReportView, view_of
from portal.clinician.results.transform.reports import Notice, reports_of
from portal.clinician.results.transform.richtext import Paragraph
from tests.unit.portal_results.build import (
    Json,
    bundle,
    coding,
    extension,
    local,
    nlk,
    observation,
    quantity,
    report,
    role,
    textual,
)


def view(*resources: Json) -> ReportView:
    return view_of(reports_of(bundle(*resources))[0])


HISTOLOGY = {"coding": [coding("8219", "A", "Histologisk undersøkelse")]}
FINDING = coding("8243", "FU", "Funn og undersøkelsesresultater")


def pathology() -> list[Json]:
    """An addendum, the final answer and the preliminary one, sent in another order."""
    return [
        report(kind="HIST", category="PAT", status="appended", results=("p", "f", "a")),
        observation("p", HISTOLOGY, history=True, investigated="2017-09-30", members=("p1",),
                    status="preliminary"),
        observation("p1", {}, textual("Avventer immunus.", FINDING)),
        observation("f", HISTOLOGY, history=True, investigated="2017-10-15", members=("f1",)),
        observation("f1", {}, textual("Ulcerasjon.", FINDING, coding("7010", "M38000", "ulcus UNS"))),
        observation("a", HISTOLOGY, investigated="2017-10-30", members=("a1",),
                    performer=[{"reference": "PractitionerRole/dr"}]),
        observation("a1", {}, textual("<p>Ikke holdepunkt<br/>for lymfom.</p>")),
        role("dr", person="Overlege Rita Lin"),
    ]  # fmt: skip


def test_pathology_shows_the_addendum_first_then_the_latest_final_with_history_marked() -> None:
    blocks = view(*pathology()).blocks
    assert [(b.id, b.level, b.history, b.state) for b in blocks] == [
        ("a", 0, False, ""),
        ("a1", 1, False, ""),
        ("f", 0, True, ""),
        ("f1", 1, True, ""),
        ("p", 0, True, "preliminary"),
        ("p1", 1, True, ""),
    ]
    assert (blocks[0].title, blocks[0].date, blocks[0].performer) == (
        "Histologisk undersøkelse", "30.10.2017", "Overlege Rita Lin",
    )  # fmt: skip
    assert blocks[1].paragraphs == [Paragraph("Ikke holdepunkt\nfor lymfom.")]
    assert (blocks[3].heading, blocks[3].codes) == ("Funn og undersøkelsesresultater", ["M38000 ulcus UNS"])


def test_radiology_is_text_with_its_examinations() -> None:
    shown = view(
        report(kind="UL", kind_name="Ultralyd", category="BLD", results=("t",)),
        observation("t", {}, textual("R: Stor lever.", coding("8243", "GR", "Gruppe")), members=("u", "v")),
        observation("u", {"coding": [coding("7270", "SJJ0AK", "UL Lever")]},
                    method={"coding": [coding("7270", "ZTX0EA", "Intravenøs kontrast")]}),
        observation("v", {"coding": [coding("7270", "SJM0AK", "UL Milt")]}, note="Lagt til"),
    )  # fmt: skip
    assert shown.discipline == "radiology"
    assert shown.rows == []
    assert [(b.title, [p.text for p in b.paragraphs]) for b in shown.blocks] == [
        ("UL Lever, Intravenøs kontrast", ["R: Stor lever."]),
        ("UL Milt", []),
    ]


def test_three_times_are_kept_apart() -> None:
    shown = view(
        report(effective="2024-03-02", issued="2024-03-02T10:00:00Z", specimen=[{"reference": "Specimen/s"}]),
        taken("s", "2024-02-29T08:00:00+01:00"),
    )
    assert (shown.sampled, shown.answered, shown.issued) == (
        "29.02.2024 08:00",
        "01.03.2024 12:00",
        "02.03.2024 11:00",
    )


def test_the_first_of_several_specimens_is_when_the_sampling_was() -> None:
    references = [{"reference": f"Specimen/{one}"} for one in ("a", "b")]
    shown = view(report(specimen=references), taken("a", "2024-02-20"), taken("b", "2024-02-10"))
    assert shown.sampled == "10.02.2024"


def test_a_date_of_answer_is_never_shown_as_the_sampling() -> None:
    [without] = reports_of(
        bundle(report(effective="2024-03-01", results=("o",)), observation("o", nlk("NPU03230", "P-Kalium")))
    )
    assert view_of(without).sampled == ""
    assert not without.sampling_known
    assert without.roots[0].effective == ""


def taken(specimen_id: str, when: str) -> Json:
    return {
        "resourceType": "Specimen",
        "id": specimen_id,
        "type": {"text": "Serum"},
        "collection": {"collectedDateTime": when},
    }


def test_what_stands_out_and_what_was_said_is_all_there() -> None:
    shown = view(
        report(
            extensions=(
                extension("comment", valueCodeableConcept={"coding": [coding("8269", "MSIS-M", "MSIS")]}),
                extension("comment", valueCodeableConcept={"coding": [coding("8269", "Q", "Annet")]}),
                extension("comment", valueAnnotation={"text": "Hemolyse\nNy prøve"}),
            )
        ),
        observation("a", nlk("A", "a"), quantity("1")),
    )
    assert (shown.prominent, shown.other_codes, shown.comments) == (
        ["MSIS-M"],
        ["Annet"],
        ["Hemolyse\nNy prøve"],
    )


def test_a_cancelled_report_shows_no_result_of_any_kind() -> None:
    shown = view(report(status="cancelled"), observation("a", local("x"), quantity("1"), flag="1"))
    assert shown.cancelled
    assert (shown.rows, shown.blocks, shown.resistance.drugs) == ([], [], [])


def test_measured_values_and_flags_in_pathology_are_not_lost() -> None:
    found = reports_of(
        bundle(
            report(kind="HIST", category="PAT"),
            observation("a", local("Ki-67"), quantity("20", "%"), flag="1", note="Høy"),
        )
    )[0]
    block = blocks_of(found)[0]
    assert (block.value, block.flag, block.notes) == ("20 %", "high", ["Høy"])


def test_a_sample_says_what_from_where_and_when() -> None:
    specimen = {
        "resourceType": "Specimen", "id": "s", "type": {"text": "Urin"},
        "collection": {"collectedDateTime": "2024-03-01"}, "accessionIdentifier": {"value": "800"},
    }  # fmt: skip
    assert view(report(specimen=[{"reference": "Specimen/s"}]), specimen).samples == [
        Fact("Urin", "01.03.2024 · 800")
    ]


def test_what_the_service_says_must_be_known_is_shown_and_gone_items_are_named() -> None:
    url = "http://akson.no/fhir/StructureDefinition/report-notice"

    def notice(code: str, **parts: Json) -> Json:
        inner = [
            {"url": "code", "valueCode": code},
            *({"url": name, **value} for name, value in parts.items()),
        ]
        return {"url": url, "extension": inner}

    shown = view(
        report(
            status="amended",
            extensions=(
                notice("report-number-reused"),
                notice(
                    "comment-disagrees",
                    item={"valueReference": {"reference": "Observation/a"}},
                    stated={"valueString": "11"},
                    stored={"valueQuantity": {"value": 21, "unit": "pmol/L"}},
                ),
                notice("gone-from-report", concept={"valueCodeableConcept": nlk("NPU19748", "P-CRP")}),
                notice("read-together", report={"valueReference": {"reference": "DiagnosticReport/r0"}}),
            ),
        ),
        observation("a", nlk("NOR05863", "Us-FT4"), status="cancelled", note="det forrige svaret var 11"),
    )
    assert shown.notices == [
        Notice("report-number-reused"),
        Notice("comment-disagrees", "Us-FT4", "NOR05863", "11", "21 pmol/L"),
        Notice("read-together", report_id="r0"),
    ]
    assert shown.gone == ["P-CRP (NPU19748)"]
