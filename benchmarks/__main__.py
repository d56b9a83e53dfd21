"""`python -m benchmarks [NAME ...]`, `make bench`: each figure beside its limit."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence

from benchmarks import decision, growth, intake, journal, lookup, mapping, panel, restricted, screen, screens
from benchmarks.figures import Figure

BENCHMARKS: dict[str, Callable[..., list[Figure]]] = {
    "mapping": mapping.run,
    "lookup50": lookup.run_newest,
    "lookup_all": lookup.run_all,
    "decision": decision.run,
    "restricted": restricted.run,
    "screens": screens.run,
    "screen": screen.run,
    "intake": intake.run,
    "panel": panel.run,
    "growth": growth.run,
    "journal": journal.run,
}
LONG = frozenset({"growth", "journal"})
"""Run when named: they fill a disk first."""
TINY: dict[str, dict[str, int]] = {
    "mapping": {"count": 3},
    "lookup50": {"people": 3, "reports": 2, "requests": 80},
    "lookup_all": {"people": 3, "reports": 2, "requests": 80},
    "decision": {"people": 3, "reports": 2, "requests": 20},
    "restricted": {"reports": 4, "requests": 4},
    "screens": {"people": 1, "reports": 3, "requests": 5},
    "intake": {"count": 60, "seconds": 1},
    "panel": {"members": 60, "rate": 50},
    "growth": {"first": 400, "then": 800, "requests": 40},
    "journal": {"first": 4, "then": 8, "requests": 20},
}
TINY_BROWSER: dict[str, dict[str, int]] = {"screen": {"reports": 20, "rounds": 2}}  # minutes, and Chromium


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is named, all but the long ones unless told; 1 when a limit is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="*", choices=[*BENCHMARKS, []], help="all but the long ones")
    parser.add_argument("--tiny", action="store_true", help="few rounds: only to see that it runs")
    parser.add_argument("--reports", type=int, help="growth: stored reports at the end (1,000,000)")
    options = parser.parse_args(arguments)
    names = options.name or [name for name in BENCHMARKS if name not in LONG]
    figures: list[Figure] = []
    for name in names:
        counts = dict((TINY | TINY_BROWSER)[name]) if options.tiny else {}
        if name == "growth" and options.reports:
            counts["then"] = options.reports
        figures += BENCHMARKS[name](**counts)
    missed = [figure.what for figure in figures if figure.kept is False]
    if missed and not options.tiny:
        print(f"Limits missed: {'; '.join(missed)}")
    return int(bool(missed) and not options.tiny)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # stopped from outside: clean up all the same
    raise SystemExit(main())
