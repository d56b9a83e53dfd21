"""FHIR Consent and RelatedPerson → rows in plain words, and a wish → what is sent. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from portal.ui.dates import show_day

Json = dict[str, Any]
SETTING = "urn:akson:privacy-setting"
FIELDS = ("CLIN", "MBIO", "FARM", "IMTR", "PAT", "RAD", "NUK", "MGEN")
POWERS = ("results", "journal", "access-log", "settings")
_FIELD_SYSTEM = "http://ehelse.no/fhir/CodeSystem/no-kodeverk-8202"
_ROLES = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
_ENH, _HPR = "urn:oid:2.16.578.1.12.4.1.4.101", "urn:oid:2.16.578.1.12.4.1.4.4"
_LOG_EVENT = "urn:akson:access-log-event"
_SOURCE, _READER = "CST", "IRCP"
_WITHDRAWN, _DELETION, _ENDED = "urn:akson:withdrawn", "urn:akson:deletion", "urn:akson:fullmakt-ended"
_POWER = "urn:akson:fullmakt-power"


@dataclass
class Setting:
    """A setting. `scope` of a sperring: `all`, `field`, `source`, `reader`; `what` its code or name.

    `ended` is the day it was withdrawn, empty while it holds; `deletion` of a reservasjon: pending or done.
    """

    id: str
    version: str
    kind: str
    scope: str
    what: str
    since: str
    until: str
    active: bool
    ended: str
    ended_by: str
    deletion: str


@dataclass
class Fullmakt:
    """A fullmakt given, or held (`name` is then who gave it)."""

    id: str
    name: str
    powers: list[str] = field(default_factory=list)
    since: str = ""
    until: str = ""
    active: bool = True
    ended: str = ""
    ended_by: str = ""


@dataclass
class Found:
    """Someone or some place to name: HPR or organisation number, name, and what tells it apart."""

    id: str
    name: str
    where: str


def setting(consent: Json) -> Setting:
    """One Consent."""
    provision = consent.get("provision", {})
    period = provision.get("period", {})
    scope, what = _scope(provision)
    withdrawn = _parts(consent, _WITHDRAWN)
    return Setting(
        id=str(consent.get("id", "")),
        version=str(consent.get("meta", {}).get("versionId", "1")),
        kind=_category(consent),
        scope=scope,
        what=what,
        since=show_day(str(period.get("start") or consent.get("dateTime", ""))),
        until=show_day(str(period.get("end", ""))),
        active=consent.get("status") == "active",
        ended=show_day(str(withdrawn.get("at", {}).get("valueDateTime", ""))),
        ended_by=str(withdrawn.get("by", {}).get("valueCode", "")),
        deletion=_code(consent, _DELETION),
    )


def fullmakt(related: Json) -> Fullmakt:
    """One RelatedPerson: given (named by its holder) or held (named by `patient`)."""
    names = related.get("name") or [{}]
    period = related.get("period", {})
    ended = _parts(related, _ENDED)
    extensions = related.get("extension", [])
    return Fullmakt(
        id=str(related.get("id", "")),
        name=str(names[0].get("text") or related.get("patient", {}).get("display", "")),
        powers=[str(one.get("valueCode", "")) for one in extensions if one.get("url") == _POWER],
        since=show_day(str(period.get("start", ""))),
        until=show_day(str(period.get("end", ""))),
        active=bool(related.get("active")),
        ended=show_day(str(ended.get("at", {}).get("valueDateTime", ""))),
        ended_by=str(ended.get("by", {}).get("valueCode", "")),
    )


def is_fullmakt(related: Json) -> bool:
    """Whether someone is represented by fullmakt, not as a child."""
    codings = (related.get("relationship") or [{}])[0].get("coding") or [{}]
    return codings[0].get("code") == "POWATT"


def practitioner(resource: Json, roles: list[Json]) -> Found:
    """A health worker to choose, told apart by where they work."""
    name = (resource.get("name") or [{}])[0]
    places = {str(role.get("organization", {}).get("display", "")) for role in roles}
    shown = str(name.get("text") or " ".join([*name.get("given", []), str(name.get("family", ""))]))
    return Found(str(resource.get("id", "")), shown, ", ".join(sorted(places - {""})))


def organisation(resource: Json) -> Found:
    """An organisation to choose, told apart by what it is part of."""
    above = str(resource.get("partOf", {}).get("display", ""))
    return Found(str(resource.get("id", "")), str(resource.get("name", "")), above)


def restriction(scope: str, code: str) -> Json:
    """A sperring to make: `all`, a `field` (8202), or a `source` or `reader` (organisation number)."""
    provision: Json = {"type": "deny"}
    if scope == "field":
        provision["class"] = [{"system": _FIELD_SYSTEM, "code": code}]
    elif scope in ("source", "reader"):
        provision["actor"] = [_named(_SOURCE if scope == "source" else _READER, _ENH, code)]
    return _consent("sperring", provision)


def block(hpr_number: str) -> Json:
    """A blokkering to make."""
    return _consent("blokkering", {"type": "deny", "actor": [_named(_READER, _HPR, hpr_number)]})


def block_seen(event_id: str) -> Json:
    """A blokkering of the health worker whom a row of the person's own log shows."""
    return _consent("blokkering", {"type": "deny", "actor": [_named(_READER, _LOG_EVENT, event_id)]})


def reservation() -> Json:
    """A reservasjon to make."""
    return _consent("reservasjon", {"type": "deny"})


def _consent(kind: str, provision: Json) -> Json:
    category = [{"coding": [{"system": SETTING, "code": kind}]}]
    return {"resourceType": "Consent", "status": "active", "category": category, "provision": provision}


def _named(role: str, system: str, value: str) -> Json:
    concept = {"coding": [{"system": _ROLES, "code": role}]}
    return {"role": concept, "reference": {"identifier": {"system": system, "value": value}}}


def _category(consent: Json) -> str:
    codings = [coding for one in consent.get("category", []) for coding in one.get("coding", [])]
    return next((str(one.get("code", "")) for one in codings if one.get("system") == SETTING), "")


def _scope(provision: Json) -> tuple[str, str]:
    if classes := provision.get("class"):
        return "field", str(classes[0].get("code", ""))
    actors = provision.get("actor") or []
    if not actors:
        return "all", ""
    roles = (actors[0].get("role", {}).get("coding") or [{}])[0]
    names = [str(one.get("reference", {}).get("display", "")) for one in actors]
    scope = "source" if roles.get("code") == _SOURCE else "reader"
    return scope, ", ".join(name for name in reversed(names) if name)


def _extension(resource: Json, url: str) -> Json:
    extensions: list[Json] = resource.get("extension", [])
    return next((one for one in extensions if one.get("url") == url), {})


def _code(resource: Json, url: str) -> str:
    return str(_extension(resource, url).get("valueCode", ""))


def _parts(resource: Json, url: str) -> dict[str, Json]:
    return {str(part.get("url", "")): part for part in _extension(resource, url).get("extension", [])}
