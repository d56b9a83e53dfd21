"""Next of kin (pårørende), of whom one is the main one, and the person's wishes."""

from __future__ import annotations

from typing import Literal

import msgspec

from journal_api.desk import Visit
from journal_api.journal.coding import Prose, Short, Trimmed, check_happened
from journal_api.journal.entries import service as entries
from journal_api.journal.entries.models import Change, Entry, Kind
from journal_api.journal.lists.critical import LIVE, STATES
from kit.errors import Unprocessable


class NextOfKin(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A next of kin. `main`: the one to turn to (pasient- og brukerrettighetsloven § 1-3: nærmeste)."""

    name: Short
    relation: Short
    phone: Short = ""
    main: bool = False
    note: Prose = ""


class Wish(Trimmed, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the person wants those who help to know and do."""

    category: Literal["resuscitation", "language", "communication", "religion", "home", "other"]
    text: Prose


async def _others(visit: Visit, than: object) -> list[Entry]:
    found = await entries.listing(visit, ["NextOfKin"], states=["active"])
    return [entry for entry in found if entry.id != than]


async def _check(change: Change) -> None:
    """The main one stays until another is chosen: somebody is always to be called."""
    check_happened(change)
    body: NextOfKin = change.body
    if body.phone and not any(letter.isdigit() for letter in body.phone):
        raise Unprocessable("phone-impossible", "A phone number has digits.")
    await entries.hold(change.visit, "NextOfKin")
    before = change.before
    was_main = before is not None and before.state == "active" and before.body.get("main", False)
    stays_main = change.state == "active" and body.main
    if was_main and not stays_main and await _others(change.visit, change.entry_id):
        raise Unprocessable("main-next-of-kin-missing", "Choose another as the main next of kin first.")


async def _settle(change: Change) -> NextOfKin:
    """The only one is the main one."""
    body: NextOfKin = change.body
    if change.state != "active":
        return msgspec.structs.replace(body, main=False)
    others = await _others(change.visit, change.entry_id)
    if body.main or any(other.body.get("main") for other in others):
        return body
    return msgspec.structs.replace(body, main=True)


async def _follow(visit: Visit, entry: Entry) -> None:
    """A new main one takes the former's place."""
    if entry.state != "active" or not entry.body.get("main"):
        return
    for other in await _others(visit, entry.id):
        if other.body.get("main"):
            body = msgspec.structs.replace(msgspec.convert(other.body, NextOfKin), main=False)
            digest = entries.digest_of("NextOfKin", other.state, other.at, other.contact, body)
            change = Change(visit, other.id, other, other.state, other.at, body, other.contact, None)
            await entries.keep(NEXT_OF_KIN, change, digest)


async def _check_wish(change: Change) -> None:
    check_happened(change)


NEXT_OF_KIN: Kind = Kind("NextOfKin", NextOfKin, STATES, LIVE, check=_check, settle=_settle, follow=_follow)
WISH: Kind = Kind("Wish", Wish, STATES, LIVE, check=_check_wish)
