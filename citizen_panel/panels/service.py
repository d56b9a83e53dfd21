"""Joining, leaving, and what leaders write about a panel."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncConnection

from citizen_panel.caller import Caller, Role
from citizen_panel.panels import repository
from citizen_panel.panels.models import (
    Joining,
    Member,
    Membership,
    Panel,
    PanelChange,
)
from citizen_panel.panels.traits import AUTHORISED, checked_traits, traits_of
from citizen_panel.speech.screening import admit, texts_in
from citizen_panel.texts import check_texts
from kit.db import Database
from kit.errors import Conflict, Forbidden, NotFound, Unprocessable
from kit.ids import new_id
from kit.keys import KeyRing

__all__ = [
    "Joining",
    "Panel",
    "change",
    "join",
    "leave",
    "member_in",
    "members",
    "memberships",
    "my_panels",
    "need_panel",
    "panels",
]

_ALIAS_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ23456789"
_TRIES = 5
_ROUNDING = 0.001


async def my_panels(caller: Caller) -> list[Membership]:
    """Every panel, with one's own place and roles in it."""
    async with caller.db.transaction() as conn:
        return [await _membership(caller, conn, panel) for panel in await repository.panels(conn)]


async def join(caller: Caller, panel_id: UUID, joining: Joining) -> Membership:
    """Join, or bring what one told in line.

    Raises `NotFound`, `Conflict` (`terms-changed`, `call-closed`), `Forbidden` (`authorisation-needed`).
    """
    async with caller.db.transaction() as conn:
        panel = await need_panel(conn, panel_id)
        traits = checked_traits(panel.kind, joining.traits)
        await _check_call(caller, conn, panel, traits)
        if joining.terms_version != panel.terms_version:
            raise Conflict("terms-changed", "The terms have changed. Read them again before you join.")
        for _ in range(_TRIES):
            row = _new_member(caller, panel, joining, traits)
            if await repository.join(conn, row):
                return await _membership(caller, conn, panel)
    raise Conflict("alias-taken", "No free name was found. Try again.")


async def leave(caller: Caller, panel_id: UUID) -> None:
    """Leave: the membership and every answer are deleted. Leaving twice is leaving once."""
    async with caller.db.transaction() as conn:
        mine = await repository.membership(conn, panel_id, caller.hash_in(panel_id))
        if mine is not None:
            await repository.leave(conn, panel_id, caller.hash_in(panel_id))


async def change(caller: Caller, panel_id: UUID, wanted: PanelChange, version: int) -> Panel:
    """Write a panel's name, purpose, terms, targets and call anew; for its leaders.

    Raises `Conflict` (`version-conflict`), `Unprocessable` (`text-missing`, `trait-unknown`,
    `share-invalid`).
    """
    check_texts(wanted.name, wanted.about, wanted.terms)
    admit(texts_in(msgspec.to_builtins(wanted)), confirmed=True)
    async with caller.db.transaction() as conn:
        panel = await need_panel(conn, panel_id, lock=True)
        await caller.need(conn, panel_id)
        if panel.version != version:
            raise Conflict("version-conflict", "Somebody changed it meanwhile. Read it again.")
        for dimension, shares in wanted.targets.items():
            checked_traits(panel.kind, dict.fromkeys([dimension], ""))
            if shares.keys() - set(traits_of(panel.kind)[dimension]):
                raise Unprocessable("trait-unknown", f"{dimension} has no such value.")
            if min(shares.values(), default=0) < 0 or sum(shares.values()) > 1 + _ROUNDING:
                raise Unprocessable("share-invalid", f"The shares of {dimension} are at most 1 together.")
        await repository.change(conn, panel_id, wanted)
        return await need_panel(conn, panel_id)


async def members(caller: Caller, panel_id: UUID) -> list[Member]:
    """Who the members are; for the panel's leaders alone."""
    async with caller.db.transaction() as conn:
        panel = await need_panel(conn, panel_id)
        await caller.need(conn, panel_id)
        rows = await repository.members(conn, panel_id)
    return [
        Member(
            row["alias"],
            row["state"],
            row["joined_at"],
            row["terms_version"] == panel.terms_version,
            _opened_name(caller.keys, row),
        )
        for row in rows
    ]


async def panels(db: Database) -> list[Panel]:
    """Every panel, for everybody."""
    async with db.transaction() as conn:
        return await repository.panels(conn)


async def member_in(caller: Caller, conn: AsyncConnection[Any], panel_id: UUID) -> UUID:
    """The caller's member id in a panel.

    Raises `Forbidden` (`not-a-member`), `Conflict` (`terms-changed`).
    """
    row = await repository.membership(conn, panel_id, caller.hash_in(panel_id))
    if row is None or row["state"] != "member":
        raise Forbidden("not-a-member", "This is for members of the panel.")
    if row["terms_version"] != (await need_panel(conn, panel_id)).terms_version:
        raise Conflict("terms-changed", "The terms have changed. Accept them anew, or leave.")
    member_id: UUID = row["member_id"]
    return member_id


async def memberships(caller: Caller, conn: AsyncConnection[Any]) -> list[tuple[Panel, UUID]]:
    """The panels one is a member of, with one's member id in each."""
    found = []
    for panel in await repository.panels(conn):
        row = await repository.membership(conn, panel.id, caller.hash_in(panel.id))
        if row is not None and row["state"] == "member":
            found.append((panel, row["member_id"]))
    return found


async def _check_call(
    caller: Caller, conn: AsyncConnection[Any], panel: Panel, traits: Mapping[str, str]
) -> None:
    if traits.get("work") in AUTHORISED and caller.actor.hpr_number is None:
        raise Forbidden("authorisation-needed", "Log in as health personnel to say that this is your work.")
    if panel.call_until is None or panel.call_until > datetime.now(UTC):
        return
    if await repository.membership(conn, panel.id, caller.hash_in(panel.id)) is None:
        raise Conflict("call-closed", "The call to join this panel is over.")


async def need_panel(conn: AsyncConnection[Any], panel_id: UUID, *, lock: bool = False) -> Panel:
    """The panel; raises `NotFound` (`panel-not-found`)."""
    panel = await repository.panel(conn, panel_id, lock=lock)
    if panel is None:
        raise NotFound("panel-not-found", "There is no such panel.")
    return panel


async def _membership(caller: Caller, conn: AsyncConnection[Any], panel: Panel) -> Membership:
    mine = await repository.membership(conn, panel.id, caller.hash_in(panel.id)) or {}
    roles: Sequence[Role] = sorted(await caller.roles(conn, panel.id))
    place = {name: value for name, value in mine.items() if name not in ("member_id", "terms_version")}
    known = {name: list(values) for name, values in traits_of(panel.kind).items()}
    accepted = mine.get("terms_version") == panel.terms_version
    return Membership(panel, [role.value for role in roles], known, accepted, **place)


def _new_member(caller: Caller, panel: Panel, joining: Joining, traits: dict[str, str]) -> dict[str, object]:
    member_id: UUID = new_id()
    return {
        "member_id": member_id,
        "panel_id": panel.id,
        "identity_hash": caller.hash_in(panel.id),
        "state": "volunteer" if panel.recruitment == "draw" else "member",
        "alias": "".join(secrets.choice(_ALIAS_LETTERS) for _ in range(6)),
        "identity": _sealed_name(caller.keys, caller, member_id),
        "traits": traits,
        "terms_version": joining.terms_version,
    }


def _sealed_name(keys: KeyRing, caller: Caller, member_id: UUID) -> bytes | None:
    """The name as the login tells it, readable for the leader alone; None where the login tells none."""
    name = caller.actor.name
    return keys.encrypt("number-encrypt", name.encode(), member_id.bytes) if name else None


def _opened_name(keys: KeyRing, row: Mapping[str, Any]) -> str | None:
    if row["identity"] is None:
        return None
    return keys.decrypt("number-encrypt", bytes(row["identity"]), row["member_id"].bytes).decode()
