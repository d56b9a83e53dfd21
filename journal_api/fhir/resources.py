"""Entry ↔ whole resource: form, id, meta and the entry's extension."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from starlette.responses import Response

from core_record.fhir import fhir_response
from journal_api.care.requisitions.models import KIND
from journal_api.care.requisitions.placed import answered
from journal_api.desk import Visit
from journal_api.fhir.forms import BY_KIND, Context, Form
from journal_api.fhir.parts import ENTRY, Json, stamps, subject, without_empty
from journal_api.journal.entries.models import Entry, Version, Written
from kit.errors import Malformed, Unprocessable

_HPR = """
SELECT personnel_id, hpr_number FROM core_record.personnel
WHERE personnel_id = ANY(%s) AND hpr_number IS NOT NULL
"""


async def context_of(here: Visit, entries: Iterable[Entry]) -> Context:
    """What resources of these entries need besides: HPR numbers of everybody named, and for health workers
    which orders are answered."""
    known = list(entries)
    orders = here.of_personnel and any(entry.kind == KIND for entry in known)
    done = await answered(here.conn, here.person_id) if orders else set[UUID]()
    return Context(here.number, await _hpr_numbers(here.conn, _named(known)), frozenset(done))


def resource_of(entry: Entry, context: Context) -> Json:
    """An entry as a FHIR R4 resource."""
    form = BY_KIND[entry.kind]
    made = form.to(entry, context)
    extension = [*made.pop("extension", []), stamps(entry)]
    head: Json = {
        "resourceType": form.type,
        "id": str(entry.id),
        "meta": {"versionId": str(entry.version), "lastUpdated": entry.changed.at.isoformat()},
        "extension": extension,
        form.subject: subject(context.number),
    }
    return without_empty(head | made)


def versions_of(entry: Entry, versions: Sequence[Version]) -> list[Entry]:
    """Every version of an entry in the form of an entry, so that each is a resource."""
    return [
        msgspec.structs.replace(
            entry,
            version=version.version,
            state=version.state,
            at=version.at,
            changed=version.changed,
            signed=version.signed,
            why=version.why,
            body=version.body,
        )
        for version in versions
    ]


def written(form: Form, resource: Json, number: Json) -> Written:
    """What a resource sent over FHIR writes. Raises `Malformed` and `Unprocessable` (`subject-other`)."""
    if resource.get("resourceType") != form.type:
        raise Malformed("resource-type", f"Send a {form.type}.")
    try:
        whose = resource.get(form.subject)
        other = whose is not None and whose.get("identifier") != number
        parsed, why = form.back(resource), _why(resource)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):
        raise Malformed("resource-form", f"This is no {form.type} as the journal gives them out.") from None
    if other:
        raise Unprocessable("subject-other", "The resource is about another person than person-id names.")
    if parsed.at is None:
        raise Unprocessable("time-missing", "The resource names no time.")
    body = msgspec.Raw(msgspec.json.encode(parsed.body))
    return Written(parsed.state, parsed.at, body, parsed.contact, why)


def tagged(resource: Json) -> Response:
    """A resource with its version as ETag."""
    answer = fhir_response(resource)
    answer.headers["etag"] = f'W/"{resource["meta"]["versionId"]}"'
    return answer


def _why(resource: Json) -> str | None:
    for one in resource.get("extension", []):
        if one.get("url") == ENTRY:
            return next((p.get("valueString") for p in one.get("extension", []) if p["url"] == "why"), None)
    return None


def _named(entries: Iterable[Entry]) -> set[UUID]:
    found: set[UUID] = set()
    for entry in entries:
        found |= {entry.made.by, entry.changed.by, *([entry.signed.by] if entry.signed else [])}
        people = [entry.body.get(name) for name in ("responsible", "assignee", "requester")]
        people += [member.get("personnel") for member in entry.body.get("members", [])]
        found |= {UUID(str(one)) for one in people if one}
    return found


async def _hpr_numbers(conn: AsyncConnection[Any], people: set[UUID]) -> dict[UUID, str]:
    if not people:
        return {}
    found = await conn.execute(_HPR, (sorted(people),))
    return dict(await found.fetchall())
