"""Planning meetings, and keeping their minutes."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from portal.panel.forms import (
    Filled,
    button,
    buttons,
    choice,
    form,
    fresh_key,
    hidden,
    in_languages,
    line,
    local,
)
from portal.panel.frame import Reader, moment
from portal.panel.manage.frame import back, desk_page, missing, path, rows

STATES = ("planned", "held", "cancelled")


async def listing(who: Reader, request: Request, desk: dict[str, Any]) -> Response:
    """`…/meetings`."""
    found = [each for each in await who.anyone().meetings() if each["panel_id"] == desk["panel"]["id"]]
    items = [
        (
            path(desk, "meetings", each["id"]),
            who.own(each["title"]),
            " · ".join(
                part
                for part in (
                    moment(who, each["starts_at"]),
                    who.work(f"meetings.{each['state']}"),
                    missing(who, each["title"], each["agenda"], each["minutes"]),
                )
                if part
            ),
        )
        for each in found
    ]
    action = (path(desk, "meetings", "new"), who.work("meetings.new"))
    return desk_page(
        who, request, desk, who.work("section.meetings"), rows(who, items, "meetings.none", action)
    )


async def edit(who: Reader, request: Request, desk: dict[str, Any]) -> Response:
    """`…/meetings/new`, `…/meetings/{id}`."""
    identifier = request.path_params.get("id")
    found: dict[str, Any] = await who.anyone().meeting(identifier) if identifier else {}
    states = [(state, who.work(f"meetings.{state}")) for state in STATES]
    content = form(
        hidden(version=found["version"]) if found else fresh_key(),
        in_languages(who, "title", found.get("title", {})),
        line(who, "starts_at", local(found.get("starts_at")), kind="datetime-local", required=True),
        line(who, "ends_at", local(found.get("ends_at")), kind="datetime-local", required=True),
        in_languages(who, "place", found.get("place", {}), hint=who.work("meetings.place_hint")),
        in_languages(who, "agenda", found.get("agenda", {}), rows=6),
        choice(who, "state", states, found.get("state")) if found else hidden(state="planned"),
        in_languages(who, "minutes", found.get("minutes", {}), rows=8, required=False)
        if found
        else Markup(""),
        buttons(button(who.work("save"))),
    )
    title = who.own(found["title"]) if found else who.work("meetings.new")
    return desk_page(who, request, desk, title, content)


async def keep(who: Reader, request: Request, desk: dict[str, Any], filled: Filled) -> Response:
    """Plan it, or write it anew."""
    body: dict[str, Any] = {name: filled.texts(name) for name in ("title", "place", "agenda", "minutes")}
    body |= {name: filled.moment(name) for name in ("starts_at", "ends_at")}
    body["state"] = filled.text("state") or "planned"
    panel, identifier = desk["panel"]["id"], request.path_params.get("id")
    if identifier:
        await who.staff().write(panel, "meetings", str(identifier), body, filled.version)
    else:
        await who.staff().add(panel, "meetings", body, filled.key)
    return back(desk, "meetings", "saved")
