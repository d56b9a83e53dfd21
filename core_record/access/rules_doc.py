"""`docs/access-rules.md` from the rules: `python -m core_record.access.rules_doc > docs/access-rules.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Protocol

from core_record.access.administrators import ADMINISTRATOR_RULES
from core_record.access.apps import APP_RULES
from core_record.access.citizens import CITIZEN_RULES
from core_record.access.journal import CITIZEN_JOURNAL_RULES, JOURNAL_RULES, journal_table
from core_record.access.operators import OPENING_RULES, OPERATOR_RULES
from core_record.access.reasons import REASONS
from core_record.access.rules import BASIS_RULES, CLINICIAN_RULES, MACHINE_RULES
from core_record.access.settings import PURPOSES, RESERVATION_RULE, SETTING_RULES

_HEAD = """# Who may see what: the rules

Every look-up is decided by these rows, from the top; the first that holds refuses, and its code and text are
the answer. What no row refuses is permitted. (J) marks a judgement of ours where no source decides. *Outcome*
is what the guide answers with (NILAR `pvk-outcome-cs`), *9603* the code of Volven 9603.

A sperring of parts (a field of medicine, a source) refuses nothing: the reports it covers are kept out of the
answer, which then says so with the outcome `General`; an elevated basis opens them.

This page is made from `core_record/access` by `python -m core_record.access.rules_doc`.
"""


_JOURNAL = """The journal's rules stand after those about who asks, which apply to it but for
`authorisation-required`: it is open without an authorisation, within the role. What the person has set
applies but for `reserved`, since the law requires the journal. No basis need be stated:
`HELSEHJELP` then stands in the log (pasientjournalloven § 19).
"""


class _Row(Protocol):
    @property
    def code(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def source(self) -> str: ...


def as_markdown() -> str:
    """The page: one table for each kind of caller."""
    parts = [
        _HEAD,
        _section("Health personnel: who asks", CLINICIAN_RULES),
        _section("Health personnel: what the person has set", SETTING_RULES),
        _section("Health personnel: basis and relation", BASIS_RULES),
        _section("Health personnel: the municipal journal", JOURNAL_RULES),
        _JOURNAL,
        _roles(),
        _section("Citizens", (*CITIZEN_RULES, RESERVATION_RULE)),
        _section("Citizens: the municipal journal", CITIZEN_JOURNAL_RULES),
        _section("Systems", MACHINE_RULES),
        _section("Others' apps, on top of the rules about who uses them", APP_RULES),
        _section("Those who operate the service", OPERATOR_RULES),
        _section("Those who operate: the person a message is about", OPENING_RULES),
        _section("Those who administer an organisation", ADMINISTRATOR_RULES),
        _bases(),
        _reasons(),
    ]
    return "\n".join(parts)


def _section(title: str, rules: Iterable[_Row]) -> str:
    rows = [f"| {n} | {' | '.join(_cells(rule))} |" for n, rule in enumerate(rules, 1)]
    head = "| | code | what is told | why | outcome | 9603 |\n|---|---|---|---|---|---|"
    return "\n".join([f"## {title}", head, *rows, ""])


def _cells(rule: _Row) -> tuple[str, ...]:
    outcome, denial = getattr(rule, "outcome", None), getattr(rule, "denial", None)
    return f"`{rule.code}`", rule.text, rule.source, _code(outcome), _code(denial)


def _code(text: str | None) -> str:
    return f"`{text}`" if text else ""


def _roles() -> str:
    rows = [f"| {' | '.join(cells)} |" for cells in journal_table()]
    head = "| role | reads | writes | of its own unit alone |\n|---|---|---|---|"
    return "\n".join(["### Roles in the journal", head, *rows, ""])


def _bases() -> str:
    rows = [f"| `{basis}` | `{purpose}` |" for basis, purpose in PURPOSES.items()]
    head = "| access-basis | Tillitsrammeverk purpose_of_use |\n|---|---|"
    return "\n".join(["## Bases and purposes", head, *rows, ""])


def _reasons() -> str:
    rows = [f"| `{code}` | {texts.nb} | {texts.en} |" for code, texts in REASONS.items()]
    head = "| access-reason | bokmål | English |\n|---|---|---|"
    return "\n".join(["## Reasons of a self-declared relation", head, *rows, ""])


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
