"""The counts as tables."""

from __future__ import annotations

from statistics import median

from rich.console import Console
from rich.table import Table

from tests.faults.rounds import Result


def show(result: Result, console: Console) -> None:
    """Print what was killed, what was sent, and what is there."""
    console.print(_kills(result))
    console.print(_counts(result))
    console.print(_wrong(result))
    for name, examples in result.finding.examples.items():
        for example in examples:
            console.print(f"{name}: {example}", soft_wrap=True)


def _kills(result: Result) -> Table:
    table = Table("Killed (SIGKILL)", "times", "recovered, median s", "longest s", title="Faults")
    for name, seconds in result.recovered.items():
        table.add_row(name, str(len(seconds)), f"{median(seconds):.1f}", f"{max(seconds):.1f}")
    table.add_section()
    every = [s for seconds in result.recovered.values() for s in seconds]
    if every:
        table.add_row("All", str(len(every)), f"{median(every):.1f}", f"{max(every):.1f}")
    return table


def _counts(result: Result) -> Table:
    found = result.finding
    table = Table("", "expected", "found", title="Messages")
    table.add_row("sent, each once", "", str(found.letters))
    table.add_row("acknowledged", str(found.letters), str(found.acknowledged))
    table.add_row("intake records", str(found.letters), str(found.records))
    for status in sorted(found.expected | found.statuses):
        table.add_row(f"  {status}", str(found.expected[status]), str(found.statuses[status]))
    copies = found.expected["processed"] - found.expected_versions
    table.add_row("copies (same content, other bytes)", str(copies), str(found.copies))
    table.add_row("report versions", str(found.expected_versions), str(found.versions))
    table.add_row("reports shown", str(found.expected_reports), str(found.reports))
    table.add_section()
    table.add_row("sent again during the faults", "", str(result.sent_again))
    table.add_row("sent again afterwards, receipts compared", "", str(result.receipts_compared))
    for answer, count in sorted(result.answers.items()):
        table.add_row(f"answers: {answer}", "", str(count))
    return table


def _wrong(result: Result) -> Table:
    table = Table("Must be none", "found", title=f"{result.audits} audits, {result.seconds:.0f} s")
    for name, count in result.finding.wrong.items():
        table.add_row(name, str(count), style="bold red" if count else None)
    return table
