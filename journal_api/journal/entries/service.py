"""Write and read entries: checked by their kind, versioned, repeatable. Inside a visit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from journal_api.desk import Visit
from journal_api.journal.entries import repository
from journal_api.journal.entries.models import Change, Cursor, Entry, Kind, Stamp, Version, Written
from journal_api.journal.entries.visible import reader_of
from kit.errors import Conflict, Malformed, NotFound, Unprocessable

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=3 * 366)
"""How far ahead something may be planned."""
_HOLD = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 8103))"


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, and after which one the next page begins (None: there are no more)."""

    entries: list[Entry]
    next: Cursor | None


async def write(
    visit: Visit,
    kind: Kind,
    entry_id: UUID,
    sent: Written,
    version: int | None,
    *,
    finish: Callable[[Any], Any] | None = None,
) -> Entry:
    """Make an entry (`version` None) or its next version. The same once more changes nothing.

    `finish` puts into the body what the one who calls knows, after the kind has settled it; it is always
    another version then.

    Raises `Malformed` (`entry-body`), `Unprocessable` (`state-unknown`, `state-order`, `time-impossible`,
    `reason-missing` and the kind's own), `Conflict` (`id-used`, `changed-meanwhile`), `NotFound`.
    """
    body = _body(kind, sent)
    _check_time(visit, sent.at)
    digest = _digest(kind, sent, body)
    found = await repository.find(visit.conn, visit.person_id, entry_id, lock=True)
    before = found[0] if found else None
    if before is None and await repository.moved_away(visit.conn, visit.person_id, entry_id):
        raise Conflict("entry-moved", "This was moved to another person's journal. Read this one anew.")
    if (
        found
        and finish is None
        and found[1] == digest
        and (version is None or version in (found[0].version, found[0].version - 1))
    ):
        return found[0]
    _check_version(kind, before, version)
    if before is not None and hidden_from(visit, before):
        raise _missing()
    _check_state(kind, before, sent)
    change = Change(visit, entry_id, before, sent.state, sent.at, body, sent.contact, sent.why)
    if before is None or sent.contact != before.contact:
        await _check_contact(visit, kind, sent.contact)
    await kind.check(change)
    body = await kind.settle(change)
    return await keep(kind, replace(change, body=finish(body) if finish else body), digest)


async def keep(kind: Kind, change: Change, digest: bytes, *, signs: bool = False) -> Entry:
    """Store a checked change, and do what follows from it. `signs`: the one at work signs it."""
    visit, before = change.visit, change.before
    values = _values(kind, change, digest, signs=signs)
    done = await (repository.update if before else repository.insert)(visit.conn, values)
    if not done:
        raise _changed() if before else Conflict("id-used", "This id is in use. Make a new one.")
    found = await repository.find(visit.conn, visit.person_id, change.entry_id)
    assert found is not None  # noqa: S101 - it was written just now
    await kind.follow(visit, found[0])
    return found[0]


async def check_common(change: Change, kind: Kind) -> None:
    """What holds for every entry: a possible time, and a contact that is there. Raises as `write`."""
    _check_time(change.visit, change.at)
    await _check_contact(change.visit, kind, change.contact)


async def known(visit: Visit, entry_id: UUID) -> tuple[Entry, bytes] | None:
    """An entry that is there already, with the hash of what was sent; locked."""
    return await repository.find(visit.conn, visit.person_id, entry_id, lock=True)


async def whatever(visit: Visit, kinds: Sequence[str], **narrowed: Any) -> list[Entry]:
    """The entries of the kinds, drafts of other units too: for work that shows nothing of them."""
    return await repository.listing(visit.conn, visit.person_id, kinds, **narrowed)


async def need(visit: Visit, kind: str | None, entry_id: UUID, *, lock: bool = False) -> Entry:
    """The entry; raises `NotFound` (`entry-not-found`), also for what the caller may not see."""
    return await need_of(visit, [kind] if kind is not None else None, entry_id, lock=lock)


async def need_of(visit: Visit, kinds: Sequence[str] | None, entry_id: UUID, *, lock: bool = False) -> Entry:
    """The entry, of one of these kinds (None: of any); raises as `need`."""
    found = await repository.find(visit.conn, visit.person_id, entry_id, lock=lock)
    if found is None or (kinds is not None and found[0].kind not in kinds) or hidden_from(visit, found[0]):
        raise _missing()
    return found[0]


async def listing(visit: Visit, kinds: Sequence[str], **narrowed: Any) -> list[Entry]:
    """The entries that the caller may see, newest first; parameters as the repository's."""
    narrowed["reader"] = reader_of(visit)
    return await repository.listing(visit.conn, visit.person_id, kinds, **narrowed)


async def page(visit: Visit, kinds: Sequence[str], *, count: int, **narrowed: Any) -> Page:
    """As `listing`, with where the next page begins."""
    return page_of(await listing(visit, kinds, count=count + 1, **narrowed), count)


async def newest(visit: Visit, wanted: Mapping[str, Sequence[str]], each: int) -> list[Entry]:
    """The newest of each kind in the wanted states, as the caller may see them."""
    reader = reader_of(visit)
    return await repository.newest_of_each(visit.conn, visit.person_id, wanted, each, reader)


def page_of(found: Sequence[Entry], count: int) -> Page:
    """The first `count`, and the last of them as the next page's beginning when there are more."""
    shown = list(found[:count])
    return Page(shown, Cursor(shown[-1].at, shown[-1].id) if len(found) > count else None)


async def history(visit: Visit, kind: str, entry_id: UUID) -> list[Version]:
    """Every version of an entry, newest first; raises `NotFound`."""
    now = await need(visit, kind, entry_id)
    current = Version(now.version, now.state, now.at, now.changed, now.body, now.signed, now.why)
    return [current, *await repository.versions(visit.conn, visit.person_id, entry_id)]


async def hold(visit: Visit, what: str) -> None:
    """Nobody else writes this list of the person until the transaction ends."""
    await visit.conn.execute(_HOLD, (f"{what}:{visit.person_id}",))


def hidden_from(visit: Visit, entry: Entry) -> bool:
    """Whether the caller does not see this entry: moved away, a draft of another unit, or by role."""
    return not reader_of(visit).sees(entry)


def digest_of(kind: str, state: str, at: datetime, contact: UUID | None, body: Any) -> bytes:
    """What tells whether the same was sent again."""
    text = msgspec.json.encode([kind, state, at, contact, body], order="sorted")
    return hashlib.sha256(text).digest()


def builtins(body: Any) -> dict[str, Any]:
    """A body of its kind's type as JSON objects have it."""
    made: dict[str, Any] = msgspec.to_builtins(body)
    return made


def _digest(kind: Kind, sent: Written, body: Any) -> bytes:
    return digest_of(kind.name, sent.state, sent.at, sent.contact, body)


def _body(kind: Kind, sent: Written) -> Any:
    try:
        return msgspec.json.decode(sent.body, type=kind.body)
    except msgspec.ValidationError as error:
        raise Malformed("entry-body", f"The content does not fit {kind.name}: {error}") from None


def _check_version(kind: Kind, before: Entry | None, version: int | None) -> None:
    if before is None and version is not None:
        raise _missing()
    if before is None:
        return
    if before.kind != kind.name or version is None:
        raise Conflict("id-used", "This id is in use. Make a new one, or send the version in If-Match.")
    if before.version != version:
        raise _changed()


def _check_state(kind: Kind, before: Entry | None, sent: Written) -> None:
    if sent.state not in kind.states:
        raise Unprocessable("state-unknown", f"state is one of {', '.join(sorted(kind.states))}.")
    if before and kind.steps and sent.state != before.state and sent.state not in kind.steps[before.state]:
        raise Unprocessable("state-order", f"What is {before.state} cannot become {sent.state}.")
    if before and before.signed and not (sent.why or "").strip():
        raise Unprocessable("reason-missing", "Say in `why` what is corrected, and why.")


def _check_time(visit: Visit, at: datetime) -> None:
    if at.tzinfo is None:
        raise Malformed("time-without-zone", "Send times with their zone.")
    if not EARLIEST <= at <= visit.now + AHEAD:
        raise Unprocessable("time-impossible", "The time lies too far back or ahead.")
    born = visit.decision.facts.birth_date
    if born is not None and at.date() < born - timedelta(days=300):
        raise Unprocessable("time-impossible", "The time lies before the person's birth.")


async def _check_contact(visit: Visit, kind: Kind, contact: UUID | None) -> None:
    if contact is not None and kind.name != "Encounter":
        await need(visit, "Encounter", contact)


def _values(kind: Kind, change: Change, digest: bytes, *, signs: bool) -> dict[str, Any]:
    visit, before = change.visit, change.before
    stamp = Stamp(visit.author, visit.author_name, visit.now, visit.role)
    signed = stamp if signs else (before.signed if before else None)
    return {
        "person": visit.person_id,
        "id": change.entry_id,
        "kind": kind.name,
        "version": before.version if before else 1,
        "state": change.state,
        "at": change.at,
        "contact": change.contact,
        "unit": visit.unit,
        "by": stamp.by,
        "name": stamp.name,
        "role": stamp.role,
        "now": stamp.at,
        "signed_by": signed.by if signed else None,
        "signed_name": signed.name if signed else None,
        "signed_role": signed.role if signed else None,
        "signed_at": signed.at if signed else None,
        "why": change.why,
        "hash": digest,
        "body": builtins(change.body),
    }


def _missing() -> NotFound:
    return NotFound("entry-not-found", "This person's journal has no such entry, or you may not see it.")


def _changed() -> Conflict:
    return Conflict("changed-meanwhile", "Somebody has changed this meanwhile. Read it anew, then decide.")
