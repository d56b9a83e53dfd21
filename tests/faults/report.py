"""The counts as tables."""

from __future__ import annotations

from statistics import median

from rich.console import Console
from rich.table import Table

from tests.faults.plan import Result


def show(result: Result, console: Console) -> None:
    """Print what was done, what was sent, and what is there."""
    console.print(_kills(result))
    console.print(_counts(result))
    console.print(_look_ups(result))
    console.print(_wrong(result))
    for name, examples in result.finding.examples.items():
        for example in examples:
            console.print(f"{name}: {example}", soft_wrap=True)


def _kills(result: Result) -> Table:
    table = Table("Fault", "times", "recovered, median s", "longest s", title="Faults")
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
    longest, most = found.waits
    table.add_row("from receipt to outcome: 99 of 100, longest", "", f"{most:.1f} s, {longest:.1f} s")
    table.add_section()
    table.add_row("sent again during the faults", "", str(result.sent_again))
    table.add_row("sent again afterwards, receipts compared", "", str(result.receipts_compared))
    for answer, count in sorted(result.answers.items()):
        table.add_row(f"answers: {answer}", "", str(count))
    return table


def _look_ups(result: Result) -> Table:
    logged = result.logged
    whole = logged.answered + logged.refused
    table = Table("", "expected", "found", title="Look-ups")
    table.add_row("sent", "", str(logged.asked))
    table.add_row("answered (200 and 304, received whole)", "", str(logged.answered))
    for name, count in sorted(logged.by_question.items()):
        table.add_row(f"  {name}", "", str(count))
    table.add_row("refused by the decision (403)", "", str(logged.refused))
    table.add_row("rows of these in the access log", str(whole), str(logged.rows - logged.rows_of_unanswered))
    table.add_row("  missing", "0", str(logged.missing))
    table.add_row("  doubled", "0", str(logged.doubled))
    table.add_row("rows of look-ups whose answer did not arrive", "", str(logged.rows_of_unanswered))
    table.add_section()
    for outcome, count in sorted(result.looked_up.items()):
        table.add_row(f"outcomes: {outcome}", "", str(count))
    table.add_section()
    table.add_row("portal: session asked for, logged in", "", f"{result.visits}, {result.logins}")
    table.add_row("chains verified, with rows", "", f"{logged.chains}, {logged.chain_rows}")
    table.add_row("last row sealed after", "", f"{logged.seconds_to_seal:.1f} s")
    return table


def _wrong(result: Result) -> Table:
    table = Table(
        "Must be none",
        "found",
        title=f"{result.rounds} rounds, {result.audits} audits, {result.seconds:.0f} s",
    )
    for name, count in result.finding.wrong.items():
        table.add_row(name, str(count), style="bold red" if count else None)
    return table
