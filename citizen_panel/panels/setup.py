"""Panels and their staff from a file that the operator writes (`akson panel setup FILE`).

YAML: `panels: [{id, kind, recruitment, name, about, terms, terms_version, targets?, staff: [{national_id,
role}]}]`. Numbers become hashes at once; nothing else of them is kept. Repeating it changes nothing; a panel
of the same id is brought in line, and staff not in the file lose their role.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg import Connection
from psycopg.types.json import Jsonb

from citizen_panel.identity import identity_hash
from kit.errors import Malformed
from kit.ids import InvalidNationalId, parse_national_id
from kit.keys import KeyRing


class Staff(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody with a role in a panel."""

    national_id: str
    role: Literal["leader", "moderator", "decision-maker"]


class PanelRow(Struct, frozen=True, forbid_unknown_fields=True):
    """A panel as the file tells it."""

    id: UUID
    kind: Literal["citizens", "professionals"]
    recruitment: Literal["open", "draw"]
    name: dict[str, str]
    about: dict[str, str]
    terms: dict[str, str]
    terms_version: int
    staff: list[Staff]
    targets: dict[str, dict[str, float]] = {}


class PanelFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    panels: list[PanelRow]


def read_panel_file(path: Path) -> PanelFile:
    """Read a file; raises `Malformed` (`panel-file-invalid`) with the place of the first fault."""
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=PanelFile)
    except (msgspec.MsgspecError, ValueError) as error:
        raise Malformed("panel-file-invalid", str(error)) from None


def set_up(conn: Connection[Any], keys: KeyRing, file: PanelFile) -> int:
    """Bring panels and staff in line with the file, in the caller's transaction (role `akson_owner`)."""
    for row in file.panels:
        conn.execute(
            "INSERT INTO panel.panel (panel_id, kind, recruitment, name, about, terms, terms_version,"
            " targets) VALUES (%(id)s, %(kind)s, %(recruitment)s, %(name)s, %(about)s, %(terms)s,"
            " %(version)s, %(targets)s) ON CONFLICT (panel_id) DO UPDATE SET"
            " recruitment = excluded.recruitment,"
            " name = excluded.name, about = excluded.about, terms = excluded.terms,"
            " terms_version = excluded.terms_version, targets = excluded.targets",
            {
                "id": row.id,
                "kind": row.kind,
                "recruitment": row.recruitment,
                "version": row.terms_version,
                **{name: Jsonb(getattr(row, name)) for name in ("name", "about", "terms", "targets")},
            },
        )
        conn.execute("DELETE FROM panel.staff WHERE panel_id = %s", (row.id,))
        for staff in row.staff:
            conn.execute(
                "INSERT INTO panel.staff (panel_id, identity_hash, role) VALUES (%s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (row.id, _hash(keys, row.id, staff.national_id), staff.role),
            )
    return len(file.panels)


def _hash(keys: KeyRing, panel_id: UUID, number: str) -> bytes:
    try:
        national_id = parse_national_id(number)
    except InvalidNationalId as error:
        raise Malformed(error.code, "A number in the panel file is no national identity number.") from None
    return identity_hash(keys, panel_id, national_id.value)
