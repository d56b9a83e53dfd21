"""Cases that depend on earlier versions, sent through the intake and read at the FHIR look-up.

The numbers are those of the cases in the clinical rules.
"""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from results_service.reports.showing import NOTICE_URL
from tests.integration.expectations.compare import differences, moment
from tests.integration.expectations.conftest import Service
from tests.integration.expectations.facts import Facts, Json, dated, expectations
from tests.shared import requires_shared

pytestmark = requires_shared
EXPECTED = expectations()

BIOKJEMI = tuple(f"official/Svar_biokjemi_v1-4_{kind}.xml" for kind in ("Ny", "Endring", "Kansellering"))
HISTOLOGI = tuple(
    f"official/Svar_patologi_histologi_v1-4_{kind}.xml" for kind in ("Ny", "Endring", "Tillegg")
)
CULTURE = (
    "field/04607403_reultMIK_message1_unilab.xml",
    "field/04607403_reultMIK_message2_unilab - foreløpig rapport.xml",
    "field/04607403_reultMIK_message3_unilab.xml",
)
ONE_NUMBER = (
    "field/01-KlinKj01FURSTanonym.xml",
    "field/2021-03-18-KlinKj uten ansvarlig for rapport.xml",
    "field/2021-03-19-KlinKj uten ansvarlig for rapport.xml",
)
TWO_PERSONS = ("field/SVAR_CLIN 1 unilab_ENDRING.xml", "field/SVAR_CLIN unilab  (2).xml")
QUOTED = (
    "field/5 - 2021.10 August DDFL September - Svarrapport.v1.4 NY .xml",
    "field/6 - 2021.10 August DDFL September - Svarrapport.v1.4 ENDRET .xml",
)
IMMUNOLOGI = tuple(f"official/Svar_immunologi_v1-4_{kind}.xml" for kind in ("Ny", "Endring", "Kansellering"))
RADIOLOGI = tuple(f"official/Svar_radiologi{kind}_v1-4_Ny.xml" for kind in ("", "_til_kommune"))


def agree(name: str, facts: Facts, **changed: str) -> None:
    """Fail with every difference between what is shown and what is expected of a message."""
    found = differences(EXPECTED[name] | changed, facts)
    assert not found, f"{name}\n" + "\n".join(found)


def notices(facts: Facts) -> list[Json]:
    """The notices of the shown report, each as its parts."""
    (report,) = facts.of("DiagnosticReport")
    return [
        {part["url"]: part for part in found["extension"]}
        for found in report["extension"]
        if found["url"] == NOTICE_URL
    ]


def said(facts: Facts) -> list[str]:
    """The codes of the notices."""
    return [found["code"]["valueCode"] for found in notices(facts)]


def error(outcome: Json) -> tuple[Any, list[Any]]:
    """Status and error codes of an outcome."""
    return outcome["status"], [problem["code"] for problem in outcome["errors"]]


@pytest.mark.parametrize("order", list(permutations(BIOKJEMI[:2])), ids=["in order", "change first"])
async def test_case_2_given_a_change_when_taken_in_then_the_whole_new_version_is_shown(
    service: Service, order: tuple[str, ...]
) -> None:
    outcomes = {name: await service.take(name) for name in order}
    facts = await service.shown(BIOKJEMI[1], outcomes[BIOKJEMI[1]])
    agree(BIOKJEMI[1], facts)
    assert said(facts) == []
    assert [v["status"] for v in await service.versions(BIOKJEMI[1])] == ["amended", "final"]


@pytest.mark.parametrize("order", list(permutations(BIOKJEMI)), ids=lambda o: "-".join(n[28:30] for n in o))
async def test_case_3_given_a_cancellation_when_taken_in_in_any_order_then_nothing_but_it_is_shown(
    service: Service, order: tuple[str, ...]
) -> None:
    outcomes = {name: await service.take(name) for name in order}
    cancelled = BIOKJEMI[2]
    agree(cancelled, await service.shown(cancelled, outcomes[cancelled]))
    assert await service.entries(cancelled, "Observation", []) == []
    assert [v["status"] for v in await service.versions(cancelled)] == ["cancelled", "amended", "final"]


async def test_case_4_given_a_cancellation_of_another_report_under_the_same_message_id_then_it_waits(
    service: Service,
) -> None:
    outcome = await service.take(IMMUNOLOGI[1])
    held = await service.take(IMMUNOLOGI[2])
    assert error(held) == ("needs-attention", ["message-id-reused"])
    assert held["id"] != outcome["id"]
    agree(IMMUNOLOGI[1], await service.shown(IMMUNOLOGI[1], outcome))


async def test_case_4_given_the_same_chain_in_v1_3_then_the_cancellation_reaches_its_report(
    service: Service,
) -> None:
    names = [name.replace("v1-4", "v1-3") for name in IMMUNOLOGI]
    for name in names:
        assert error(await service.take(name)) == ("processed", [])
    (report,) = await service.reports(names[0])
    assert (report["status"], report.get("result", [])) == ("cancelled", [])
    assert moment(report["issued"]) == moment("2017-09-02T16:56:31+02:00")


async def test_case_7_given_histology_when_it_grows_then_each_step_is_shown_whole(service: Service) -> None:
    for name in HISTOLOGI:
        facts = await service.shown(name, await service.take(name))
        agree(name, facts)
        assert "gone-from-report" not in said(facts)


@pytest.mark.parametrize("order", list(permutations(HISTOLOGI)), ids=lambda o: "-".join(n[33:35] for n in o))
async def test_case_7_given_histology_in_any_order_then_the_addendum_is_shown_with_its_history(
    service: Service, order: tuple[str, ...]
) -> None:
    outcomes = {name: await service.take(name) for name in order}
    facts = await service.shown(HISTOLOGI[2], outcomes[HISTOLOGI[2]])
    agree(HISTOLOGI[2], facts)
    assert "gone-from-report" not in said(facts)
    versions = await service.versions(HISTOLOGI[2])
    assert [v["status"] for v in versions] == ["appended", "amended", "preliminary"]


async def test_case_9_given_a_culture_when_it_grows_then_each_step_says_what_it_is(service: Service) -> None:
    for name in CULTURE:
        agree(name, await service.shown(name, await service.take(name)))


@pytest.mark.parametrize("order", list(permutations(CULTURE)), ids=lambda o: "-".join(n[31] for n in o))
async def test_case_9_given_a_culture_in_any_order_then_the_final_answer_is_shown(
    service: Service, order: tuple[str, ...]
) -> None:
    outcomes = {name: await service.take(name) for name in order}
    facts = await service.shown(CULTURE[2], outcomes[CULTURE[2]])
    agree(CULTURE[2], facts)
    assert said(facts) == []


async def test_case_12_given_three_samples_under_one_number_then_only_the_first_is_shown(
    service: Service,
) -> None:
    first, *later = ONE_NUMBER
    outcome = await service.take(first)
    for name in later:
        assert error(await service.take(name)) == ("needs-attention", ["report-number-reused"])
    facts = await service.shown(first, outcome)
    agree(first, facts)
    assert said(facts) == ["report-number-reused"]
    assert facts.item(1)["value"] == "13.3"


async def test_case_12_given_one_of_them_alone_then_it_is_shown_without_a_flag_of_ours(
    service: Service,
) -> None:
    name = ONE_NUMBER[2]
    facts = await service.shown(name, await service.take(name))
    agree(name, facts)
    potassium = facts.item(9)
    assert (potassium["name"], potassium["value"], potassium["ref"]) == ("S-Kalium", "6.0", "3,6 - 5,0")
    assert "flag" not in potassium


async def test_case_13_given_another_person_under_the_number_then_it_waits_and_the_first_is_warned(
    service: Service,
) -> None:
    outcome = await service.take(TWO_PERSONS[0])
    assert error(await service.take(TWO_PERSONS[1])) == ("needs-attention", ["person-changed"])
    facts = await service.shown(TWO_PERSONS[0], outcome)
    agree(TWO_PERSONS[0], facts)
    assert said(facts) == ["person-changed"]
    for kind in ("DiagnosticReport", "Observation", "ServiceRequest", "Specimen", "PractitionerRole"):
        assert await service.entries(TWO_PERSONS[1], kind, []) == []


@pytest.mark.parametrize("order", list(permutations(QUOTED)), ids=["in order", "change first"])
async def test_case_15_given_a_comment_that_quotes_another_value_then_both_are_shown(
    service: Service, order: tuple[str, ...]
) -> None:
    outcomes = {name: await service.take(name) for name in order}
    facts = await service.shown(QUOTED[1], outcomes[QUOTED[1]])
    agree(QUOTED[1], facts, report_date="2021-10-04T09:04:10+02:00")
    assert [facts.item(n).get("history") for n in range(1, 9)].count("true") == 6
    assert "gone-from-report" not in said(facts)
    withdrawn = facts.observations[0]["id"]
    (quoted,) = [n for n in notices(facts) if n["item"]["valueReference"]["reference"].endswith(withdrawn)]
    assert quoted["code"]["valueCode"] == "comment-disagrees"
    assert quoted["stated"]["valueString"] == "11"
    assert quoted["stored"]["valueQuantity"]["value"] == "21"
    assert {dated(v, "nilar-report-date") for v in await service.versions(QUOTED[1])} == {
        "2021-10-04T09:04:10+02:00"
    }


@pytest.mark.parametrize(
    ("names", "own"),
    [
        (RADIOLOGI, set()),
        (RADIOLOGI[::-1], set()),
        ((BIOKJEMI[0], BIOKJEMI[0].replace("v1-4", "v1-3")), {"id", "received", "receipt"}),
    ],
    ids=["for a municipality", "the municipality first", "in the other format"],
)
async def test_given_copies_then_one_version_and_the_first_receipt(
    service: Service, names: tuple[str, ...], own: set[str]
) -> None:
    """In the other format there is a receipt of that format's form, which says the same."""
    outcomes = [await service.take(name) for name in names]
    first, second = ({k: v for k, v in outcome.items() if k not in own} for outcome in outcomes)
    assert first == second
    agree(names[0], await service.shown(names[0], outcomes[0]))
    assert len(await service.versions(names[0])) == 1


@pytest.mark.parametrize(
    "name", [n for n, e in EXPECTED.items() if e["status"] in ("cancelled", "amended", "appended")]
)
async def test_given_a_change_or_cancellation_alone_then_it_is_kept_and_shown_as_what_it_is(
    service: Service, name: str
) -> None:
    outcome = await service.take(name)
    assert error(outcome) == ("processed", [])
    agree(name, await service.shown(name, outcome))
