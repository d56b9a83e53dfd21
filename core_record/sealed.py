"""What the core record keeps encrypted in the database, for renewing under a new version of a key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from core_record.attestations.service import bound_to
from core_record.notice_mail.service import bound_email
from kit.resealing import Sealed


def _attested(attestation_id: UUID, person_id: UUID, actor_id: UUID, made_at: datetime) -> bytes:
    return bound_to(attestation_id, person_id, actor_id, made_at)


_NUMBERED = (
    "SELECT DISTINCT person_id FROM core_record.person_number WHERE person_id > %s ORDER BY 1 LIMIT 1000"
)
_MERGED = "SELECT from_person FROM core_record.person_merge WHERE from_person > %s ORDER BY 1 LIMIT 1000"
COLUMNS = (
    Sealed(
        "number-encrypt",
        "core_record.person_number",
        "number_cipher",
        ("number_hash",),
        ("number_hash",),
        bytes,
    ),
    *(
        Sealed(
            "number-encrypt",
            "core_record.notice_email",
            column,
            ("person_id",),
            ("email_id",),
            bound_email,
            walled=True,
        )
        for column in ("address_cipher", "code_cipher")
    ),
    Sealed(
        "original-encrypt",
        "core_record.attestation",
        "content",
        ("person_id", "attestation_id"),
        ("attestation_id", "person_id", "actor_id", "made_at"),
        _attested,
        walled=True,
    ),
)


def persons(conn: Connection[Any]) -> Iterator[UUID]:
    """Every person there is or was; `conn` is the owner's."""
    for statement in (_NUMBERED, _MERGED):
        last = UUID(int=0)
        while found := conn.execute(statement, (last,)).fetchall():
            yield from (person for (person,) in found)
            last = found[-1][0]
