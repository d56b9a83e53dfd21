"""Import of registers: safe to repeat, every change kept with what was there before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from psycopg import Connection, sql

from core_record.registers import repository
from core_record.registers.file import (
    Administration,
    Department,
    Employment,
    GpListEntry,
    Organisation,
    Person,
    Personnel,
    RegisterFile,
    SenderEntry,
)
from core_record.registers.repository import Table, upsert
from kit.db import set_person_sync
from kit.errors import Conflict, Unprocessable
from kit.ids import NationalId, parse_national_id
from kit.keys import KeyRing

_ORGANISATION = Table("organisation", ("org_number",))
_DEPARTMENT = Table("department", ("her_id",))
_PERSONNEL = Table("personnel", ("personnel_id",))
_AUTHORISATION = Table("authorisation", ("personnel_id", "code", "valid_from"))
_EMPLOYMENT = Table("employment", ("personnel_id", "org_number", "role", "valid_from"))
_ADMINISTRATION = Table("administration", ("personnel_id", "org_number", "valid_from"))
_SUBSTITUTE = Table("gp_substitute", ("hpr_number", "substitute_hpr", "valid_from"))
_SENDER = Table("sender", ("org_number",))
_SENDER_ID = Table("sender_identifier", ("id_type", "id_value"))
_DELIVERY = Table("sender_delivery", ("org_number", "delivered_by"))
_PERSON = Table("person", ("person_id",), of_person=True)
_PARENT = Table("person_parent", ("person_id", "parent_id"), of_person=True)
_GP_LIST = Table("gp_list", ("person_id", "valid_from"), of_person=True)


class Importer:
    """One import in one transaction; `changed` counts rows written, by table."""

    def __init__(self, conn: Connection[Any], keys: KeyRing) -> None:
        self._conn = conn
        self._keys = keys
        self._ids: dict[bytes, UUID] = {}
        self.changed: Counter[str] = Counter()

    def run(self, file: RegisterFile) -> None:
        """Import everything in an order in which nothing refers to what is not there yet."""
        steps: tuple[tuple[Iterable[Any], Callable[[Any], None]], ...] = (
            (_parents_first(file.organisations), self._organisation),
            (file.personnel, self._personnel),
            (file.employments, lambda one: self._of_personnel(_EMPLOYMENT, one)),
            (file.administrators, lambda one: self._of_personnel(_ADMINISTRATION, one)),
            (file.persons, self._person),
            (file.substitutes, lambda one: self._put(_SUBSTITUTE, _fields(one))),
            (file.gp_lists, self._gp_list),
            (file.senders, self._sender),
        )
        for entries, put in steps:
            for entry in entries:
                put(entry)

    def _put(self, table: Table, row: dict[str, Any]) -> None:
        if upsert(self._conn, table, row):
            self.changed[table.name] += 1

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

    def _organisation(self, entry: Organisation) -> None:
        self._put(_ORGANISATION, _fields(entry, without=("departments",)))
        self._departments(entry.org_number, entry.departments)

    def _departments(self, org_number: str, departments: tuple[Department, ...]) -> None:
        for department in departments:
            self._put(_DEPARTMENT, {**_fields(department), "org_number": org_number})

    def _personnel(self, entry: Personnel) -> None:
        personnel_id = self._person_id(entry.national_id.national)
        row = _fields(entry, without=("national_id", "authorisations"))
        self._put(_PERSONNEL, {"personnel_id": personnel_id, **row})
        for authorisation in entry.authorisations:
            self._put(_AUTHORISATION, {"personnel_id": personnel_id, **_fields(authorisation)})

    def _of_personnel(self, table: Table, entry: Employment | Administration) -> None:
        personnel_id = self._person_id(entry.national_id.national)
        self._put(table, {"personnel_id": personnel_id, **_fields(entry, without=("national_id",))})

    def _person(self, entry: Person) -> None:
        parents = {self._person_id(p.national_id.national): p.responsibility for p in entry.parents}
        person_id = self._person_id(entry.national_id.national)
        row = _fields(entry, without=("national_id", "parents", "former_ids"))
        self._put(_PERSON, {"person_id": person_id, "registered": True, **row})
        self._project_own_patient(person_id)
        for parent_id, responsibility in parents.items():
            self._put(
                _PARENT, {"person_id": person_id, "parent_id": parent_id, "responsibility": responsibility}
            )
        for former in (other.national for other in entry.former_ids):
            number_hash = self._keys.number_hash(former)
            cipher = seal_number(self._keys, former, number_hash)
            if not repository.link_sync(self._conn, person_id, number_hash, former.kind, cipher):
                raise Conflict(
                    "number-of-another-person",
                    "A former number belongs to another person: the two persons must be merged first.",
                )

    def _gp_list(self, entry: GpListEntry) -> None:
        person_id = self._person_id(entry.national_id.national)
        self.changed[_GP_LIST.name] += repository.end_earlier_gp_lists(
            self._conn, person_id, entry.valid_from
        )
        row = {"person_id": person_id, **_fields(entry, without=("national_id",))}
        if (following := repository.next_gp_list(self._conn, person_id, entry.valid_from)) is not None:
            last_day = following - timedelta(days=1)
            row["valid_to"] = min(row["valid_to"] or last_day, last_day)
        self._put(_GP_LIST, row)
        self._project_own_patient(person_id)

    def _project_own_patient(self, person_id: UUID) -> None:
        for entry in repository.gp_lists_with_name(self._conn, person_id):
            unit = sql.SQL("SET LOCAL akson.unit = {}").format(sql.Literal(entry["unit"]))
            self._conn.execute(unit, prepare=False)
            repository.put_own_patient(self._conn, entry)

    def _sender(self, entry: SenderEntry) -> None:
        org_number = entry.org_number
        narrower = {"kinds": sorted(set(entry.kinds)), "keys": sorted(set(entry.keys))}
        self._put(_SENDER, {"org_number": org_number, "strict": entry.strict, **narrower})
        self._departments(org_number, entry.departments)
        ids: list[tuple[str, str, str | None]] = [("ENH", org_number, None)]
        ids += [*(("HER", her_id, None) for her_id in entry.her_ids)]
        ids += [("HER", d.her_id, d.her_id) for d in entry.departments]
        for id_type, value, department in ids:
            row = {"id_type": id_type, "id_value": value, "org_number": org_number, "department": department}
            self._put(_SENDER_ID, row)
        for broker in entry.delivered_by:
            self._put(_DELIVERY, {"org_number": org_number, "delivered_by": broker})


def seal_number(keys: KeyRing, number: NationalId, number_hash: bytes) -> bytes:
    """The number encrypted for its place: it cannot be moved to another row unnoticed."""
    return keys.encrypt("number-encrypt", number.value.encode(), number_hash)


def open_number(keys: KeyRing, cipher: bytes, number_hash: bytes) -> NationalId:
    """The number behind `seal_number`; raises `KeyProblem` when it lies in another's place."""
    return parse_national_id(keys.decrypt("number-encrypt", cipher, number_hash).decode())


def _fields(entry: msgspec.Struct, without: tuple[str, ...] = ()) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(entry).items() if name not in without}


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
