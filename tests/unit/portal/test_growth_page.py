"""A child's values on the page, against a growth reference: what is told, and how it is drawn."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest

from portal.clients.growth import Course, Growth, Line, Reference, Seen
from portal.clients.journal import Entry, Measure, Stamp
from portal.clinician.journal.growth import compared, note_of
from portal.clinician.journal.over_time import courses
from portal.clinician.results.transform.chart import NARROW, WIDE

AT = datetime(2026, 1, 10, 8, tzinfo=UTC)
MADE_UP = Reference("MADE UP FOR TESTS", "0", "nobody")
KG = Measure("kg", 0, 100, 3, {"nb": "Vekt", "nn": "Vekt", "en": "Weight"})
CM = Measure("cm", 0, 200, 1, {"nb": "Høyde", "nn": "Høgd", "en": "Height"})


def entry(measure: str, value: float, days: int = 0) -> Entry:
    at = AT + timedelta(days=days)
    stamp = Stamp("p", "Hanne Vik", at)
    body = {"measure": measure, "value": value}
    return Entry(f"{measure}-{days}", "Observation", 1, "final", at, "u", stamp, stamp, body)


def seen(value: float, days: int = 0, **said: Any) -> Seen:
    made = {"age_days": 200 + days, "corrected": False, "z": 0.5, "percentile": 69.1, **said}
    return Seen(AT + timedelta(days=days), value, **made)


def lines(*shares: tuple[int, float]) -> list[Line]:
    return [
        Line(percentile, [[(AT, 7 * share), (AT + timedelta(days=60), 9 * share)]])
        for percentile, share in shares
    ]


ALL = lines((3, 0.8), (10, 0.86), (25, 0.93), (50, 1), (75, 1.07), (90, 1.14), (97, 1.2))


def grown(*found: Course, **said: Any) -> Growth:
    return Growth(**{"child": True, "loaded": True, "gestation": 40.0, "courses": list(found), **said})


def test_given_a_reference_then_values_have_their_place_and_curves_lie_behind_them() -> None:
    growth = grown(Course("weight", [MADE_UP], [seen(7, z=-1.26, percentile=10.4), seen(9, 60)], ALL))
    (weight,) = courses([entry("weight", 7), entry("weight", 9, 60)], {"weight": KG}, growth)
    assert weight.source == "MADE UP FOR TESTS (0): nobody"
    newest, oldest = weight.rows
    assert (newest.place.z, newest.place.percentile, newest.place.age, newest.place.age_in) == (
        *("+0,5", "69"),
        *(8, "months"),
    )
    assert (oldest.place.z, oldest.place.percentile) == ("−1,3", "10")
    for chart, width in ((weight.wide, WIDE), (weight.narrow, NARROW)):
        assert len(chart.curves) == len(ALL)
        assert sorted(int(curve.label) for curve in chart.curves if curve.label) == [
            3,
            10,
            25,
            50,
            75,
            90,
            97,
        ]
        assert sum(curve.middle for curve in chart.curves) == 1
        assert all(curve.x < width for curve in chart.curves)
        places = [float(n) for curve in chart.curves for xy in curve.points.split() for n in xy.split(",")]
        assert min(places) >= 0
        assert max(places) <= width


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(2025, 1, 10), date(2025, 4, 9), (12, "weeks")),
        (date(2025, 1, 10), date(2025, 4, 10), (3, "months")),
        (date(2025, 1, 10), date(2026, 1, 9), (11, "months")),
        (date(2025, 1, 10), date(2026, 1, 10), (12, "months")),
        (date(2025, 1, 10), date(2027, 1, 9), (23, "months")),
        (date(2025, 1, 10), date(2027, 1, 10), (2, "years")),
        (date(2021, 1, 10), date(2024, 1, 9), (2, "years")),
        (date(2021, 1, 10), date(2024, 1, 10), (3, "years")),
        (date(2024, 2, 29), date(2025, 2, 28), (11, "months")),
        (date(2024, 2, 29), date(2025, 3, 1), (12, "months")),
    ],
)
def test_given_a_birthday_then_the_age_is_that_of_the_calendar(
    born: date, on: date, age: tuple[int, str]
) -> None:
    noon = datetime.combine(on, time(12), UTC)
    place = compared(Seen(noon, 10, age_days=(on - born).days, corrected=False, z=0.0, percentile=50.0))
    assert (place.age, place.age_in) == age


def test_given_little_room_then_labels_do_not_lie_on_each_other() -> None:
    near = lines((3, 0.99), (10, 0.995), (25, 0.998), (50, 1), (75, 1.002), (90, 1.005), (97, 1.01))
    growth = grown(Course("weight", [MADE_UP], [seen(7), seen(30, 60)], near))
    (weight,) = courses([entry("weight", 7), entry("weight", 30, 60)], {"weight": KG}, growth)
    labelled = sorted(curve.y for curve in weight.wide.curves if curve.label)
    assert all(two - one >= 11 for one, two in pairwise(labelled))
    assert "50" in [curve.label for curve in weight.wide.curves]


def test_given_one_value_then_it_is_drawn_where_there_are_curves_alone() -> None:
    value, last = entry("weight", 9, 60), [seen(9, 60)]
    (weight,) = courses([value], {"weight": KG}, grown(Course("weight", [MADE_UP], last, ALL)))
    assert weight.drawn
    (mark,) = weight.wide.marks
    ends = [float(curve.points.split()[-1].split(",")[0]) for curve in weight.wide.curves]
    starts = [float(curve.points.split()[0].split(",")[0]) for curve in weight.wide.curves]
    assert {mark.x} == {*ends}
    assert max(starts) < mark.x
    (alone,) = courses([value], {"weight": KG}, grown(Course("weight", [MADE_UP], last, [])))
    assert not alone.drawn


def test_given_no_reference_then_the_graph_is_as_it_was() -> None:
    values = [entry("weight", 7), entry("weight", 9, 60)]
    (plain,), (without,) = (courses(values, {"weight": KG}, g) for g in (None, Growth(child=True)))
    assert plain == without
    assert (plain.source, plain.wide.curves, plain.wide.right) == ("", [], WIDE - 16)


def test_what_follows_from_weight_and_height_stands_after_them_and_is_nobodys_to_move() -> None:
    values = [entry("weight", 9), entry("height", 70), entry("pulse", 90)]
    growth = grown(
        Course("bmi", [MADE_UP], [seen(18.37)], []),
        Course("weight-for-length", [MADE_UP], [seen(9, length=70)], []),
    )
    found = courses(values, {"weight": KG, "height": CM}, growth)
    assert [one.key for one in found] == ["weight", "height", "bmi", "weight-for-length", "pulse"]
    by_length = found[3]
    assert (by_length.label["nb"], by_length.drawn) == ("Vekt for lengde", False)
    assert (by_length.rows[0].value, by_length.rows[0].beside) == ("9", "/ 70 cm")
    assert (by_length.rows[0].who, by_length.rows[0].unit) == ("", "")


@pytest.mark.parametrize(
    ("percentile", "shown"), [(0.2, "<1"), (1.0, "1"), (50.4, "50"), (99.0, "99"), (99.4, ">99"), (None, "")]
)
def test_a_percentile_is_never_said_as_none_or_all(percentile: float | None, shown: str) -> None:
    assert compared(seen(7, percentile=percentile)).percentile == shown


@pytest.mark.parametrize(("z", "shown"), [(-0.04, "0,0"), (0.04, "0,0"), (-2.51, "−2,5"), (1.0, "+1,0")])
def test_an_sds_has_its_sign_and_the_median_has_none(z: float, shown: str) -> None:
    assert compared(seen(7, z=z)).z == shown


@pytest.mark.parametrize(
    ("days", "age"), [(10, (1, "weeks")), (91, (13, "weeks")), (200, (6, "months")), (800, (2, "years"))]
)
def test_an_age_is_said_as_one_says_it(days: int, age: tuple[int, str]) -> None:
    made = compared(Seen(AT, 7, days, False))
    assert (made.age, made.age_in) == age


@pytest.mark.parametrize(
    ("found", "note"),
    [
        (None, "unavailable"),
        (Growth(), ""),
        (Growth(child=True, sex_known=False), "no_sex"),
        (Growth(child=True, loaded=False), "no_reference"),
        (Growth(child=True, loaded=True), "no_reference"),
        (grown(Course("weight", [MADE_UP], [seen(7)], []), gestation=None), "uncorrected"),
        (grown(Course("weight", [MADE_UP], [seen(7, age_days=900)], []), gestation=None), ""),
        (grown(Course("weight", [MADE_UP], [seen(7, corrected=True)], []), gestation=31), "corrected"),
        (grown(Course("weight", [MADE_UP], [seen(7)], [])), ""),
    ],
)
def test_what_is_to_be_known_is_one_line(found: Growth | None, note: str) -> None:
    assert note_of(found) == note
