"""Numbers on the page: every digit that was sent, with the comma that references are written with."""

from __future__ import annotations

import pytest

from portal.citizen.results.transform import own_reports
from portal.clients.beside import number_text
from portal.clinician.results.transform.values import Value, value_of


@pytest.mark.parametrize(
    ("sent", "shown"),
    [("13.80", "13,80"), ("-0.04", "-0,04"), ("325", "325"), ("", ""), ("1200.5", "1200,5")],
)
def test_every_digit_stays_and_the_point_is_a_comma(sent: str, shown: str) -> None:
    assert number_text(sent) == shown


def test_a_doctor_and_their_patient_read_the_same_number() -> None:
    quantity = {"value": "13.80", "comparator": "<", "unit": "g/dL"}
    observation = {"resourceType": "Observation", "id": "o", "status": "final", "valueQuantity": quantity}
    report = {"resourceType": "DiagnosticReport", "id": "r", "result": [{"reference": "Observation/o"}]}
    bundle = {"entry": [{"resource": report}, {"resource": observation}]}
    seen = value_of(observation)
    assert f"{seen.shown} {seen.unit}" == "< 13,80 g/dL" == own_reports(bundle)[0].lines[0].value


def test_dates_and_texts_keep_their_points() -> None:
    assert Value("date", number="2025-01-01T08:00:00.5Z").shown == "2025-01-01T08:00:00.5Z"
    assert Value("text", text=">100.000 pr.ml.").shown == ">100.000 pr.ml."
