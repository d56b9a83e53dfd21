"""What a benchmark found, each figure beside its limit."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Figure:
    """One measured number. `limit` is the largest or (`at_least`) the smallest that will do; None: no limit.

    `bare` is what the same run found for the bare equivalent, in the same unit.
    """

    what: str
    measured: float
    unit: str
    limit: float | None = None
    at_least: bool = False
    bare: float | None = None

    @property
    def kept(self) -> bool | None:
        """Whether the limit is kept; None without one."""
        if self.limit is None:
            return None
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    @property
    def ratio(self) -> float | None:
        """Measured : bare."""
        return self.measured / self.bare if self.bare else None


def share(what: str, measured: float, bare: float, limit: float = 75) -> Figure:
    """How much of the bare rate is reached, in percent."""
    return Figure(what, 100 * measured / bare, "% of bare", limit, at_least=True)


def show(name: str, figures: Sequence[Figure], notes: Sequence[str] = ()) -> None:
    """Print them as a table, with the machine's load."""
    table = Table(title=f"{name}", title_justify="left", pad_edge=False)
    for column in ("what", "measured", "limit", "kept", "bare", "ratio"):
        table.add_column(column, justify="left" if column == "what" else "right", no_wrap=True)
    for figure in figures:
        table.add_row(*_cells(figure))
    console = Console(width=120)
    console.print(table)
    for note in notes:
        console.print(f"  {note}", highlight=False)
    console.print(f"  {surroundings()}\n", highlight=False)


def surroundings() -> str:
    """When, where and beside how much else."""
    load = os.getloadavg()
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"{now}; {os.cpu_count()} cores ({_processor()}); load {load[0]:.1f} {load[1]:.1f} {load[2]:.1f}"


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _cells(figure: Figure) -> list[str]:
    sign = "≥" if figure.at_least else "<"
    return [
        figure.what,
        f"{_number(figure.measured)} {figure.unit}",
        f"{sign} {_number(figure.limit)}" if figure.limit is not None else "",
        {True: "yes", False: "NO", None: ""}[figure.kept],
        _number(figure.bare) if figure.bare is not None else "",
        f"{figure.ratio:.2f} ×" if figure.ratio is not None else "",
    ]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"
