"""The clinician's page learns from the answer that the patient has restricted some results."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from portal.clients.elements import Json
from portal.clinician.results.fetching import fetch_page

PVK = "http://nhn.no/fhir/nilar/CodeSystem/pvk-outcome-cs"


class Answering:
    """A client that gives one answer."""

    def __init__(self, *outcomes: Json) -> None:
        self.outcomes = outcomes

    async def search(self, resource: str, params: Sequence[tuple[str, str]]) -> Json:
        del resource, params
        entries = [{"resource": {"resourceType": "OperationOutcome", "issue": [o]}} for o in self.outcomes]
        return {"resourceType": "Bundle", "total": 0, "entry": entries}

    async def history(self, report_id: str, params: Sequence[tuple[str, str]] = ()) -> Json:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("outcomes", "restricted"),
    [
        ([], False),
        ([{"code": "suppressed", "details": {"coding": [{"system": PVK, "code": "General"}]}}], True),
        (
            [{"code": "suppressed", "details": {"coding": [{"system": "http://akson.no/x", "code": "y"}]}}],
            False,
        ),
        ([{"code": "informational"}], False),
    ],
)
async def test_an_outcome_of_the_guide_says_so(outcomes: list[Json], restricted: bool) -> None:
    page = await fetch_page(Answering(*outcomes), 0, 50)
    assert page.restricted is restricted
