"""Meetings: when, where, agenda and minutes; members say whether they come."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from portal.panel.forms import Filled, button, buttons, form
from portal.panel.frame import Reader, joined, moment, page, told
from portal.panel.kept import done
from portal.panel.topics import member_of

PATH = "/panel/meetings"


async def listing(who: Reader, _request: Request) -> Response:
    """`/panel/meetings`: those to come, and those that were held."""
    found = await who.anyone().meetings()
    coming = sorted((m for m in found if m["state"] == "planned"), key=lambda m: str(m["starts_at"]))
    past = [m for m in found if m["state"] != "planned"]
    content = (
        Markup('<p class="front-lead">{}</p>').format(who.say("meetings.lead"))
        + _rows(who, "meetings.coming", "meetings.none_coming", coming)
        + _rows(who, "meetings.past", "meetings.none_past", past)
    )
    return page(who, who.say("nav.meetings"), content)


def _rows(who: Reader, heading: str, none: str, meetings: list[dict[str, Any]]) -> Markup:
    title = Markup("<h2>{}</h2>").format(who.say(heading))
    if not meetings:
        return title + Markup("<p>{}</p>").format(who.say(none))
    rows = joined(
        Markup('<li><a href="{}/{}">{}</a><span>{}{}</span></li>').format(
            PATH,
            each["id"],
            who.own(each["title"]),
            moment(who, each["starts_at"]),
            f" · {who.say('meetings.cancelled')}" if each["state"] == "cancelled" else "",
        )
        for each in meetings
    )
    return title + Markup('<ul class="panel-rows">{}</ul>').format(rows)


async def one(who: Reader, request: Request) -> Response:
    """`/panel/meetings/{id}`."""
    found = await who.anyone().meeting(request.path_params["id"])
    when = who.say(
        "meetings.when", begins=moment(who, found["starts_at"]), ends=moment(who, found["ends_at"])
    )
    parts = [
        told(who, request),
        Markup('<p class="front-lead">{}<br>{}</p>').format(when, who.own(found["place"])),
    ]
    if found["state"] == "cancelled":
        parts.append(Markup('<p class="panel-state">{}</p>').format(who.say("meetings.cancelled")))
    if found.get("coming") is not None:
        parts.append(Markup("<p>{}</p>").format(who.say("meetings.number", number=found["coming"])))
    parts.append(await _attending(who, found))
    parts.append(_words(who, "meetings.agenda", found["agenda"]))
    if found["minutes"]:
        parts.append(_words(who, "meetings.minutes", found["minutes"]))
    return page(who, who.own(found["title"]), joined(parts))


def _words(who: Reader, heading: str, texts: dict[str, str]) -> Markup:
    return Markup('<h2>{}</h2><p class="panel-words">{}</p>').format(who.say(heading), who.own(texts))


async def _attending(who: Reader, meeting: dict[str, Any]) -> Markup:
    if meeting["state"] != "planned" or meeting["panel_id"] not in [p["id"] for p in await member_of(who)]:
        return Markup("")
    mine = await who.client().mine()
    own = next((m["stances"].get(meeting["id"]) for m in mine if m["panel_id"] == meeting["panel_id"]), None)
    state = who.say(f"meetings.own_{(own or 'unsaid').replace('-', '_')}")
    return Markup("<p><strong>{}</strong></p>").format(state) + form(
        buttons(
            button(who.say("meetings.come"), "yes", second=own == "coming"),
            button(who.say("meetings.come_not"), "no", second=True),
        ),
    )


async def attend(who: Reader, request: Request, filled: Filled) -> Response:
    """Say whether one comes."""
    meeting = request.path_params["id"]
    await who.client().attend(meeting, filled.text("do") == "yes")
    return done(f"{PATH}/{meeting}", "attending")
