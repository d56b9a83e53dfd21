"""When a medicine conflicts with an allergy: a table of cases, and what holds for all names and codes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journal_api.journal.coding import FORMS
from journal_api.journal.medication.reactions import conflict, reactions, words

SAME, GROUP, CROSS = "same-substance", "same-group", "cross-reactive"


def atc(code: str, display: str = "Kode") -> dict[str, str]:
    return {"system": "atc", "code": code, "display": display}


@pytest.mark.parametrize(
    ("substance", "coding", "name", "code", "expected"),
    [
        ("Penicilliner", atc("J01C"), "Amoxicillin", atc("J01CA04"), (SAME, "high")),
        ("Amoxicillin", atc("J01CA04"), "Uvisst", atc("J01C"), (SAME, "high")),
        ("Utslett av medisin", atc("J01CE02"), "Metformin", atc("A10BA02"), None),
        ("Penicillin", None, "Apocillin 660 mg", None, (GROUP, "high")),
        ("Penicillin", None, "Uten navn", atc("J01CE02"), (GROUP, "high")),
        ("Penicillin", None, "Penicillamin", atc("M01CC01"), None),
        ("APOCILLIN", None, "Apocillin 660 mg tabletter", None, (SAME, "high")),
        ("Allergisk mot ibuprofen", None, "Ibuprofen 400 mg", None, (SAME, "high")),
        ("Kodein", None, "Preparat", atc("N02AJ06", "Kodein og paracetamol"), (SAME, "high")),
        ("Ibux", None, "Voltaren", atc("M01AB05"), (GROUP, "high")),
        ("Albyl-E", None, "Ibux", None, (GROUP, "high")),
        ("Acetylsalisylsyre", None, "Celebra", atc("M01AH01"), (CROSS, "low")),
        ("Ibuprofen", None, "Glukosamin", atc("M01AX05"), None),
        ("Ibuprofen", None, "Paracet", atc("N02BE01"), None),
        ("Penicillin", None, "Keflex", atc("J01DB01"), (CROSS, "low")),
        ("Cefaleksin", None, "Apocillin", atc("J01CE02"), (CROSS, "low")),
        ("Meropenem", None, "Apocillin", atc("J01CE02"), (CROSS, "low")),
        ("Penicillin", None, "Azitromycin", atc("J01FA10"), None),
        ("Sulfa", None, "Bactrim", atc("J01EE01"), (GROUP, "high")),
        ("Sulfa", None, "Furosemid", atc("C03CA01"), None),
        ("Sulfa", None, "Ferrosulfat", atc("B03AA07"), None),
        ("Sulfa", None, "Trimetoprim", atc("J01EA01"), None),
        ("Kodein", None, "Morfin", atc("N02AA01"), (GROUP, "low")),
        ("Enalapril", None, "Losartan", atc("C09CA01"), (CROSS, "low")),
        ("Lamotrigin", None, "Tegretol", atc("N03AF01"), (GROUP, "high")),
        ("Heparin", None, "Fragmin", atc("B01AB04"), (GROUP, "high")),
        ("Heparin", None, "Danaparoid", atc("B01AB09"), None),
        ("Røntgenkontrast", None, "Omnipaque", atc("V08AB02"), (GROUP, "high")),
        ("Bjørkepollen", None, "Metformin", atc("A10BA02"), None),
        ("Peanøtter", None, "Ibux", atc("M01AE01"), None),
        ("Egg", None, "Metformin 500 mg", None, None),
        ("500 mg", None, "Metformin 500 mg", None, None),
    ],
)
def test_what_conflicts(
    substance: str, coding: Any, name: str, code: Any, expected: tuple[str, str] | None
) -> None:
    allergy = {"substance": substance} | ({"coding": coding} if coding else {})
    found = conflict(allergy, {"name": name} | ({"atc": code} if code else {}))
    assert (found and (found.ground, found.degree)) == expected


def test_the_table_names_codes_that_can_be_and_only_groups_that_are_there() -> None:
    table = reactions()
    for group in table.groups.values():
        assert all(FORMS["atc"].fullmatch(code) for code in (*group.atc, *group.but))
        assert all(code.startswith(group.atc) for code in group.but)
        assert group.label.keys() == {"nb", "nn", "en"}
        assert group.source
        assert all(words(name.replace("*", "")) for name in group.names)
    for crossing in table.crossing:
        assert set(crossing.between) <= table.groups.keys()
        assert crossing.source


CODES = st.sampled_from(
    sorted(code + "01"[: max(0, 7 - len(code))] for g in reactions().groups.values() for code in g.atc)
)
NAMES = st.sampled_from(
    sorted(n.replace("*", "") for g in reactions().groups.values() for n in g.names)
) | st.text("abcdeæøå ", min_size=1, max_size=20)


@given(NAMES, NAMES, CODES | st.none(), CODES | st.none())
def test_case_and_strength_never_decide_and_the_order_of_the_two_changes_nothing(
    one: str, other: str, first: str | None, second: str | None
) -> None:
    def found(substance: str, name: str, ours: str | None, theirs: str | None) -> Any:
        allergy = {"substance": substance} | ({"coding": atc(ours, "500 mg")} if ours else {})
        return conflict(allergy, {"name": name} | ({"atc": atc(theirs, "500 mg")} if theirs else {}))

    ground = found(one, other, first, second)
    assert found(one.upper(), f"{other} 500 mg tabletter", first, second) == ground
    assert found(other, one, second, first) == ground


@given(CODES)
def test_given_an_allergy_to_a_code_then_the_same_code_always_conflicts(code: str) -> None:
    found = conflict(
        {"substance": "Noe", "coding": atc(code)}, {"name": "Noe annet enn det", "atc": atc(code)}
    )
    assert found is not None
    assert found.ground == SAME
