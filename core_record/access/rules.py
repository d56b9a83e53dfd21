"""The rules of access as a table: code, condition that refuses, legal source, what to tell.

Read from the top: the first rule whose condition holds refuses, and its code and text are the answer. Rules
about the caller come before rules about the person, so that a caller without access learns nothing about who
is known. (J) marks a judgement of ours where no source decides.
"""

from __future__ import annotations

import time

from core_record.access.citizens import CITIZEN_RULES
from core_record.access.journal import CITIZEN_JOURNAL_RULES, JOURNAL_RULES, applying_to_journal
from core_record.access.models import AccessBasis, Record, Relation
from core_record.access.question import HIGH, Question, Rule
from core_record.access.settings import RESERVATION_RULE, SETTING_RULES
from kit.identity.actor import ActorKind
from kit.settings import get_settings

# Volven 9060: everyone who may give health care to people; veterinarians and fish health biologists treat
# animals, dental technicians treat nobody, XX is no authorisation (J).
ROLES = frozenset(
    [
        "AA",
        "AT",
        "AU",
        "BI",
        "ET",
        "FA1",
        "FA2",
        "FO",
        "FT",
        "HE",
        "HF",
        "HP",
        "JO",
        "KE",
        "KI",
        "LE",
        "MT",
        "NP",
        "OA",
        "OI",
        "OP",
        "OR",
        "OS",
        "PE",
        "PM",
        "PS",
        "RA",
        "SP",
        "TH",
        "TL",
        "TP",
        "VP",
    ]
)
KNOWN_ROLES = ROLES | {"FB", "TT", "VE", "XX"}


def _actor_is_not_hpr_owner(q: Question) -> bool:
    return q.facts.hpr_owner != q.facts.actor_id


def _place_is_outside(q: Question) -> bool:
    return q.actor.place is not None and not q.facts.place_inside


def _login_is_not_fresh(q: Question) -> bool:
    """Emergency access asks for a login of just now (`auth_time`); a token without a time is not fresh."""
    if q.request.basis not in (AccessBasis.AKUTT, AccessBasis.FORHOYET_AKUTT):
        return False
    at = q.actor.authenticated_at
    return at is None or time.time() - at > get_settings().emergency_login_minutes * 60


def _nothing_shows_a_relation(q: Question) -> bool:
    return q.relation is Relation.NONE


MACHINE_RULES = (
    Rule(
        "machine-without-access",
        lambda _: True,
        "kjernejournalforskriften § 7: access is a person's, on grounds of the help that person gives",
        "A system has no access to a person's data. Log in as a health worker or a citizen.",
    ),
)

CLINICIAN_RULES = (
    Rule(
        "security-level-too-low",
        lambda q: q.actor.security_level < HIGH,
        "kjernejournalforskriften § 9; Tillitsrammeverk: identity at level high; NHN: security_level 4",
        "Log in again at security level 4 (for instance BankID or Buypass).",
    ),
    Rule(
        "personnel-unknown",
        lambda q: q.actor.national_id is None or q.facts.personnel_name is None,
        "kjernejournalforskriften § 7: health personnel only",
        "You are not in the register of health personnel. Your employer must register you.",
    ),
    Rule(
        "authorisation-required",
        lambda q: not q.actor.hpr_number,
        "NHN, Pasientens prøvesvar: claim hpr_number is required; personnel without authorisation have no"
        " access to results in this version (J)",
        "Access to results needs an authorisation. You have no HPR number in your login.",
    ),
    Rule(
        "hpr-number-unknown",
        lambda q: q.facts.hpr_owner is None,
        "Tillitsrammeverk: authorization must match HPR",
        "The HPR number in your login is not in the register of health personnel.",
    ),
    Rule(
        "hpr-number-not-own",
        _actor_is_not_hpr_owner,
        "Tillitsrammeverk: the pid must be that of the authenticated user",
        "The HPR number in your login belongs to another person.",
    ),
    Rule(
        "role-not-authorised",
        lambda q: not q.facts.authorised,
        "Tillitsrammeverk: authorization must match HPR; helsepersonelloven § 48 a",
        "You have no authorisation today for the role you act in. Choose another role.",
    ),
    Rule(
        "role-without-access",
        lambda q: q.request.role not in ROLES,
        "kjernejournalforskriften § 7: needed to give health care to the person (J: by role of Volven 9060)",
        "The role you act in gives no access to persons' health data.",
    ),
    Rule(
        "organisation-unknown",
        lambda q: q.facts.organisation_name is None,
        "NHN, Pasientens prøvesvar: claim orgnr_parent; helsepersonelloven § 45",
        "The organisation in your login is missing or not in the register of organisations.",
    ),
    Rule(
        "place-unknown",
        _place_is_outside,
        "HelseID checks orgnr_child against nothing: the receiver must",
        "The place of treatment in your login is not a part of the organisation in your login.",
    ),
    Rule(
        "not-employed-there",
        lambda q: not q.facts.employed,
        "pasientjournalloven § 19; helsepersonelloven § 45: access through the organisation one works for",
        "You are not registered as working at this organisation today.",
    ),
    Rule(
        "fresh-login-required",
        _login_is_not_fresh,
        "pasientjournalloven § 22; personvernforordningen art. 32 (J): who opens by AKUTT is the one who sits"
        " there now; RFC 9470 (`auth_time`)",
        "Emergency access needs a login of just now. Log in again, then open the person.",
    ),
)

BASIS_RULES = (
    Rule(
        "exception-needs-listed-gp",
        lambda q: q.request.basis is AccessBasis.UNNTAK and not q.relation.of_gp,
        "kjernejournalforskriften § 7: exception from consent for named personnel: the listed GP and the"
        " GP's substitute, at the office of the list",
        "UNNTAK is for the person's listed GP and the GP's substitute. Use SAMTYKKE or AKUTT.",
    ),
    Rule(
        "relation-missing",
        _nothing_shows_a_relation,
        "kjernejournalforskriften § 7; helsepersonelloven §§ 21 a, 25, 45; Tillitsrammeverk decision_ref",
        "No register shows that the person is your patient. State the reason in access-reason.",
    ),
)

JOURNAL_CLINICIAN_RULES: tuple[Rule, ...] = (*applying_to_journal(CLINICIAN_RULES), *JOURNAL_RULES)
JOURNAL_SETTING_RULES = tuple(rule for rule in SETTING_RULES if rule is not RESERVATION_RULE)
"""Nobody can reserve against the journal: the law requires it (pasientjournalloven § 8)."""
ALL_RULES = CLINICIAN_RULES + SETTING_RULES + BASIS_RULES + CITIZEN_RULES + MACHINE_RULES
ALL_JOURNAL_RULES = JOURNAL_RULES + CITIZEN_JOURNAL_RULES


def rules_for(kind: ActorKind, record: Record, *, person_known: bool) -> tuple[Rule, ...]:
    """The rules for a kind of actor and a record; those about the person only where there is one."""
    if kind is ActorKind.MACHINE:
        return MACHINE_RULES
    if kind is ActorKind.CITIZEN:
        last = CITIZEN_JOURNAL_RULES if record is Record.JOURNAL else (RESERVATION_RULE,)
        return (*CITIZEN_RULES, *last)
    caller: tuple[Rule, ...] = CLINICIAN_RULES
    settings: tuple[Rule, ...] = SETTING_RULES
    if record is Record.JOURNAL:
        caller, settings = JOURNAL_CLINICIAN_RULES, JOURNAL_SETTING_RULES
    return caller + settings + BASIS_RULES if person_known else caller


def first_refusal(question: Question) -> Rule | None:
    """The first rule that refuses, or None."""
    known = question.facts.person_id is not None
    rules = rules_for(question.actor.kind, question.request.record, person_known=known)
    return next((rule for rule in rules if rule.refuses(question)), None)
