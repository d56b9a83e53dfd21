"""PractitionerRoles: who asked, who answered. One resource for each different role in a report."""

from __future__ import annotations

from collections.abc import Sequence

from results_service.codes.systems import IDENTIFIER_SYSTEMS
from results_service.reports.fhir.build import Json, coding, concept
from results_service.reports.fhir.context import Context, encode
from results_service.reports.fhir.model import MappedResource
from results_service.reports.svarrapport.model import Message
from results_service.reports.svarrapport.parts import Identifier, Party, Person, Unit

# In the order in which they are given out; a person is best known by the HPR number.
_PERSON_KINDS = ("HPR", "HER", "DUF")
_UNIT_KINDS = ("HER", "ENH", "RSH", "AKO")
# Numbers of persons as persons: never given out for health workers.
_PERSON_NUMBERS = frozenset({"FNR", "DNR", "FHN", "HNR", "PNR", "SEF", "DKF", "SSN", "UID", "XXX"})
_TELECOM = {"tel": "phone", "fax": "fax", "mailto": "email", "http": "url", "https": "url"}
# Norsk helsenett's national service stands as Requester in copies; it asked for nothing (clinical rule 12).
_NEVER_REQUESTER = frozenset({("HER", "112374"), ("HER", "8139764"), ("ENH", "994598759")})
_NEVER_REQUESTER_NAME = "NILAR"


class Roles:
    """The PractitionerRoles of one report."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._resources: dict[bytes, MappedResource] = {}
        self._known: dict[int, list[Json]] = {}

    @property
    def resources(self) -> list[MappedResource]:
        """Every role made so far."""
        return list(self._resources.values())

    def of(self, party: Party, fallback: Party | None = None) -> list[Json]:
        """References to the roles of a party: one for each person, else one for the organisation.

        `fallback` is the organisation of persons who are named without one.
        """
        known = self._known.get(id(party))
        if known is not None:
            return known
        place = party if _is_place(party) else fallback
        found = [self._role(party, person, place) for person in party.persons if person.name or person.ids]
        if not found and _is_place(party):
            found = [self._role(party, None, party)]
        self._list_unused(party)
        self._known[id(party)] = found
        return found

    def all_of(self, parties: Sequence[Party], fallback: Party | None = None) -> list[Json]:
        """References to the roles of several parties, each once."""
        found = {json["reference"]: json for party in parties for json in self.of(party, fallback)}
        return list(found.values())

    def _role(self, party: Party, person: Person | None, place: Party | None) -> Json:
        parts: Json = {"meta": self._context.meta("PractitionerRole")}
        if person is not None:
            parts["practitioner"] = _reference(person.name, person.ids, _PERSON_KINDS)
        if place is not None:
            _add_place(parts, place)
        codes = [code for code in (party.relation, person.role if person else None) if code]
        if codes:
            parts["code"] = [{"coding": [coding(code)]} for code in codes]
        if party.specialty:
            parts["specialty"] = [concept(party.specialty)]
        if party.telecom:
            parts["telecom"] = [_telecom(text) for text in party.telecom if not text.endswith(":")]
        content = encode(parts)
        resource = self._resources.get(content)
        if resource is None:
            resource_id = self._context.new_id("PractitionerRole", content.decode())
            resource = self._context.resource("PractitionerRole", resource_id, parts)
            self._resources[content] = resource
        return {"reference": f"PractitionerRole/{resource.id}"}

    def _list_unused(self, party: Party) -> None:
        """A Reference holds one identifier; the others are listed, but for the sender's, which find it."""
        owners: list[Party | Person | Unit] = [*party.persons]
        if party is not self._context.message.sender:
            owners += [party, *party.departments]
        if any(len(owner.ids) > 1 for owner in owners):
            self._context.unmapped.append(f"{party.path}/HCP//AdditionalId")


def requester_of(context: Context) -> Party | None:
    """Who asked: the responsible health worker, else the requester unless that is the national service."""
    asked = who_asked(context.message)
    if asked is not context.message.requester and not _is_empty(context.message.requester):
        context.unmapped.append(context.message.requester.path)
    return asked


def who_asked(message: Message) -> Party | None:
    """The same of a message alone; None where nobody is told (clinical rule 12: "ikke oppgitt")."""
    if message.responsible is not None and not _is_empty(message.responsible):
        return message.responsible
    if _is_empty(message.requester) or is_copy_receiver(message.requester):
        return None
    return message.requester


def is_copy_receiver(party: Party) -> bool:
    """Whether a party is the national service itself, which gets copies and asks for nothing."""
    ids = {(i.type, i.value) for i in party.ids} | {
        (i.type, i.value) for d in party.departments for i in d.ids
    }
    names = {department.name.strip().upper() for department in party.departments}
    return bool(ids & _NEVER_REQUESTER) or _NEVER_REQUESTER_NAME in names


def _add_place(parts: Json, place: Party) -> None:
    """The organisation, and its departments as the services the role belongs to."""
    if place.name or place.ids:
        parts["organization"] = _reference(place.name, place.ids, _UNIT_KINDS)
    if place.departments:
        parts["healthcareService"] = [_reference(d.name, d.ids, _UNIT_KINDS) for d in place.departments]


def _is_place(party: Party) -> bool:
    return bool(party.name or party.ids or party.departments)


def _is_empty(party: Party) -> bool:
    return not (_is_place(party) or any(person.name or person.ids for person in party.persons))


def _reference(name: str, ids: Sequence[Identifier], kinds: Sequence[str]) -> Json:
    """A Reference by identifier: the most official one, else a local one with its type."""
    json: Json = {}
    ranked = sorted(
        (i for i in ids if i.type not in _PERSON_NUMBERS),
        key=lambda i: kinds.index(i.type) if i.type in kinds else len(kinds),
    )
    if ranked:
        best = ranked[0]
        system = IDENTIFIER_SYSTEMS.get(best.type)
        json["identifier"] = (
            {"system": system, "value": best.value}
            if system
            else {"type": {"text": best.type or "ukjent"}, "value": best.value}
        )
    if name:
        json["display"] = name
    return json


def _telecom(text: str) -> Json:
    scheme, colon, rest = text.partition(":")
    if colon and scheme.lower() in ("tel", "fax", "mailto"):
        return {"system": _TELECOM[scheme.lower()], "value": rest}
    return {"system": _TELECOM.get(scheme.lower(), "other"), "value": text}
