"""The rules for citizens as a table: their own data, children under 12, and powers of attorney (fullmakt).

Read from the top, as `rules`. One code says that representation is closed, whatever closes it: neither a
protected address nor a move shall be read out of a refusal. (J) marks a judgement of ours.
"""

from __future__ import annotations

from datetime import date

from core_record.access.models import Facts, Relation
from core_record.access.question import HIGH, Question, Rule, reached_age
from core_record.representation.facts import Power, RepresentationFacts

HEALTH_MAJORITY = 16  # pasient- og brukerrettighetsloven § 4-3 b
OWN_ACCESS_AGE = 12
"""From the day the parents' access closes the child has its own: there is always someone who can look."""
HOLDER_AGE = 18  # vergemålsloven § 8


BASES = {Relation.PARENT: "FORELDREANSVAR", Relation.ATTORNEY: "FULLMAKT"}
"""What stands as basis in the log of the one who is represented."""


def citizens_relation(
    facts: Facts, representation: RepresentationFacts | None, *, own: bool, today: date
) -> Relation:
    """How a citizen stands to the person asked for: as parent before 16, from then on by fullmakt alone."""
    if own:
        return Relation.OWN
    if representation is None:
        return Relation.NONE
    decides_alone = reached_age(facts.birth_date, HEALTH_MAJORITY, today)
    if representation.powers and (decides_alone or not representation.responsible_parent):
        return Relation.ATTORNEY
    return Relation.PARENT if representation.responsible_parent else Relation.NONE


def _is_closed(q: Question) -> bool:
    known = q.representation
    if q.own:
        return False
    if known is None or q.facts.birth_date is None or known.actor_name is None:
        return True
    anyone = (known.actor_protected, known.person_protected, known.actor_deceased, known.person_deceased)
    return any(anyone) or (q.relation is Relation.PARENT and not known.parent_at_address)


def _lacks_power(q: Question) -> bool:
    if q.relation is not Relation.ATTORNEY or q.representation is None:
        return False
    return q.power is not None and q.power not in q.representation.powers


def _is_too_young(q: Question) -> bool:
    return q.own and q.facts.person_id is not None and not _has_turned(q, OWN_ACCESS_AGE)


def _has_turned(q: Question, years: int) -> bool:
    return reached_age(q.facts.birth_date, years, q.today)


def _holder_is_under_age(q: Question) -> bool:
    born = q.representation.actor_birth_date if q.representation else None
    return q.relation is Relation.ATTORNEY and not reached_age(born, HOLDER_AGE, q.today)


CITIZEN_RULES = (
    Rule(
        "security-level-too-low",
        lambda q: q.actor.security_level < HIGH,
        "kjernejournalforskriften § 9; ID-porten: acr idporten-loa-high",
        "Log in again at the highest security level (for instance BankID).",
    ),
    Rule(
        "not-own-data",
        lambda q: not q.own and q.relation is Relation.NONE,
        "pasient- og brukerrettighetsloven §§ 3-6, 5-1; helsepersonelloven § 21: health data are the person's"
        " own; others see them by law (parents) or by the person's leave (fullmakt)",
        "You can see your own data, your children's under 12, and those of who has given you a fullmakt.",
    ),
    Rule(
        "representation-closed",
        _is_closed,
        "helsenorge.no: nobody under address protection (folkeregisterloven § 10-4) represents or is"
        " represented; a parent under barneloven §§ 30, 38, of whom at least one has the child's registered"
        " address; a representation ends with death; unknown birth date (J)",
        "You cannot act for this person here. Ask the doctor, or write on paper.",
    ),
    Rule(
        "decides-alone-from-16",
        lambda q: q.relation is Relation.PARENT and _has_turned(q, HEALTH_MAJORITY),
        "pasient- og brukerrettighetsloven § 4-3 first paragraph b: health-legal majority at 16",
        "From 16 on people decide alone. Your child can give you a fullmakt.",
    ),
    Rule(
        "closed-to-parents-from-12",
        lambda q: q.relation is Relation.PARENT and _has_turned(q, OWN_ACCESS_AGE),
        "pasient- og brukerrettighetsloven § 3-4 third paragraph: from 12 the young person may ask that"
        " parents are not told; a screen cannot ask, so it stays closed (J, as helsenorge.no)",
        "Between 12 and 16 parents have no digital access. Talk with your child, or ask the doctor.",
    ),
    Rule(
        "fullmakt-from-16",
        lambda q: q.relation is Relation.ATTORNEY and not _has_turned(q, HEALTH_MAJORITY),
        "pasient- og brukerrettighetsloven § 4-3 first paragraph b: whoever gives leave decides alone",
        "Nobody under 16 can give a fullmakt.",
    ),
    Rule(
        "fullmakt-holder-under-age",
        _holder_is_under_age,
        "vergemålsloven §§ 8, 9: of age at 18 (J: a fullmakt over health data binds who is of age)",
        "You can act by fullmakt from the day you turn 18.",
    ),
    Rule(
        "fullmakt-lacks-power",
        _lacks_power,
        "avtaleloven § 11: who acts beyond the fullmakt has none; personvernforordningen art. 5 (1) c",
        "The fullmakt does not cover this. The one who gave it can give a wider one.",
    ),
    Rule(
        "own-access-from-12",
        _is_too_young,
        "pasient- og brukerrettighetsloven §§ 3-4, 5-1: the right to one's own journal has no age; parents"
        " use it before 12 and are closed out from 12; barnekonvensjonen art. 16 (J: own access from 12)",
        "Digital access to your own results begins when you turn 12. Ask a parent until then.",
    ),
    Rule(
        "own-settings-from-16",
        lambda q: q.own and q.power is Power.SETTINGS and not _has_turned(q, HEALTH_MAJORITY),
        "pasient- og brukerrettighetsloven §§ 4-3, 4-4: consent and its withdrawal are one's own from 16",
        "You can decide over your own privacy settings from the day you turn 16. Ask your doctor until then.",
    ),
)
