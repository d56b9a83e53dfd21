"""Units: UCUM only where sure. Systems: the guide's URLs, else the OID."""

from __future__ import annotations

import pytest

from results_service.codes import is_unit, system_oid, system_url, ucum


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("mmol/L", "mmol/L"),
        ("umol/L", "umol/L"),
        ("µmol/L", "umol/L"),  # micro sign
        ("μmol/L", "umol/L"),  # Greek letter
        ("10E9/L", "10*9/L"),
        ("10^9 /L", "10*9/L"),
        ("10#9/L", "10*9/L"),
        ("x 10E9/L", "10*9/L"),
        ("10E12/L", "10*12/L"),
        ("IU/L", "[IU]/L"),
        ("kU/L", "kU/L"),
        ("10E-3 IU/L", "m[IU]/L"),
        ("mL/min/1,73m2", "mL/min/{1.73_m2}"),
        ("mL/min/1.73m2", "mL/min/{1.73_m2}"),
        ("ml/min/1,73 m2", "mL/min/{1.73_m2}"),
        ("%", "%"),
        ("pg", "pg"),
        ("kg/m2", "kg/m2"),
        ("µkat/kg", "ukat/kg"),
        ("°C", "Cel"),
    ],
)
def test_known_units(sent: str, code: str) -> None:
    assert ucum(sent) == code


@pytest.mark.parametrize(
    "sent", ["10E-3/L", "0", "", "p.d.e.", "MMOL/L", "Mmol/L", "10E8/L", "arb.enh./l", "10E9"]
)
def test_no_unit_is_guessed(sent: str) -> None:
    assert ucum(sent) is None


@pytest.mark.parametrize(
    ("sent", "expected"), [("0", False), ("", False), (" ", False), ("1", True), ("g/L", True)]
)
def test_what_is_a_unit(sent: str, expected: bool) -> None:
    assert is_unit(sent) is expected


@pytest.mark.parametrize(
    ("number", "name"),
    [("7280", "7280-nlk"), ("7270", "7270-ncrp"), ("7010", "7010-norpat"), ("8202", "8202")],
)
def test_the_guides_systems(number: str, name: str) -> None:
    oid = f"2.16.578.1.12.4.1.1.{number}"
    url = f"http://ehelse.no/fhir/CodeSystem/no-kodeverk-{name}"
    assert system_url(oid) == url
    assert system_oid(url) == oid


def test_other_systems_stay_oids() -> None:
    assert system_url("2.16.578.1.12.4.1.1.7230") == "urn:oid:2.16.578.1.12.4.1.1.7230"
    assert system_oid("urn:oid:1.2.3") == "1.2.3"
    assert system_url("") == ""
    assert system_url("http://example.org/cs") == "http://example.org/cs"
