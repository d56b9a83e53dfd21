"""A made-up LMS table for tests alone: round numbers that describe no child, and are no growth reference."""

from __future__ import annotations

from journal_api.journal.growth.lms import Lms, Point

MADE_UP = "MADE UP FOR TESTS"
DAYS = (0, 100, 365, 800, 2000, 7000)
POINTS = {
    "weight": [Point(day, Lms(0.5, 4 + day / 100, 0.1)) for day in DAYS],
    "height": [Point(day, Lms(1, 50 + day / 50, 0.04)) for day in DAYS],
    "head-circumference": [Point(day, Lms(1, 35 + day / 500, 0.03)) for day in DAYS],
    "bmi": [Point(day, Lms(-1, 15 + day / 1000, 0.08)) for day in DAYS],
}


def csv_of(measure: str, sex: str = "male") -> str:
    """The made-up table as a file of our columns."""
    rows = [f"{sex},{measure},{p.x:g},{p.at.l},{p.at.m},{p.at.s}" for p in POINTS[measure]]
    return "\n".join(["sex,measure,age_days,L,M,S", *rows]) + "\n"
