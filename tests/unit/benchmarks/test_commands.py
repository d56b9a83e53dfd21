"""The benchmarks run, with tiny counts, and print each figure beside its limit. No time is judged here."""

from __future__ import annotations

import re

import pytest

from benchmarks import figures, load
from benchmarks.__main__ import TINY, main
from benchmarks.figures import Figure


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", TINY)
def test_given_tiny_counts_then_the_command_prints_its_figures(
    name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main([name, "--tiny"]) == 0
    printed = capfd.readouterr().out
    assert re.search(r"[<≥] [\d.,]+", printed), "a limit"
    assert re.search(r"\d ×", printed), "a ratio"
    assert re.search(r"\d cores .*; load \d", printed), "the machine and its load"


def test_given_an_unknown_name_then_the_command_says_which_there_are(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["speed"])
    assert "lookup50" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("measured", "at_least", "kept"), [(1.9, False, True), (2.1, False, False), (2.1, True, True)]
)
def test_a_limit_is_kept_by_the_right_side(measured: float, at_least: bool, kept: bool) -> None:
    assert Figure("it", measured, "ms", 2.0, at_least).kept is kept


def test_given_no_limit_then_none_is_kept_or_missed() -> None:
    assert Figure("it", 1.0, "ms").kept is None
    assert figures.share("share", 80, 100).measured == 80


def test_percentiles_are_nearest_rank() -> None:
    values = [float(value) for value in range(1, 101)]
    assert [load.percentile(values, share) for share in (0.0, 0.5, 0.95, 1.0)] == [1, 51, 96, 100]
