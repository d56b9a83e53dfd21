"""`python -m tests.faults --rounds 100`: break a running product again and again, and count what is left."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

from rich.console import Console

from tests.faults.plan import NotRecovered, Plan, Result, Unsound
from tests.faults.report import show
from tests.faults.rounds import run
from tests.faults.victims import VICTIMS


def main() -> int:
    """0 when nothing was lost, doubled or left unfinished."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--rounds", type=int, default=100, help="faults (default 100)")
    parser.add_argument("--seed", type=int, default=1, help="of victims, moments and messages (default 1)")
    parser.add_argument("--senders", type=int, default=6, help="systems that send at once (default 6)")
    parser.add_argument("--askers", type=int, default=6, help="look-ups at once (default 6)")
    parser.add_argument(
        "--pause", type=float, default=0.15, help="a sender's or asker's mean pause, seconds (default 0.15)"
    )
    parser.add_argument("--seconds", type=float, default=math.inf, help="begin no round later than this")
    parser.add_argument("--check-every", type=int, default=10, help="rounds between two audits (default 10)")
    parser.add_argument("--victims", default="", help="only those whose name contains this")
    parser.add_argument("--logs", type=Path, help="a folder for the processes' logs")
    given = parser.parse_args()
    console = Console(highlight=False, markup=False)
    victims = tuple(v for v in VICTIMS if given.victims.lower() in v.name.lower())
    if not victims:
        parser.error("no victim's name contains that: " + ", ".join(v.name for v in VICTIMS))
    plan = Plan(
        given.rounds,
        given.seed,
        given.senders,
        given.pause,
        given.check_every,
        victims,
        given.logs,
        askers=given.askers,
        seconds=given.seconds,
    )
    try:
        result = run(plan, lambda text: console.print(text, soft_wrap=True))
    except NotRecovered as problem:
        console.print(f"Not recovered: {problem}", style="bold red")
        return 1
    except Unsound as problem:
        return _unsound(problem, console)
    show(result, console)
    console.print("Nothing lost, nothing doubled, everything processed; every answer with its row.")
    return 0


def _unsound(problem: Unsound, console: Console) -> int:
    result: Result = problem.args[0]
    show(result, console)
    console.print("The counts do not add up.", style="bold red")
    return 1


if __name__ == "__main__":
    sys.exit(main())
