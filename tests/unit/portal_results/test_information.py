"""What stands around the results: information of the requisition, and the samples."""

from __future__ import annotations

from tests.unit.portal_results.build import (
    coding,
    extension,
    nlk,
    observation,
    only,
    report,
    request,
    susceptible,
)


def test_information_of_the_request_and_the_report_is_kept() -> None:
    found = only(
        report(
            extensions=(
                extension(
                    "inf-item",
                    extension=[
                        extension("inf-item-type", valueCodeableConcept={"text": "Aktuell medikasjon"}),
                        extension("inf-item-descr", valueString="Marevan"),
                        extension("inf-item-start", valueDateTime="2024-01-31"),
                    ],
                ),
            )
        ),
        request(
            reasonCode=[{"coding": [coding("8231", "PROB", "Aktuell problemstilling")], "text": "Feber"}],
            note=[{"text": "Haster"}],
        ),
    )
    assert [(i.heading, i.text) for i in found.information] == [
        ("Aktuell problemstilling", "Feber"),
        ("", "Haster"),
        ("Aktuell medikasjon", "Marevan\n31.01.2024"),
    ]


def test_the_sample_is_read() -> None:
    specimen = {
        "resourceType": "Specimen",
        "id": "s1",
        "type": {"text": "Blodkultur"},
        "collection": {"collectedDateTime": "2021-01-05T10:00:00+01:00", "bodySite": {"text": "Venstre arm"}},
        "accessionIdentifier": {"value": "53000113A1"},
        "note": [{"text": "Redusert allmenntilstand"}],
    }
    found = only(
        report(specimen=[{"reference": "Specimen/s1"}]),
        specimen,
        observation("a", nlk("A", "a"), susceptible("S", "Sensitiv"), specimen={"reference": "Specimen/s1"}),
    )
    assert found.samples[0].numbers == ("53000113A1",)
    assert (found.samples[0].name, found.samples[0].body_site) == ("Blodkultur", "Venstre arm")
    assert found.items()[0].specimen == "Blodkultur"


def test_what_was_done_with_a_sample_is_read() -> None:
    specimen = {
        "resourceType": "Specimen",
        "id": "s1",
        "type": {"coding": [coding("8351", "P", "Plasma")], "text": "Blod"},
        "container": [{"additiveCodeableConcept": {"text": "Litiumheparin"}}],
        "extension": [
            extension(
                "pretreatment",
                valueCodeableConcept={"coding": [coding("8232", "F", "Fastende")], "text": "12 timer"},
            ),
            extension("sample-handling", valueString="Sentrifugert"),
        ],
    }
    found = only(report(specimen=[{"reference": "Specimen/s1"}]), specimen)
    assert found.samples[0].name == "Blod"
    assert found.samples[0].details == ("Plasma", "Fastende: 12 timer", "Litiumheparin", "Sentrifugert")
