"""`nhn:tillitsrammeverk:parameters` (NorskHelsenett/Tillitsrammeverk, "Utprøving v1.1")."""

from __future__ import annotations

from msgspec import Struct

TYPE = "nhn:tillitsrammeverk:parameters"


class Identifier(Struct, frozen=True, omit_defaults=True):
    """An identifier with its name, system and authority."""

    id: str
    name: str = ""
    system: str = ""
    authority: str = ""


class Code(Struct, frozen=True, omit_defaults=True):
    """A code with its text, system and assigner."""

    code: str
    text: str = ""
    system: str = ""
    assigner: str = ""


class DecisionRef(Struct, frozen=True, omit_defaults=True):
    """What the access rests on; `user_selected`: the health worker says so, no register does."""

    id: str
    user_selected: bool
    description: str = ""


class Practitioner(Struct, frozen=True, omit_defaults=True):
    """Who attests. `identifier` is never kept: it is the token's pid, or the attestation is refused."""

    legal_entity: Identifier
    point_of_care: Identifier
    identifier: Identifier | None = None
    hpr_nr: Identifier | None = None
    authorization: Code | None = None
    department: Identifier | None = None


class CareRelationship(Struct, frozen=True, omit_defaults=True):
    """Which service is given, for what purpose, and what the access rests on."""

    healthcare_service: Code
    purpose_of_use: Code
    decision_ref: DecisionRef
    purpose_of_use_details: Code | None = None


class Patient(Struct, frozen=True, omit_defaults=True):
    """Where the patient is treated. The number is the header's; one here must be it, and is not kept."""

    identifier: Identifier | None = None
    point_of_care: Identifier | None = None
    department: Identifier | None = None


class Parameters(Struct, frozen=True):
    """The whole attestation: one health worker, one patient."""

    type: str
    practitioner: Practitioner
    care_relationship: CareRelationship
    patients: tuple[Patient, ...] = ()
