"""The rules of the citizen's own settings as a table: reservasjon, blokkering, sperring, withdrawn consent.

They stand after the rules about the caller and before those about basis and relation. `outcome` is the
guide's answer (NILAR `pvk-outcome-cs`), `denial` Volven 9603. (J) marks a judgement of ours.
"""

from __future__ import annotations

from datetime import UTC, datetime

from core_record.access.models import AccessBasis, Record
from core_record.access.question import Question, Rule

OUTCOME_SYSTEM = "http://nhn.no/fhir/nilar/CodeSystem/pvk-outcome-cs"
DENIAL_SYSTEM = "http://ehelse.no/fhir/CodeSystem/no-kodeverk-9603"
GENERAL = "General"
_CONSENT = (AccessBasis.SAMTYKKE, AccessBasis.FORHOYET_SAMTYKKE)
PURPOSES = {
    AccessBasis.UNNTAK: "COC",
    AccessBasis.SAMTYKKE: "TREAT",
    AccessBasis.FORHOYET_SAMTYKKE: "TREAT",
    AccessBasis.AKUTT: "ETREAT",
    AccessBasis.FORHOYET_AKUTT: "BTG",
}
"""The Tillitsrammeverk's PurposeOfUse that goes with each basis (kjernejournal's own mapping, and BTG)."""


def _is_elevated(q: Question) -> bool:
    return q.request.basis is not None and q.request.basis.elevated


def _is_closed(q: Question) -> bool:
    return q.health and q.facts.restricted_all and not _is_elevated(q)


def _opens_nothing(q: Question) -> bool:
    facts = q.facts
    fields = q.request.record is Record.RESULTS and facts.restricted_fields
    bound = facts.restricted_all or fields or facts.restricted_sources
    return _is_elevated(q) and not bound


def _consent_is_gone(q: Question) -> bool:
    return q.request.basis in _CONSENT and q.facts.consent_withdrawn and not q.request.records_consent


def _attests_something_else(q: Question) -> bool:
    return q.request.basis is not None and q.facts.attested_purpose != PURPOSES[q.request.basis]


RESERVATION_RULE = Rule(
    "reserved",
    lambda q: q.health and q.facts.reserved,
    "kjernejournalforskriften § 3; pasientjournalloven § 17: who has reserved has no data here, and nothing"
    " opens it; holds for the citizen's own look-up too while the data are being deleted (J)",
    "The person has reserved against this service. There are no data here, and nothing opens it.",
    "Reservation",
    "NORN_EPO",
)

SETTING_RULES = (
    RESERVATION_RULE,
    Rule(
        "blocked",
        lambda q: q.facts.blocked,
        "pasientjournalloven § 17; pasient- og brukerrettighetsloven § 5-3: a health worker named by the"
        " citizen, whatever organisation, role or relation; not in an emergency (J: register data too)",
        "The person has blocked you. Nothing opens this, not in an emergency either. Ask a colleague.",
        "Specific",
        "NORS",
    ),
    Rule(
        "restricted",
        _is_closed,
        "pasientjournalloven § 17: sperring of all data, or of an organisation as reader. It binds the listed"
        " GP too: kjernejournalforskriften § 7 excepts the GP from asking for consent, not from the citizen's"
        " objection, and UNNTAK is no elevated basis (J)",
        "The person has restricted these data. They can be opened with the person's consent"
        " (FORHOYET_SAMTYKKE), or in an emergency (FORHOYET_AKUTT); the person is told.",
        GENERAL,
        "NORS",
    ),
    Rule(
        "nothing-restricted",
        _opens_nothing,
        "NHN, Pasientens prøvesvar: an elevated basis that opens nothing more makes the call fail",
        "Nothing more would be opened. Use the basis without FORHOYET.",
    ),
    Rule(
        "consent-withdrawn",
        _consent_is_gone,
        "personvernforordningen art. 7 (3); kjernejournalforskriften § 7: a consent for a course of treatment"
        " holds until it is withdrawn (J: by organisation, or by health worker where one was named)",
        "The person has withdrawn the consent. Ask for a new one and record it, or use another basis.",
    ),
    Rule(
        "attestation-unknown",
        lambda q: q.request.attestation is not None and q.facts.attested_until is None,
        "Tillitsrammeverk (ATT): an attestation is bound to one patient and to the one who attests",
        "This attestation is not yours, or about another person. Attest anew.",
    ),
    Rule(
        "attestation_has_expired",
        lambda q: q.facts.attested_until is not None and q.facts.attested_until <= datetime.now(UTC),
        "Tillitsrammeverk (ATT): at most 60 minutes",
        "The attestation has expired. Attest anew.",
    ),
    Rule(
        "attestation-other-purpose",
        lambda q: q.facts.attested_purpose is not None and _attests_something_else(q),
        "Tillitsrammeverk, purpose_of_use, and kjernejournal's mapping: COC UNNTAK, TREAT SAMTYKKE,"
        " ETREAT AKUTT, BTG FORHOYET_AKUTT",
        "The attestation is for another purpose than the basis says. Attest anew.",
    ),
)

NOTHING_RESTRICTED = next(rule for rule in SETTING_RULES if rule.code == "nothing-restricted")
RESTRICTED = next(rule for rule in SETTING_RULES if rule.code == "restricted")
