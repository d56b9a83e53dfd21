"""What a look-up states, what the registers answer, and what was decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar
from uuid import UUID

from msgspec import Struct

if TYPE_CHECKING:
    from core_record.access.question import Rule
    from core_record.representation.facts import RepresentationFacts

T_co = TypeVar("T_co", covariant=True)


class AccessBasis(StrEnum):
    """`access-basis` of Pasientens prøvesvar (NHN, utviklerportal, "authorization")."""

    UNNTAK = "UNNTAK"
    SAMTYKKE = "SAMTYKKE"
    FORHOYET_SAMTYKKE = "FORHOYET_SAMTYKKE"
    AKUTT = "AKUTT"
    FORHOYET_AKUTT = "FORHOYET_AKUTT"

    @property
    def elevated(self) -> bool:
        """True for the two that open what the person has restricted."""
        return self in (AccessBasis.FORHOYET_SAMTYKKE, AccessBasis.FORHOYET_AKUTT)


ELEVATED = frozenset(basis.value for basis in AccessBasis if basis.elevated)
CARE_BASIS = "HELSEHJELP"
"""What stands as basis where a health worker declares none: help being given (pasientjournalloven § 19)."""
OWN_BASIS = "EGEN"  # a citizen's own data (pasient- og brukerrettighetsloven § 5-1): declared by nobody


class Relation(StrEnum):
    """How the relation between actor and person is shown."""

    OWN = "own"
    PARENT = "parent"
    ATTORNEY = "attorney"
    LISTED_GP = "listed-gp"
    GP_SUBSTITUTE = "gp-substitute"
    ADMISSION = "admission"
    CONTACT = "contact"
    TASK = "task"
    SELF_DECLARED = "self-declared"
    NONE = "none"

    @property
    def shown_by_registers(self) -> bool:
        """True when nobody had to be believed."""
        return self in _SHOWN

    @property
    def of_gp(self) -> bool:
        """The listed GP, or the GP's substitute."""
        return self in (Relation.LISTED_GP, Relation.GP_SUBSTITUTE)


_SHOWN = frozenset(Relation) - {Relation.SELF_DECLARED, Relation.NONE}


class Record(StrEnum):
    """Which record is asked for: they are open to different people, by different law.

    RESULTS is the core record with its results (kjernejournalforskriften), JOURNAL the municipal services'
    (pasientjournalloven).
    """

    RESULTS = "results"
    JOURNAL = "journal"


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """What the caller declares: basis, role (Volven 9060), reason code of a self-declared relation.

    Citizens declare nothing; `basis` is None for them. `attestation`: an id that `core_record` gave.
    `records_consent`: the request is the recording of a consent just given, not a use of one.
    `record`, `kinds` and `writes` say what is asked for: of the journal, which kinds of entries, and whether
    something is written.
    """

    basis: AccessBasis | None = None
    role: str | None = None
    reason: str | None = None
    correlation_id: str | None = None
    attestation: UUID | None = None
    records_consent: bool = False
    record: Record = Record.RESULTS
    kinds: frozenset[str] = frozenset()
    writes: bool = False


class Facts(Struct, frozen=True):
    """What the registers say about person, actor and the relation between them, read in one round trip.

    From `reserved` on: the person's privacy settings that hold now and concern this actor, the care relation
    that the journal shows, and the attestation that the request names (empty when it is none of this actor's
    about this person).
    """

    person_id: UUID | None
    actor_id: UUID | None
    person_name: str | None
    birth_date: date | None
    personnel_name: str | None
    hpr_owner: UUID | None
    authorised: bool
    organisation_name: str | None
    place_name: str | None
    place_inside: bool | None
    employed: bool
    listed_gp: bool
    gp_substitute: bool
    reserved: bool = False
    blocked: bool = False
    restricted_all: bool = False
    restricted_fields: Sequence[str] = ()
    restricted_sources: Sequence[str] = ()
    consented: bool = False
    consent_withdrawn: bool = False
    care_relation: str | None = None
    attested_purpose: str | None = None
    attested_until: datetime | None = None
    attested_reason: str | None = None
    organisation_kind: str | None = None
    employed_as: str | None = None


@dataclass(frozen=True, slots=True)
class Restrictions:
    """What a person's sperringer keep from this reader: everything, fields of medicine, what sources sent."""

    everything: bool
    fields: frozenset[str]
    sources: frozenset[str]


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of the rules; `refusal` is the rule that refused, None when permitted.

    `restrictions`: what binds this reader (None: nothing). They are opened by an elevated basis (`opens`);
    otherwise `look_up` has withheld `withheld` items from the transaction before anything is read.
    """

    person_id: UUID | None
    basis: str
    relation: Relation
    reason: str | None
    refusal: Rule | None
    facts: Facts
    representation: RepresentationFacts | None = None
    restrictions: Restrictions | None = None
    withheld: int = 0

    @property
    def opens(self) -> bool:
        """Whether the basis opens what the person has restricted."""
        return self.restrictions is not None and self.basis in ELEVATED

    @property
    def permitted(self) -> bool:
        """Whether the data may be read."""
        return self.refusal is None


@dataclass(frozen=True, slots=True)
class LookUp(Generic[T_co]):
    """What a `read` found: the value to answer with, and the number of items of each kind shown.

    `action` is `read`, or `write` where it changed something. `meanwhile` is called while the row of the log
    is being committed: work on the value that asks the database nothing. When it fails, the row may stay
    although nothing was shown.
    """

    value: T_co
    items: Mapping[str, int] = field(default_factory=dict)
    action: str = "read"
    meanwhile: Callable[[], object] | None = None
