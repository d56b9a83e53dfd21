"""The panel of release: how a report stands for the patient, in one word."""

from __future__ import annotations

from typing import Any

import pytest

from portal.clinician.release.transform import release_view


def parameters(level: int, *done: str, preliminary: bool = False, **more: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = [
        {"name": "class", "valueInteger": level},
        {"name": "preliminary", "valueBoolean": preliminary},
        {"name": "released", "valueBoolean": "released" in done},
    ]
    found += [
        {
            "name": kind,
            "part": [
                {"name": "at", "valueDateTime": "2026-11-22T23:30:00+00:00"},
                {"name": "by", "valueString": "Magnar Koman"},
                {"name": "organisation", "valueString": "Fjordvik legesenter"},
                {"name": "agreed", "valueBoolean": False},
            ],
        }
        for kind in done
    ]
    found += [{"name": name.replace("_", "-"), "valueDateTime": value} for name, value in more.items()]
    return {"resourceType": "Parameters", "parameter": found}


@pytest.mark.parametrize(
    ("sent", "stands", "can_release"),
    [
        (parameters(1), "at-once", True),
        (parameters(1, "released"), "released", True),
        (parameters(2), "waits-2", True),
        (parameters(2, "reviewed"), "reviewed", True),
        (parameters(2, "reviewed", preliminary=True), "preliminary", True),
        (parameters(3), "waits-3", True),
        (parameters(3, "reviewed"), "waits-3", True),
        (parameters(3, "reviewed", "released"), "released", True),
        (parameters(4), "never", False),
        (parameters(4, "reviewed"), "never", False),
        ({}, "never", False),
    ],
)
def test_how_a_report_stands(sent: dict[str, Any], stands: str, can_release: bool) -> None:
    view = release_view(sent)
    assert (view.stands, view.can_release) == (stands, can_release)


def test_who_did_what_and_when_it_shows_itself() -> None:
    view = release_view(parameters(2, "reviewed", by_itself="2026-12-04T10:00:00+00:00"))
    (done,) = view.done
    assert (done.by, done.day) == ("Magnar Koman, Fjordvik legesenter", "23.11.2026")
    assert view.by_itself == "04.12.2026"


@pytest.mark.parametrize(
    ("level", "done", "stands"), [(2, (), "agreed"), (2, ("reviewed",), "reviewed"), (3, (), "waits-3")]
)
def test_a_standing_agreement_shows_class_two_alone(level: int, done: tuple[str, ...], stands: str) -> None:
    sent = parameters(level, *done)
    parts = [
        {"name": "id", "valueId": "a1"},
        {"name": "by", "valueString": "Magnar Koman"},
        {"name": "at", "valueDateTime": "2026-11-22T23:30:00+00:00"},
    ]
    sent["parameter"].append({"name": "agreement", "part": parts})
    view = release_view(sent)
    assert (view.stands, view.agreement, view.agreed_by) == (stands, "a1", "Magnar Koman")
    assert (view.agreed_day, view.can_agree) == ("23.11.2026", level == 2)
