"""A journal as a Bundle, and a Bundle as what it holds. No input or output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from journal_api.fhir.forms import BY_KIND, Context, Parsed, form_of
from journal_api.fhir.parts import Json, identifier, read_stamps
from journal_api.fhir.resources import resource_of, versions_of
from journal_api.journal.entries.models import Entry, Stamp, Version
from journal_api.journal.kinds import KINDS
from kit.errors import Malformed, Unprocessable
from kit.ids import NationalId

MANIFEST = "urn:akson:journal-export"
"""Extension of the Bundle's meta: the form of this export."""
FORM = "1"


class Kept(msgspec.Struct, frozen=True):
    """An entry with its former versions, newest first."""

    entry: Entry
    former: list[Version]


def bundle_of(
    person: Json,
    kept: Sequence[Kept],
    context: Context,
    contents: Mapping[UUID, str],
    now: datetime,
    left_out: Mapping[UUID, str] = {},
) -> Json:
    """The Bundle (type collection): the Patient, every entry, a history Bundle for what was corrected, the
    documents' contents (`contents`: base64 by entry), and an OperationOutcome of contents that are left out
    (why, by entry)."""
    found = [person]
    for one in kept:
        found.append(resource_of(one.entry, context))
        if one.former:
            found.append(_history(one, context))
        if one.entry.id in contents:
            found.append(_binary(one.entry, contents[one.entry.id]))
    if left_out:
        found.append(_left_out(left_out))
    return {
        "resourceType": "Bundle",
        "meta": {"extension": [{"url": MANIFEST, "valueString": FORM}]},
        "identifier": {"system": MANIFEST, "value": now.strftime("%Y%m%dT%H%M%SZ")},
        "type": "collection",
        "timestamp": now.isoformat(),
        "entry": [{"fullUrl": _address(resource), "resource": resource} for resource in found],
    }


def _history(one: Kept, context: Context) -> Json:
    every = versions_of(one.entry, one.former)
    entries = []
    for version in every:
        resource = resource_of(version, context)
        entries.append(
            {
                "fullUrl": f"urn:uuid:{one.entry.id}",
                "resource": resource,
                "request": {"method": "PUT", "url": f"{resource['resourceType']}/{one.entry.id}"},
                "response": {"status": "200", "lastModified": version.changed.at.isoformat()},
            }
        )
    return {"resourceType": "Bundle", "id": f"h-{one.entry.id}", "type": "history", "entry": entries}


def _binary(entry: Entry, content: str) -> Json:
    return {
        "resourceType": "Binary",
        "id": f"b-{entry.id}",
        "contentType": entry.body["content_type"],
        "data": content,
    }


def _left_out(why: Mapping[UUID, str]) -> Json:
    issues = [
        {
            "severity": "warning",
            "code": "suppressed",
            "diagnostics": f"{code}: the content is left out",
            "expression": [f"DocumentReference/{entry_id}"],
        }
        for entry_id, code in why.items()
    ]
    return {"resourceType": "OperationOutcome", "id": "left-out", "issue": issues}


def _address(resource: Json) -> str:
    name = str(resource["id"])
    return f"urn:uuid:{name}" if len(name) == 36 else f"urn:akson:export:{name}"


class Read(msgspec.Struct, frozen=True):
    """What a Bundle holds: entries with their versions, contents of documents (base64) by entry."""

    kept: list[Kept]
    contents: dict[UUID, str]


def read_bundle(bundle: Any, number: NationalId) -> Read:
    """Read an export of this journal.

    Raises `Malformed` (`bundle-form`), `Unprocessable` (`subject-other`: it is another person's).
    """
    if not isinstance(bundle, dict) or bundle.get("type") != "collection" or not _is_ours(bundle):
        raise Malformed("bundle-form", "Send a Bundle that this journal gave out (collection).")
    wanted = identifier(number)
    try:
        resources = [one["resource"] for one in bundle["entry"]]
        histories = {
            str(r["id"]).removeprefix("h-"): [one["resource"] for one in r["entry"]]
            for r in resources
            if r["resourceType"] == "Bundle"
        }
        contents = {
            UUID(str(r["id"]).removeprefix("b-")): str(r["data"])
            for r in resources
            if r["resourceType"] == "Binary"
        }
        kept = list(_kept(resources, histories, wanted))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise Malformed("bundle-form", "The Bundle is not as this journal gave it out.") from None
    return Read(kept, contents)


def _is_ours(bundle: Json) -> bool:
    known = {"url": MANIFEST, "valueString": FORM}
    return known in (bundle.get("meta") or {}).get("extension", [])


def _kept(resources: Sequence[Json], histories: Mapping[str, Sequence[Json]], wanted: Json) -> Iterator[Kept]:
    for resource in resources:
        kind = resource["resourceType"]
        if kind == "Patient" and wanted not in resource["identifier"]:
            raise _other()
        if kind in ("Patient", "Bundle", "Binary", "OperationOutcome"):
            continue
        entry = _entry(resource, wanted)
        former = [_version(_entry(one, wanted)) for one in histories.get(str(resource["id"]), [])]
        yield Kept(entry, former)


def _entry(resource: Json, wanted: Json) -> Entry:
    form = form_of(resource)
    if resource[form.subject]["identifier"] != wanted:
        raise _other()
    parsed, stamped = form.back(resource), read_stamps(resource)
    return Entry(
        id=UUID(resource["id"]),
        kind=form.kind,
        version=int(resource["meta"]["versionId"]),
        state=parsed.state,
        at=_at(parsed),
        unit=stamped["unit"],
        made=_stamp(stamped["made"]),
        changed=_stamp(stamped["changed"]),
        body=_checked(form.kind, parsed),
        contact=parsed.contact,
        signed=stamped.get("signed"),
        why=stamped.get("why"),
    )


def _at(parsed: Parsed) -> datetime:
    if parsed.at is None:
        raise ValueError
    return parsed.at


def _stamp(found: Any) -> Stamp:
    if not isinstance(found, Stamp):
        raise TypeError
    return found


def _checked(kind: str, parsed: Parsed) -> Json:
    """The body, when it has the form of its kind."""
    try:
        made: Json = msgspec.to_builtins(msgspec.convert(parsed.body, KINDS[kind].body, strict=False))
    except msgspec.ValidationError as error:
        raise Malformed("bundle-form", f"A {BY_KIND[kind].type} in the Bundle is no entry: {error}") from None
    return made


def _version(entry: Entry) -> Version:
    return Version(
        version=entry.version,
        state=entry.state,
        at=entry.at,
        changed=entry.changed,
        body=entry.body,
        signed=entry.signed,
        why=entry.why,
    )


def _other() -> Unprocessable:
    return Unprocessable("subject-other", "The Bundle is about another person than person-id names.")
