"""What an app may at most: SMART scopes (SMART App Launch 2.2, "Scopes for requesting FHIR Resources").

A grant names the audience and one scope, as `akson:journal user/Observation.rs`. `rs` is reading, `cu`
writing, `crus` both: what is read is found and opened by the same decision here, and nothing is deleted.
`system/` is for systems, which deliver reports (`c`) and see nothing. Kinds are named, never `*`: whoever
admits an app reads what it may.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from core_record.access.journal import JOURNAL_KINDS
from kit.errors import Unprocessable
from kit.identity import audiences

RESULT_KINDS = frozenset(
    {"DiagnosticReport", "Observation", "ServiceRequest", "Specimen", "PractitionerRole"}
)
KINDS: dict[str, frozenset[str]] = {audiences.RESULTS: RESULT_KINDS, audiences.JOURNAL: JOURNAL_KINDS}
"""The audiences that are open to apps, and the kinds of each."""
_WRITABLE = {audiences.RESULTS: frozenset[str](), audiences.JOURNAL: JOURNAL_KINDS - {"Patient"}}
_READ_SCOPE = {audiences.RESULTS: audiences.READ_RESULTS, audiences.JOURNAL: audiences.READ_JOURNAL}
_WRITE_SCOPE = {audiences.JOURNAL: audiences.WRITE_JOURNAL}
_DELIVERS = f"{audiences.RESULTS} system/DiagnosticReport.c"
_FORM = re.compile(r"(?P<audience>[a-z:]+) user/(?P<kind>[A-Za-z]+)\.(?P<verbs>rs|cu|crus)")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the grants come to at one audience: kinds read and written, and the scopes that they need."""

    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()


def check(grants: Iterable[str]) -> None:
    """Raises `Unprocessable` (`grant-unknown`, `grant-twice`)."""
    seen: set[tuple[str, str]] = set()
    for grant in grants:
        if not _is_known(grant):
            raise Unprocessable(
                "grant-unknown",
                "A grant is audience and scope, as in `akson:journal user/Observation.rs`; see docs/apps.md.",
            )
        audience, _, scope = grant.partition(" ")
        name = (audience, scope.partition(".")[0])
        if name in seen:
            raise Unprocessable("grant-twice", "Name each kind once an audience, with all its verbs.")
        seen.add(name)


def allowed(grants: Iterable[str], audience: str) -> Allowed:
    """What grants that were checked come to at an audience; nothing where they do not name it."""
    reads: set[str] = set()
    writes: set[str] = set()
    scopes: set[str] = set()
    for grant in grants:
        if grant == _DELIVERS and audience == audiences.RESULTS:
            scopes.add(audiences.WRITE_REPORTS)
        found = _FORM.fullmatch(grant)
        if found is None or found["audience"] != audience:
            continue
        if "r" in found["verbs"]:
            reads.add(found["kind"])
        if "c" in found["verbs"]:
            writes.add(found["kind"])
    scopes |= {_READ_SCOPE[audience]} if reads else set()
    scopes |= {_WRITE_SCOPE[audience]} if writes else set()
    return Allowed(frozenset(reads), frozenset(writes), frozenset(scopes))


def scopes_at(audience: str) -> list[str]:
    """The scopes of a token that an app can use at an audience on somebody's behalf."""
    return [found[audience] for found in (_READ_SCOPE, _WRITE_SCOPE) if audience in found]


def _is_known(grant: str) -> bool:
    if grant == _DELIVERS:
        return True
    found = _FORM.fullmatch(grant)
    if found is None or found["kind"] not in KINDS.get(found["audience"], ()):
        return False
    return "c" not in found["verbs"] or found["kind"] in _WRITABLE[found["audience"]]
