"""A privacy setting as FHIR R4 Consent, and the other way (docs/privacy.md has the shape)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct, field

from core_record.fhir import ENH, HPR
from core_record.privacy.models import FIELDS, Kind, Scope, Setting, Wanted
from kit.errors import Malformed
from kit.ids import NationalId

SETTING = "urn:akson:privacy-setting"
LOG_EVENT = "urn:akson:access-log-event"
FIELD_SYSTEM = "http://ehelse.no/fhir/CodeSystem/no-kodeverk-8202"
_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
_SOURCE, _READER = "CST", "IRCP"  # custodian, information recipient
_LAWS = {
    Kind.SPERRING: "pasientjournalloven-17",
    Kind.BLOKKERING: "pasientjournalloven-17",
    Kind.RESERVASJON: "kjernejournalforskriften-3",
    Kind.SAMTYKKE: "kjernejournalforskriften-7",
}
Json = dict[str, Any]


class _Coding(Struct):
    system: str = ""
    code: str = ""


class _Concept(Struct):
    coding: list[_Coding] = []


class _Identifier(Struct):
    system: str = ""
    value: str = ""


class _Reference(Struct):
    identifier: _Identifier = field(default_factory=_Identifier)


class _Actor(Struct):
    role: _Concept
    reference: _Reference


class _Period(Struct):
    start: datetime | None = None
    end: datetime | None = None


class _Provision(Struct):
    type: str
    period: _Period | None = None
    classes: list[_Coding] = field(default_factory=list, name="class")
    actor: list[_Actor] = []


class _Consent(Struct):
    resourceType: str  # noqa: N815 - FHIR's name
    status: str
    category: list[_Concept] = []
    provision: _Provision | None = None


def read_wanted(body: bytes) -> Wanted:
    """The setting that a Consent asks for; raises `Malformed` (`consent-malformed`)."""
    consent = _decode(body)
    provision = consent.provision
    codes = [c.code for concept in consent.category for c in concept.coding if c.system == SETTING]
    if consent.status != "active" or provision is None or len(codes) != 1 or codes[0] not in set(Kind):
        raise _malformed(f"status active, one category of {SETTING}, and a provision are needed")
    kind = Kind(codes[0])
    if provision.type != ("permit" if kind is Kind.SAMTYKKE else "deny"):
        raise _malformed("provision.type is permit for samtykke, deny for the others")
    return _wanted(kind, provision)


def is_withdrawal(body: bytes, setting_id: UUID) -> None:
    """Raises `Malformed` unless the body makes this Consent inactive, which is all that can be changed."""
    consent = _decode(body)
    sent = msgspec.json.decode(body).get("id")
    if consent.status != "inactive" or sent not in (None, str(setting_id)):
        raise _malformed("a setting can be made inactive, nothing else; make a new one instead")


def consent(setting: Setting, number: NationalId, now: datetime) -> Json:
    """The setting as a Consent about the person of `number`."""
    kind = Kind(setting.kind)
    return {
        "resourceType": "Consent",
        "id": str(setting.setting_id),
        "meta": {
            "versionId": str(setting.version),
            "lastUpdated": _instant(setting.withdrawn_at or setting.set_at),
        },
        **_extensions(setting),
        "status": "active" if setting.in_force(now) else "inactive",
        "scope": _concept("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
        "category": [_concept(SETTING, setting.kind)],
        "patient": {"identifier": {"system": number.oid, "value": number.value}},
        "dateTime": _instant(setting.set_at),
        "performer": [{"display": setting.set_by_name or setting.set_by}],
        "policyRule": _concept("urn:akson:privacy-law", _LAWS[kind]),
        "provision": _provision(kind, setting),
    }


def _provision(kind: Kind, setting: Setting) -> Json:
    period = {"start": _instant(setting.valid_from)}
    if setting.valid_to:
        period["end"] = _instant(setting.valid_to)
    provision: Json = {"type": "permit" if kind is Kind.SAMTYKKE else "deny", "period": period}
    if setting.field:
        provision["class"] = [{"system": FIELD_SYSTEM, "code": setting.field}]
    if actors := _actors(kind, setting):
        provision["actor"] = actors
    return provision


def _actors(kind: Kind, setting: Setting) -> list[Json]:
    actors = []
    if setting.org_number:
        role = _SOURCE if setting.scope == Scope.SOURCE else _READER
        name = None if setting.personnel_id else setting.party_name
        actors.append(_actor(role, ENH, setting.org_number, name))
    if setting.personnel_id or kind is Kind.BLOKKERING:
        actors.append(_actor(_READER, HPR, setting.hpr_number, setting.party_name))
    return actors


def _actor(role: str, system: str, value: str | None, display: str | None) -> Json:
    reference: Json = {"identifier": {"system": system, "value": value}} if value else {}
    if display:
        reference["display"] = display
    return {"role": _concept(_PARTICIPATION, role), "reference": reference}


def _extensions(setting: Setting) -> Json:
    found: list[Json] = []
    if setting.withdrawn_at:
        parts = [
            {"url": "at", "valueDateTime": _instant(setting.withdrawn_at)},
            {"url": "by", "valueCode": setting.withdrawn_by},
        ]
        if setting.withdrawn_by_name:
            parts.append({"url": "name", "valueString": setting.withdrawn_by_name})
        found.append({"url": "urn:akson:withdrawn", "extension": parts})
    if setting.deletion:
        found.append({"url": "urn:akson:deletion", "valueCode": setting.deletion})
    return {"extension": found} if found else {}


def _wanted(kind: Kind, provision: _Provision) -> Wanted:
    organisations = [(_role(a), a.reference.identifier.value) for a in provision.actor if _is(a, ENH)]
    people = [a.reference.identifier.value for a in provision.actor if _is(a, HPR)]
    events = [a.reference.identifier.value for a in provision.actor if _is(a, LOG_EVENT)]
    if len(organisations) + len(people) + len(events) != len(provision.actor) or len(organisations) > 1:
        raise _malformed(f"provision.actor is identified by {ENH}, {HPR} or {LOG_EVENT}")
    role, org_number = organisations[0] if organisations else (None, None)
    scope, code = _scope(kind, provision, role)
    _check_parties(kind, scope, org_number, [*people, *events])
    period = provision.period or _Period()
    if any(t is not None and t.tzinfo is None for t in (period.start, period.end)):
        raise _malformed("provision.period needs times with their zone")
    return Wanted(
        kind=kind,
        scope=scope,
        field=code,
        org_number=org_number,
        hpr_number=people[0] if people else None,
        log_event=_uuid(events[0]) if events else None,
        valid_from=period.start,
        valid_to=period.end,
    )


def _scope(kind: Kind, provision: _Provision, role: str | None) -> tuple[Scope | None, str | None]:
    codes = [c.code for c in provision.classes]
    if codes and (kind is not Kind.SPERRING or len(codes) > 1 or codes[0] not in FIELDS or role):
        raise _malformed(f"provision.class is one of {', '.join(FIELDS)}, of a sperring without actor")
    if kind is not Kind.SPERRING:
        return None, None
    if codes:
        return Scope.FIELD, codes[0]
    if role is None:
        return Scope.ALL, None
    if role not in (_SOURCE, _READER):
        raise _malformed(f"provision.actor.role is {_SOURCE} (source) or {_READER} (reader)")
    return (Scope.SOURCE if role == _SOURCE else Scope.READER), None


def _check_parties(kind: Kind, scope: Scope | None, org_number: str | None, people: list[str]) -> None:
    """How many of each a setting names."""
    with_organisation = kind is Kind.SAMTYKKE or scope in (Scope.SOURCE, Scope.READER)
    if (org_number is not None) != with_organisation:
        raise _malformed("a sperring of source or reader, and a samtykke, name one organisation; others none")
    fitting = {Kind.BLOKKERING: (1,), Kind.SAMTYKKE: (0, 1)}.get(kind, (0,))
    if len(people) not in fitting:
        raise _malformed("a blokkering names one health worker, a samtykke may; others none")


def _role(actor: _Actor) -> str:
    return next((c.code for c in actor.role.coding if c.system == _PARTICIPATION), "")


def _is(actor: _Actor, system: str) -> bool:
    return actor.reference.identifier.system == system and bool(actor.reference.identifier.value)


def _decode(body: bytes) -> _Consent:
    try:
        decoded = msgspec.json.decode(body, type=_Consent)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _malformed("not a Consent in JSON") from error
    if decoded.resourceType != "Consent":
        raise _malformed("resourceType must be Consent")
    return decoded


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _malformed("the id of an AuditEvent is a UUID") from None


def _malformed(what: str) -> Malformed:
    return Malformed("consent-malformed", f"The Consent cannot be read: {what}. See docs/privacy.md.")


def _concept(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
