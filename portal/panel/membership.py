"""Joining a panel, telling something of oneself, and leaving."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from portal.clients.errors import ServiceProblem
from portal.panel.frame import Reader, joined, log_in_page, notice, page, problem_page, reader
from portal.session.routes import from_our_page

_PATH = "/panel/membership"


async def show(request: Request) -> Response:
    """Every panel with one's own place in it."""
    who = await reader(request)
    title = who.say("membership.title")
    if who.now is None:
        return log_in_page(who, title)
    try:
        found = await who.client().memberships()
    except ServiceProblem as problem:
        return problem_page(who, problem)
    done = request.query_params.get("done", "")
    said = notice(who.say(f"membership.done_{done}")) if done in ("joined", "left") else Markup("")
    lead = Markup("<p>{}</p>").format(who.say("membership.lead"))
    return page(
        who, title, said + lead + joined(_panel(who, each, found["traits"]) for each in found["items"])
    )


async def change(request: Request) -> Response:
    """Join, change what one told, or leave."""
    if not from_our_page(request):
        return PlainTextResponse("This must come from our own page.", HTTPStatus.FORBIDDEN)
    who = await reader(request)
    if who.now is None:
        return log_in_page(who, who.say("membership.title"))
    async with request.form(max_fields=30, max_part_size=2_000) as form:
        told = {name: str(form.get(name) or "") for name in ("panel", "terms", "do", "agree")}
        traits = {name.removeprefix("t."): str(form[name]) for name in form if name.startswith("t.")}
    try:
        if told["do"] == "leave":
            await who.client().leave(told["panel"])
            return RedirectResponse(f"{_PATH}?done=left", HTTPStatus.SEE_OTHER)
        if told["agree"] != "yes":
            return page(
                who, who.say("membership.title"), notice(who.say("membership.agree_first"), "alert"), 422
            )
        await who.client().join(told["panel"], int(told["terms"]) if told["terms"].isdecimal() else 0, traits)
    except ServiceProblem as problem:
        return problem_page(who, problem)
    return RedirectResponse(f"{_PATH}?done=joined", HTTPStatus.SEE_OTHER)


def _panel(who: Reader, mine: dict[str, Any], known: dict[str, list[str]]) -> Markup:
    panel, state = mine["panel"], mine.get("state")
    where = who.say(f"membership.{state or 'outside'}", alias=mine.get("alias") or "")
    told = mine.get("traits") or {}
    traits = joined(
        _trait(who, name, values, told.get(name, ""), panel["id"]) for name, values in known.items()
    )
    terms = Markup(
        '<p class="panel-check"><label><input type="checkbox" name="agree" value="yes"{}> {}</label></p>'
    ).format(Markup(" checked") if state else "", who.own(panel["terms"]))
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
        '<section class="panel-decision"><h2>{}</h2><p>{}</p><p><strong>{}</strong></p>'
        '<form method="post" class="panel-form"><input type="hidden" name="panel" value="{}">'
        '<input type="hidden" name="terms" value="{}"><p>{}</p>{}{}<p class="panel-actions">'
        '<button class="panel-button" name="do" value="join">{}</button></p>{}</form></section>'
    ).format(
        who.own(panel["name"]),
        who.own(panel["about"]),
        where,
        panel["id"],
        panel["terms_version"],
        who.say("membership.why_traits"),
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
