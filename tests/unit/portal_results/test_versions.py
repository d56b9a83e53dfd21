"""Earlier versions, and what each change did."""

from __future__ import annotations

from portal.clinician.results.transform.reports import Report
from portal.clinician.results.transform.versions import Change, differences, rows_of, versions_of
from tests.unit.portal_results.build import (
    GP,
    LAB,
    Json,
    coding,
    extension,
    local,
    nlk,
    observation,
    quantity,
    report,
    textual,
)

FT4, HB, WBC = nlk("NOR05863", "Us-FT4"), nlk("NOR05172", "B-Hemoglobin"), nlk("NPU02593", "B-Leukocytter")


def history(*versions: list[Json]) -> list[Report]:
    """A history Bundle, newest first as the service gives it; the versions are given oldest first."""
    resources = [resource for version in reversed(versions) for resource in (*version, LAB, GP)]
    bundle = {"resourceType": "Bundle", "type": "history", "entry": [{"resource": r} for r in resources]}
    return versions_of(bundle)


def version(day: int, status: str, *items: Json, seventhreeosix: str = "") -> list[Json]:
    marks = (
        (extension("report-status", valueCoding=coding("7306", seventhreeosix)),) if seventhreeosix else ()
    )
    return [report(status=status, issued=f"2024-03-0{day}T10:00:00+01:00", extensions=marks), *items]


FIRST = version(
    1,
    "final",
    observation("a", FT4, quantity("21", "pmol/L")),
    observation("b", WBC, quantity("15.0", "10E9/L")),
    observation("c", HB, quantity("14.1", "g/dL")),
    observation("d", nlk("NPU19748", "P-CRP"), quantity("3")),
)
SECOND = version(
    2,
    "amended",
    observation("a", FT4, status="cancelled", note="Svaret er trukket tilbake, det forrige svaret var 11."),
    observation("b", WBC, quantity("12.0", "10E9/L"), status="amended", note="det forrige svaret var 15"),
    observation("c", HB, quantity("14.1", "g/dL")),
    observation("e", nlk("NPU01685", "P-INR"), quantity("1.1")),
)


def test_versions_are_told_apart_and_ordered_by_their_own_date() -> None:
    found = history(FIRST, SECOND)
    assert [(r.status, len(r.items())) for r in found] == [("final", 4), ("amended", 4)]


def test_a_change_says_what_it_did_to_each_item() -> None:
    first, second = history(FIRST, SECOND)
    assert differences(first, second) == [
        Change("cancelled", "Us-FT4", "21 pmol/L", ""),
        Change("changed", "B-Leukocytter", "15,0 10E9/L", "12,0 10E9/L"),
        Change("new", "P-INR", "", "1,1"),
        Change("gone", "P-CRP", "3", ""),
    ]


def test_the_rows_stand_newest_first_each_with_what_it_changed() -> None:
    shown = rows_of(history(FIRST, SECOND, version(3, "amended", *SECOND[1:], seventhreeosix="P")))
    assert [(v.number, v.issued, v.first, v.shown_now, v.preliminary) for v in shown] == [
        (3, "03.03.2024 10:00", False, True, True),
        (2, "02.03.2024 10:00", False, False, False),
        (1, "01.03.2024 10:00", True, False, False),
    ]
    assert [len(v.changes) for v in shown] == [0, 4, 0]


def test_nothing_is_said_of_the_items_of_a_cancelled_report() -> None:
    assert rows_of(history(FIRST, version(2, "cancelled")))[0].changes == []


def test_items_whose_ids_moved_are_matched_by_what_they_are() -> None:
    first, second = history(
        version(
            1, "preliminary", observation("1", FT4, quantity("21")), observation("2", HB, quantity("14"))
        ),
        version(2, "final", observation("1", HB, quantity("14")), observation("2", FT4, quantity("22"))),
    )
    assert differences(first, second) == [Change("changed", "Us-FT4", "21", "22")]


def test_a_pathology_part_repeated_as_history_is_not_gone() -> None:
    part = textual("Hud med ulcerasjon.", coding("8243", "FU", "Funn"))
    first, second = history(
        version(
            1, "preliminary", observation("1", local("Histologi"), members=("2",)), observation("2", {}, part)
        ),
        version(
            2,
            "final",
            observation("1", local("Histologi"), members=("2",)),
            observation("2", {}, textual("Endelig vurdering.")),
            observation("3", local("Histologi"), members=("4",), history=True),
            observation("4", {}, part),
        ),
    )
    assert [c.kind for c in differences(first, second)] == ["new"]


def test_an_addendum_before_the_answer_moves_the_texts_and_changes_none() -> None:
    def part(text: str) -> Json:
        return textual(text, coding("8243", "VU", "Vurdering"))

    answer, earlier, added = part("Ikke fri kant."), part("Immunfarging pågår."), part("Revurdert av to.")
    second, third = history(
        version(2, "final", observation("1", {}, answer), observation("2", {}, earlier)),
        version(
            3,
            "appended",
            observation("1", {}, added),
            observation("2", {}, answer, history=True),
            observation("3", {}, earlier, history=True),
        ),
    )
    assert differences(second, third) == [Change("new", "Vurdering", "", "Revurdert av to.")]


def test_no_versions_give_an_empty_history() -> None:
    assert rows_of(versions_of({"resourceType": "Bundle"})) == []
