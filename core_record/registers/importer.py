"""Import of registers: safe to repeat, every change kept with what was there before."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import msgspec
from psycopg import Connection, sql

from core_record.registers import repository
from core_record.registers.changes import (
    EMPLOYMENT,
    GP_LIST,
    IMPORT,
    PERSONNEL,
    SUBSTITUTE,
    Change,
    Origin,
    Table,
    upsert,
)
from core_record.registers.file import (
    Administration,
    Department,
    Employment,
    FormerNumber,
    GpListEntry,
    Number,
    Organisation,
    OwnedAuthorisation,
    OwnedParent,
    Parent,
    Person,
    Personnel,
    RegisterFile,
    SenderEntry,
)
from core_record.registers.numbers import seal_number
from core_record.registers.periods import Period, lay
from kit.db import set_person_sync
from kit.errors import Conflict, Unprocessable
from kit.ids import NationalId
from kit.keys import KeyRing
from kit.norway import today_in_norway

_ORGANISATION = Table("organisation", ("org_number",))
_DEPARTMENT = Table("department", ("her_id",))
_AUTHORISATION = Table("authorisation", ("personnel_id", "code", "valid_from"))
_ADMINISTRATION = Table("administration", ("personnel_id", "org_number", "valid_from"))
_SENDER = Table("sender", ("org_number",))
_SENDER_ID = Table("sender_identifier", ("id_type", "id_value"))
_DELIVERY = Table("sender_delivery", ("org_number", "delivered_by"))
_PERSON = Table("person", ("person_id",), of_person=True)
_PARENT = Table("person_parent", ("person_id", "parent_id", "valid_from"), of_person=True)
_PROTECTION = Table("address_protection", ("person_id", "valid_from"), of_person=True)
_PROTECTED = ("address_protection", "protected_from", "protected_to")

Registers: TypeAlias = RegisterFile[Number]
Counts: TypeAlias = dict[str, Counter[Change]]


class Importer:
    """One import in one transaction; `counts` holds rows added, changed, ended and unchanged, by table.

    `put` raises `Conflict` and `Unprocessable` for what the registers cannot hold, never an error of the
    database's: the caller may note the fault and look at the next entry, though it commits nothing.
    """

    def __init__(self, conn: Connection[Any], keys: KeyRing, origin: Origin = IMPORT) -> None:
        self._conn = conn
        self._keys = keys
        self._origin = origin
        self._ids: dict[bytes, UUID] = {}
        self._organisations: set[str] = set()
        self._given: frozenset[str] | None = None
        self.counts: Counts = defaultdict(Counter)
        self._puts: dict[str, Callable[[Any], None]] = {
            "organisations": self._organisation,
            "departments": lambda one: self._departments(one.org_number, (one,)),
            "personnel": self._personnel,
            "authorisations": self._authorisation,
            "employments": lambda one: self._of_personnel(EMPLOYMENT, one),
            "administrators": lambda one: self._of_personnel(_ADMINISTRATION, one),
            "persons": self._person,
            "parents": self._parent,
            "former_numbers": self._former,
            "substitutes": lambda one: self._put(SUBSTITUTE, self._fields(one)),
            "gp_lists": self._gp_list,
            "senders": self._sender,
        }

    def run(self, file: Registers) -> None:
        """Import everything in an order in which nothing refers to what is not there yet."""
        for section in RegisterFile.__struct_fields__:
            for entry in in_order(section, getattr(file, section)):
                self.put(section, entry)

    def put(self, section: str, entry: msgspec.Struct, given: frozenset[str] | None = None) -> None:
        """Import one entry of a section of `RegisterFile`; fields not `given` stay as they are."""
        self._given = given
        self._puts[section](entry)

    def _fields(self, entry: msgspec.Struct, without: tuple[str, ...] = ()) -> dict[str, Any]:
        found = msgspec.structs.asdict(entry).items()
        return {n: v for n, v in found if n not in without and (self._given is None or n in self._given)}

    def _put(self, table: Table, row: dict[str, Any]) -> None:
        self.counts[table.name][upsert(self._conn, table, row, self._origin)] += 1

    def _person_id(self, number: NationalId) -> UUID:
        """The person of a number, made if need be; the transaction then serves this person."""
        number_hash = self._keys.number_hash(number)
        if (known := self._ids.get(number_hash)) is not None:
            set_person_sync(self._conn, known)
            return known
        cipher = seal_number(self._keys, number, number_hash)
        person_id, _ = repository.ensure_sync(self._conn, number_hash, number.kind, cipher, number.birth_date)
        self._ids[number_hash] = person_id
        return person_id

    def _known_organisation(self, org_number: str | None) -> None:
        if org_number is None or org_number in self._organisations:
            return
        if not repository.organisation_known(self._conn, org_number):
            raise Unprocessable("organisation-unknown", f"No organisation {org_number}: import it first.")
        self._organisations.add(org_number)

    def _organisation(self, entry: Organisation) -> None:
        self._known_organisation(entry.parent)
        if entry.her_id and repository.her_id_owner(self._conn, entry.her_id) not in (None, entry.org_number):
            raise Conflict("her-id-taken", f"HER-id {entry.her_id} belongs to another organisation.")
        self._put(_ORGANISATION, self._fields(entry, without=("departments",)))
        self._departments(entry.org_number, entry.departments)

    def _departments(self, org_number: str, departments: Iterable[Department]) -> None:
        self._known_organisation(org_number)
        for one in departments:
            self._put(_DEPARTMENT, {"her_id": one.her_id, "name": one.name, "org_number": org_number})

    def _personnel(self, entry: Personnel[Number]) -> None:
        personnel_id = self._person_id(entry.national_id.national)
        if entry.hpr_number:
            owner = repository.hpr_owner(self._conn, entry.hpr_number)
            if owner not in (None, personnel_id):
                raise Conflict("hpr-number-taken", f"HPR number {entry.hpr_number} belongs to someone else.")
        row = self._fields(entry, without=("national_id", "authorisations"))
        self._put(PERSONNEL, {"personnel_id": personnel_id, **row})
        for one in entry.authorisations:
            self._put(_AUTHORISATION, {"personnel_id": personnel_id, **msgspec.structs.asdict(one)})

    def _authorisation(self, entry: OwnedAuthorisation) -> None:
        personnel_id = repository.hpr_owner(self._conn, entry.hpr_number)
        if personnel_id is None:
            raise Unprocessable("hpr-number-unknown", f"No personnel with HPR number {entry.hpr_number}.")
        self._put(
            _AUTHORISATION, {"personnel_id": personnel_id, **self._fields(entry, without=("hpr_number",))}
        )

    def _of_personnel(self, table: Table, entry: Employment[Number] | Administration[Number]) -> None:
        self._known_organisation(entry.org_number)
        personnel_id = self._person_id(entry.national_id.national)
        if not repository.is_personnel(self._conn, personnel_id):
            raise Unprocessable("personnel-unknown", "The number is of nobody in the register of personnel.")
        self._put(table, {"personnel_id": personnel_id, **self._fields(entry, without=("national_id",))})

    def _person(self, entry: Person[Number]) -> None:
        person_id = self._person_id(entry.national_id.national)
        row = self._fields(entry, without=("national_id", "parents", "former_ids", *_PROTECTED))
        self._put(_PERSON, {"person_id": person_id, "registered": True, **row})
        self._protection(person_id, entry)
        self._project_own_patient(person_id)
        for parent in entry.parents:
            self._responsible(entry.national_id, parent.national_id, parent)
        for former in entry.former_ids:
            self._former(FormerNumber(national_id=entry.national_id, former_id=former))

    def _parent(self, entry: OwnedParent[Number]) -> None:
        self._responsible(entry.national_id, entry.parent_id, entry)

    def _responsible(self, child: Number, parent: Number, said: Parent[Number] | OwnedParent[Number]) -> None:
        parent_id = self._person_id(parent.national)
        person_id = self._person_id(child.national)
        whose = {"person_id": person_id, "parent_id": parent_id}
        known = repository.periods(self._conn, _PARENT, whose, "responsibility")
        self._lay(
            _PARENT, whose, "responsibility", known, said.responsibility, (said.valid_from, said.valid_to)
        )

    def _protection(self, person_id: UUID, entry: Person[Number]) -> None:
        if self._given is not None and "address_protection" not in self._given:
            if self._given.intersection(_PROTECTED):
                raise Unprocessable("protection-without-level", "Send address_protection with its days.")
            return
        whose, level = {"person_id": person_id}, entry.address_protection
        known = repository.periods(self._conn, _PROTECTION, whose, "level")
        if known or level != "none":
            self._lay(_PROTECTION, whose, "level", known, level, (entry.protected_from, entry.protected_to))

    def _lay(
        self,
        table: Table,
        whose: dict[str, Any],
        column: str,
        known: list[Period[Any]],
        state: object,
        days: tuple[date | None, date | None],
    ) -> None:
        """Write what a delivery says of a period, and cut short what held until then."""
        for row in lay(known, state, *days, today_in_norway()):
            period = {"valid_from": row.valid_from, "valid_to": row.valid_to}
            self._put(table, {**whose, column: row.state, **period})

    def _former(self, entry: FormerNumber[Number]) -> None:
        former = entry.former_id.national
        person_id = self._person_id(entry.national_id.national)
        number_hash = self._keys.number_hash(former)
        cipher = seal_number(self._keys, former, number_hash)
        known = repository.resolve_sync(self._conn, number_hash)
        if not repository.link_sync(self._conn, person_id, number_hash, former.kind, cipher):
            raise Conflict(
                "number-of-another-person",
                "A former number belongs to another person: the two persons must be merged first.",
            )
        self.counts["person_number"][Change.NONE if known else Change.ADDED] += 1

    def _gp_list(self, entry: GpListEntry[Number]) -> None:
        self._known_organisation(entry.org_number)
        person_id = self._person_id(entry.national_id.national)
        ended = repository.end_earlier_gp_lists(self._conn, person_id, entry.valid_from, self._origin)
        self.counts[GP_LIST.name].update(ended)
        row = {"person_id": person_id, **self._fields(entry, without=("national_id",))}
        if (following := repository.next_gp_list(self._conn, person_id, entry.valid_from)) is not None:
            last_day = following - timedelta(days=1)
            row["valid_to"] = min(entry.valid_to or last_day, last_day)
        self._put(GP_LIST, row)
        self._project_own_patient(person_id)

    def _project_own_patient(self, person_id: UUID) -> None:
        for entry in repository.gp_lists_with_name(self._conn, person_id):
            unit = sql.SQL("SET LOCAL akson.unit = {}").format(sql.Literal(entry["unit"]))
            self._conn.execute(unit, prepare=False)
            repository.put_own_patient(self._conn, entry)

    def _sender(self, entry: SenderEntry) -> None:
        org_number = entry.org_number
        for number in (org_number, *entry.delivered_by):
            self._known_organisation(number)
        own = self._fields(entry, without=("her_ids", "departments", "delivered_by"))
        self._put(_SENDER, {n: sorted(set(v)) if isinstance(v, tuple) else v for n, v in own.items()})
        self._departments(org_number, entry.departments)
        ids: list[tuple[str, str, str | None]] = [("ENH", org_number, None)]
        ids += [*(("HER", her_id, None) for her_id in entry.her_ids)]
        ids += [("HER", d.her_id, d.her_id) for d in entry.departments]
        for id_type, value, department in ids:
            row = {"id_type": id_type, "id_value": value, "org_number": org_number, "department": department}
            self._put(_SENDER_ID, row)
        for broker in entry.delivered_by:
            self._put(_DELIVERY, {"org_number": org_number, "delivered_by": broker})


def in_order(section: str, entries: tuple[Any, ...]) -> Iterable[Any]:
    """The entries so that nothing refers to a later one: organisations after their parents."""
    return _parents_first(entries) if section == "organisations" else entries


def _parents_first(organisations: tuple[Organisation, ...]) -> list[Organisation]:
    """Organisations so that each parent named in the file comes before its children."""
    here = {o.org_number for o in organisations}
    done: set[str] = set()
    ordered: list[Organisation] = []
    waiting = list(organisations)
    while waiting:
        ready = [o for o in waiting if o.parent is None or o.parent in done or o.parent not in here]
        if not ready:
            raise Unprocessable("organisation-circle", "Organisations in the file are each other's parents.")
        ordered += ready
        done |= {o.org_number for o in ready}
        waiting = [o for o in waiting if o.org_number not in done]
    return ordered
