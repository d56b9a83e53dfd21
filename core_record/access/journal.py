"""The rules of the municipal journal: which roles read and write which kinds of entries, and from where.

They stand after the rules about the caller. Kinds are FHIR R4 resource types where there is one. (J) marks a
judgement of ours where no source decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from core_record.access.question import Question, Rule

CRITICAL_KINDS = frozenset({"AllergyIntolerance", "Flag"})
"""Critical information (kritisk informasjon): allergies, and implants, rare conditions and the like."""
JOURNAL_KINDS = CRITICAL_KINDS | {
    *("Patient", "Encounter", "Composition", "Observation", "Condition", "MedicationStatement"),
    *("Immunization", "DocumentReference", "NextOfKin", "Wish", "CareTeam", "CarePlan", "Task"),
    *("ServiceRequest", "Communication", "ResultFollowUp", "EpisodeOfCare"),
    *("MedicationReconciliation", "Requisition"),
}
CARING = frozenset({"pleieassistent", "hjemmehjelp", "miljoarbeider", "student"})
"""What one is employed as without authorisation (our own codes) to take part in giving care."""
MUNICIPAL = frozenset({"municipality", "gp_office", "home_care", "emergency", "health_centre"})
"""Kinds of organisations (register) that share the journal; all others read across."""
OPEN_ACROSS = CRITICAL_KINDS | {"DocumentReference", "Patient"}
"""What organisations outside the municipal services read: documents and critical information."""


@dataclass(frozen=True, slots=True)
class JournalRole:
    """What a group of roles reads and writes, and which kinds it reads of its own unit alone."""

    reads: frozenset[str]
    writes: frozenset[str]
    of_own_unit: frozenset[str] = frozenset()


DOCTOR = JournalRole(JOURNAL_KINDS, JOURNAL_KINDS)
PROFESSIONAL = JournalRole(JOURNAL_KINDS, JOURNAL_KINDS)
SECRETARY = JournalRole(
    JOURNAL_KINDS,
    frozenset(
        {
            *("Encounter", "Composition", "DocumentReference", "NextOfKin", "Task", "Communication"),
            *("ServiceRequest", "Requisition", "ResultFollowUp", "EpisodeOfCare"),
        }
    ),
)
ASSISTANT = JournalRole(
    CRITICAL_KINDS
    | {"Patient", "Encounter", "Composition", "Observation", "MedicationStatement", "NextOfKin", "Wish"}
    | {"CareTeam", "CarePlan", "Task", "EpisodeOfCare", "MedicationReconciliation"},
    frozenset({"Encounter", "Composition", "Observation", "Task"}),
    frozenset({"Encounter", "Composition", "Observation"}),
)
_GROUPS = {"LE": DOCTOR, "HE": SECRETARY}


def journal_role(hpr_number: str | None, role: str | None) -> JournalRole:
    """What somebody may in the journal by the role acted in (Volven 9060); none: assistant."""
    if hpr_number is None:
        return ASSISTANT
    return _GROUPS.get(role or "", PROFESSIONAL)


def journal_table() -> Iterator[tuple[str, str, str, str]]:
    """The roles as rows: role, kinds read, kinds written, kinds of the own unit alone."""
    named = (("LE", DOCTOR), ("other authorised", PROFESSIONAL), ("HE", SECRETARY), ("none", ASSISTANT))
    for name, role in named:
        yield name, _listed(role.reads), _listed(role.writes), _listed(role.of_own_unit)


def _listed(kinds: frozenset[str]) -> str:
    return "all" if kinds == JOURNAL_KINDS else ", ".join(sorted(kinds))


def _is_outside(q: Question) -> bool:
    return q.facts.organisation_kind not in MUNICIPAL


def _gives_no_care(q: Question) -> bool:
    return q.actor.hpr_number is None and q.facts.employed_as not in CARING


def _may_not_read(q: Question) -> bool:
    return not q.request.kinds <= journal_role(q.actor.hpr_number, q.request.role).reads


def _may_not_write(q: Question) -> bool:
    writes = journal_role(q.actor.hpr_number, q.request.role).writes
    return q.request.writes and not q.request.kinds <= writes


JOURNAL_RULES = (
    Rule(
        "journal-needs-care",
        _gives_no_care,
        "helsepersonelloven §§ 3, 5, 21 a, 25: without authorisation one takes part in care as an assistant"
        " (J: by what the register of employments says one works as)",
        "Without an authorisation the journal is open to those who give care. Your employer registers them.",
    ),
    Rule(
        "journal-of-other-services",
        lambda q: _is_outside(q) and not q.request.kinds <= OPEN_ACROSS,
        "pasientjournalloven §§ 9, 19: the municipal services share this journal; others are given what the"
        " help they give needs (J: documents and critical information)",
        "Your organisation can read documents and critical information here. Ask the service that wrote it"
        " for more.",
    ),
    Rule(
        "journal-written-by-its-services",
        lambda q: _is_outside(q) and q.request.writes,
        "helsepersonelloven §§ 39, 40; pasientjournalloven § 8: each organisation keeps its own journal",
        "Your organisation does not write in this journal.",
    ),
    Rule(
        "journal-basis-needed",
        lambda q: _is_outside(q) and q.request.basis is None,
        "pasientjournalloven § 19 (J: who reads across organisations states a basis, as in the core record)",
        "Send access-basis: on what ground you read another organisation's journal.",
    ),
    Rule(
        "journal-role-reads",
        _may_not_read,
        "helsepersonelloven §§ 21 a, 25, 45: what the help one gives needs (J: by role, and without"
        " authorisation what the daily care needs)",
        "Your role does not read this kind of entry.",
    ),
    Rule(
        "journal-role-writes",
        _may_not_write,
        "helsepersonelloven §§ 4, 39, 40: within one's qualifications (J: by role)",
        "Your role does not write this kind of entry. Ask a colleague who does.",
    ),
)

CITIZEN_JOURNAL_RULES = (
    Rule(
        "journal-written-by-personnel",
        lambda q: q.request.writes,
        "helsepersonelloven § 39: health personnel keep the journal; pasient- og brukerrettighetsloven § 5-1",
        "Health personnel write the journal. Ask them to correct what is wrong (§ 42).",
    ),
)

_OF_AUTHORISATION = frozenset(
    {"hpr-number-unknown", "hpr-number-not-own", "role-not-authorised", "role-without-access"}
)


def applying_to_journal(rules: Iterable[Rule]) -> Iterator[Rule]:
    """The rules about the caller as the journal has them: it is open without an authorisation, but whoever
    acts by one must have it."""
    for rule in rules:
        if rule.code in _OF_AUTHORISATION:
            yield replace(rule, refuses=_with_authorisation(rule))
        elif rule.code != "authorisation-required":
            yield rule


def _with_authorisation(rule: Rule) -> Callable[[Question], bool]:
    return lambda q: q.actor.hpr_number is not None and rule.refuses(q)
