"""A substitute for a listed GP: the period, and a place at the office."""

from __future__ import annotations

import pytest

from tests.conftest import TestDatabase
from tests.integration.core_record.administering import (
    GP_OFFICE,
    KOMAN,
    LIN,
    NEIGHBOUR_OFFICE,
    Call,
    app,
    call,
    rows,
)

__all__ = ["app", "call"]
pytestmark = pytest.mark.usefixtures("registers")


def substitute(**changed: object) -> dict[str, object]:
    return {
        "hpr_number": KOMAN,
        "substitute_hpr": "9900365",
        "org_number": GP_OFFICE,
        "valid_from": "2026-12-01",
        "valid_to": "2026-12-31",
        "reason": "holiday",
    } | changed


async def test_a_substitute_gets_the_period_and_a_place_at_the_office(
    call: Call, postgres: TestDatabase
) -> None:
    assert (await call("/substitutes", substitute())).json() == {"changed": True}
    assert (await call("/substitutes", substitute())).json() == {"changed": False}
    (one,) = (await call("/gp-lists/_search", {"words": "koman"})).json()["items"]
    assert (one["office"], one["patients"]) == ("Fjordvik legesenter", 7)
    assert one["substitutes"] == [
        {
            "hpr_number": "9900365",
            "name": "Samira Haugland",
            "valid_from": "2026-12-01",
            "valid_to": "2026-12-31",
        }
    ]
    link = (
        "SELECT valid_from::text, valid_to::text FROM core_record.employment WHERE org_number = '313900541'"
    )
    assert ("2026-12-01", "2026-12-31") in rows(postgres, link)
    end = substitute(valid_to="2026-12-10", was="2026-12-31", reason="correction")
    assert (await call("/substitutes/end", end)).json() == {"changed": True}
    assert ("2026-12-01", "2026-12-10") in rows(postgres, link)
    assert (await call("/changes/_search", {})).json()["items"][0]["name"] == "Samira Haugland"


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"org_number": NEIGHBOUR_OFFICE, "hpr_number": LIN}, 403, "office-not-yours"),
        ({"substitute_hpr": KOMAN}, 422, "own-substitute"),
        ({"substitute_hpr": "9999999"}, 422, "substitute-unknown"),
        ({"substitute_hpr": "9900101"}, 422, "substitute-not-authorised"),
        ({"hpr_number": LIN}, 422, "gp-unknown"),
        ({"valid_to": "2026-11-30"}, 422, "period-backwards"),
        ({"reason": "hired"}, 422, "reason-unknown"),
    ],
)
async def test_a_substitute_that_cannot_be_is_refused(
    call: Call, changed: dict[str, object], status: int, code: str
) -> None:
    answer = await call("/substitutes", substitute(**changed))
    assert (answer.status_code, answer.json()["title"]) == (status, code)
