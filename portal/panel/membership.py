"""Joining a panel, telling something of oneself, and leaving."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from portal.panel.forms import Filled, check
from portal.panel.frame import Reader, joined, moment, notice, page, told
from portal.panel.kept import done

PATH = "/panel/membership"


async def show(who: Reader, request: Request) -> Response:
    """Every panel with one's own place in it."""
    return await _page(who, told(who, request))


async def change(who: Reader, _request: Request, filled: Filled) -> Response:
    """Join, change what one told, or leave."""
    panel = filled.text("panel")
    if filled.text("do") == "leave":
        await who.client().leave(panel)
        return done(PATH, "left")
    if filled.text("agree") != "yes":
        said = notice(who.say("membership.agree_first"), "alert")
        return await _page(who, said, filled, HTTPStatus.UNPROCESSABLE_ENTITY)
    traits = {name.removeprefix("t."): value for name, value in filled.pairs if name.startswith("t.")}
    await who.client().join(panel, filled.number("terms") or 0, traits)
    return done(PATH, "joined")


async def _page(
    who: Reader, said: Markup, filled: Filled | None = None, status: int = HTTPStatus.OK
) -> Response:
    found = await who.client().memberships()
    lead = Markup("<p>{}</p>").format(who.say("membership.lead"))
    if any(each["roles"] for each in found):
        lead += Markup('<p><a href="/panel/manage">{}</a></p>').format(who.say("nav.manage"))
    return page(
        who,
        who.say("membership.title"),
        said + lead + joined(_panel(who, each, filled) for each in found),
        status,
    )


def _call(who: Reader, panel: dict[str, Any], state: str | None) -> Markup:
    """The open call to those who are not in it, and until when."""
    if state:
        return Markup("")
    call = Markup("<p>{}</p>").format(who.own(panel["call"])) if panel.get("call") else Markup("")
    if panel.get("call_until"):
        call += Markup("<p>{}</p>").format(
            who.say("membership.call_until", at=moment(who, panel["call_until"]))
        )
    return call


def _panel(who: Reader, mine: dict[str, Any], filled: Filled | None) -> Markup:
    panel, state = mine["panel"], mine.get("state")
    where = who.say(f"membership.{state or 'outside'}", alias=mine.get("alias") or "")
    before = mine.get("traits") or {}
    if filled is not None and filled.text("panel") == panel["id"]:
        before = {name.removeprefix("t."): value for name, value in filled.pairs if name.startswith("t.")}
    traits = joined(
        _trait(who, name, values, before.get(name, ""), panel["id"]) for name, values in mine["known"].items()
    )
    terms = check("agree", "yes", who.own(panel["terms"]), checked=mine["terms_accepted"])
    if state and not mine["terms_accepted"]:
        terms = notice(who.say("membership.new_terms"), "alert") + terms
    leave = (
        Markup(
            "<details><summary>{}</summary><p>{}</p>"
            '<button class="panel-button panel-second" name="do" value="leave">{}</button></details>'
        ).format(
            who.say("membership.leave_step"), who.say("membership.leave_sure"), who.say("membership.leave")
        )
        if state
        else Markup("")
    )
    return Markup(
        '<section class="panel-decision"><h2>{}</h2><p>{}</p><p><strong>{}</strong></p>{}'
        '<form method="post" class="panel-form"><input type="hidden" name="panel" value="{}">'
        '<input type="hidden" name="terms" value="{}"><p>{}</p>{}{}<p class="panel-actions">'
        '<button class="panel-button" name="do" value="join">{}</button></p>{}</form></section>'
    ).format(
        who.own(panel["name"]),
        who.own(panel["about"]),
        where,
        _call(who, panel, state),
        panel["id"],
        panel["terms_version"],
        who.say(f"membership.why_traits_{panel['kind']}"),
        traits,
        terms,
        who.say("membership.change" if state else "membership.join"),
        leave,
    )


def _trait(who: Reader, name: str, values: list[str], told: str, panel: str) -> Markup:
    options = joined(
        Markup('<option value="{}"{}>{}</option>').format(
            value,
            Markup(" selected") if value == told else "",
            who.trait(name, value),
        )
        for value in values
    )
    return Markup(
        '<p><label for="{0}.{1}">{2}</label><select id="{0}.{1}" name="t.{1}">'
        '<option value="">{3}</option>{4}</select></p>'
    ).format(panel, name, who.say(f"trait.{name}.name"), who.say("trait.no_answer"), options)
