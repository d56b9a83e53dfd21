"""Where staff begin: the panels, and what waits in each; then terms, members and draws."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from portal.clients.errors import Problem, ServiceProblem
from portal.panel.forms import (
    Filled,
    area,
    button,
    buttons,
    form,
    hidden,
    in_languages,
    line,
    local,
)
from portal.panel.frame import Reader, joined, moment, page
from portal.panel.manage.frame import SECTIONS, back, desk_page, panels_led, path
from portal.panel.public import draw_section


async def start(who: Reader, _request: Request) -> Response:
    """`/panel/manage`: the panels in which one has a role."""
    found = await panels_led(who)
    if not found:
        raise ServiceProblem(Problem.REFUSED, "panel-role-missing")
    parts = [await _desk(who, each) for each in found]
    return page(who, who.say("nav.manage"), joined(parts))


async def _desk(who: Reader, desk: dict[str, Any]) -> Markup:
    roles = ", ".join(who.work(f"role.{role.replace('-', '_')}") for role in desk["roles"])
    waits = await _waits(who, desk)
    links = joined(
        Markup('<li><a href="{}">{}</a><span>{}</span></li>').format(
            path(desk, section), who.work(f"section.{section}"), waits.get(section, "")
        )
        for section, allowed in SECTIONS.items()
        if set(allowed) & set(desk["roles"])
    )
    return Markup('<section><h2>{}</h2><p>{}</p><ul class="panel-rows">{}</ul></section>').format(
        who.own(desk["panel"]["name"]), who.work("your_roles", roles=roles), links
    )


async def _waits(who: Reader, desk: dict[str, Any]) -> dict[str, str]:
    """Section → what waits there, in words."""
    if not set(SECTIONS["moderation"]) & set(desk["roles"]):
        return {}
    panel = desk["panel"]["id"]
    texts = [q for q in await who.staff().moderation(panel) if waits(q)]
    feedback = [f for f in await who.staff().feedback(panel) if f["state"] == "received"]
    found = {"moderation": len(texts), "feedback": len(feedback)}
    return {name: who.work("waits", number=number) for name, number in found.items() if number}


def waits(queued: dict[str, Any]) -> bool:
    """Whether a contribution waits for a moderator."""
    appealed = queued.get("appeal_state") == "open"
    complained = queued["state"] == "published" and queued["complaints"]
    return bool(appealed or complained or queued["state"] == "waiting")


async def desk(_who: Reader, _request: Request, desk: dict[str, Any]) -> Response:
    """`/panel/manage/{panel}`: the first page that one's roles are for."""
    first = next(name for name, roles in SECTIONS.items() if set(roles) & set(desk["roles"]))
    return RedirectResponse(path(desk, first), 303)


async def settings(who: Reader, request: Request, desk: dict[str, Any]) -> Response:
    """Name, purpose, terms, the call, and the shares of the population that draws follow."""
    panel = desk["panel"]
    content = form(
        hidden(version=panel["version"]),
        in_languages(who, "name", panel["name"]),
        in_languages(who, "about", panel["about"], rows=3),
        in_languages(who, "terms", panel["terms"], rows=4, hint=who.work("settings.terms_hint")),
        in_languages(who, "call", panel["call"], rows=3, required=False),
        line(who, "call_until", local(panel.get("call_until")), kind="datetime-local"),
        _targets(who, desk) if panel["recruitment"] == "draw" else Markup(""),
        buttons(button(who.work("save"))),
    )
    return desk_page(who, request, desk, who.work("section.settings"), content)


def _targets(who: Reader, desk: dict[str, Any]) -> Markup:
    """Shares in percent, value by value."""
    targets = desk["panel"]["targets"]
    made = [
        Markup("<fieldset><legend>{}</legend>{}</fieldset>").format(
            who.say(f"trait.{name}.name"),
            joined(
                line(
                    who,
                    f"share.{name}.{value}",
                    _percent(targets.get(name, {}).get(value)),
                    kind="number",
                    label=who.trait(name, value),
                )
                for value in values
            ),
        )
        for name, values in desk["known"].items()
    ]
    return Markup("<details><summary>{}</summary><p>{}</p>{}</details>").format(
        who.work("settings.targets"), who.work("settings.targets_hint"), joined(made)
    )


def _percent(share: float | None) -> str:
    return "" if share is None else str(round(100 * share))


async def keep_settings(who: Reader, _request: Request, desk: dict[str, Any], filled: Filled) -> Response:
    """Write the panel anew."""
    body: dict[str, Any] = {name: filled.texts(name) for name in ("name", "about", "terms", "call")}
    body["call_until"] = filled.moment("call_until")
    body["targets"] = _shares(desk, filled)
    await who.staff().change_panel(desk["panel"]["id"], body, filled.version)
    return back(desk, "settings", "saved")


def _shares(desk: dict[str, Any], filled: Filled) -> dict[str, dict[str, float]]:
    if desk["panel"]["recruitment"] != "draw":
        found: dict[str, dict[str, float]] = desk["panel"]["targets"]
        return found
    shares: dict[str, dict[str, float]] = {}
    for name, values in desk["known"].items():
        given = {value: filled.number(f"share.{name}.{value}") for value in values}
        told = {value: percent / 100 for value, percent in given.items() if percent is not None}
        if told:
            shares[name] = told
    return shares


async def members(who: Reader, request: Request, desk: dict[str, Any]) -> Response:
    """Who the members are, for the leader alone."""
    found = await who.staff().members(desk["panel"]["id"])
    lines = joined(
        Markup('<tr><th scope="row">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>').format(
            each["alias"],
            each.get("name") or who.work("members.no_name"),
            who.work(f"members.{each['state']}")
            + ("" if each["terms_accepted"] else f" · {who.work('members.terms')}"),
            moment(who, each["joined_at"]),
        )
        for each in found
    )
    heads = joined(
        Markup('<th scope="col">{}</th>').format(who.work(f"members.{name}"))
        for name in ("alias", "name", "state", "joined")
    )
    table = Markup(
        '<div class="akson-scroll" tabindex="0" role="region" aria-label="{0}"><table class="panel-table">'
        "<caption"
        " class='akson-hidden'>{0}</caption><thead><tr>{1}</tr></thead><tbody>{2}</tbody></table></div>"
    ).format(who.work("section.members"), heads, lines)
    lead = Markup("<p>{}</p>").format(who.work("members.lead", number=len(found)))
    return desk_page(who, request, desk, who.work("section.members"), lead + (table if found else Markup("")))


async def draws(who: Reader, request: Request, desk: dict[str, Any]) -> Response:
    """Promise a draw, run it, and see its balance."""
    found = await who.anyone().draws(desk["panel"]["id"])
    promised = next((each for each in found if each.get("outcome") is None), None)
    here = path(desk, "draws")
    if promised is None:
        act = Markup("<p>{}</p>").format(who.work("draws.promise_how")) + form(
            buttons(button(who.work("draws.promise"), "promise")), action=here
        )
    else:
        act = Markup("<p>{}</p>").format(who.work("draws.run_how")) + form(
            hidden(draw=promised["id"]),
            line(who, "places", kind="number", required=True),
            area(who, "entropy", rows=2, hint=who.work("draws.entropy_hint"), required=True),
            buttons(button(who.work("draws.run"), "run")),
            action=here,
        )
    done = joined(draw_section(who, each) for each in found)
    return desk_page(who, request, desk, who.work("section.draws"), act + done)


async def draw(who: Reader, _request: Request, desk: dict[str, Any], filled: Filled) -> Response:
    """Promise or run."""
    panel = desk["panel"]["id"]
    if filled.text("do") == "promise":
        await who.staff().promise_draw(panel)
        return back(desk, "draws", "promised")
    await who.staff().run_draw(
        panel, filled.text("draw"), filled.number("places") or 0, filled.text("entropy")
    )
    return back(desk, "draws", "drawn")
