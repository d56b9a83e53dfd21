"""Decisions: what was said, what it is tied to, and the steps, which are added and never taken out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from kit.norway import OSLO
from portal.panel.control_points import named
from portal.panel.forms import Filled, button, buttons, choice, form, fresh_key, hidden, in_languages, line
from portal.panel.frame import Reader, day, joined
from portal.panel.manage.frame import back, desk_page, missing, path, rows
from portal.panel.topics import title_of

STATES = ("considered", "decided", "done", "declined")
STEPS = ("panel-heard", "professional-advice", "board-decision", "done", "evidence")
_TIES = ("consultation_id", "topic_id", "control_point_id")


async def listing(who: Reader, request: Request, desk: dict[str, Any]) -> Response:
    """`…/decisions`."""
    found = [each for each in await who.anyone().decisions() if each["panel_id"] == desk["panel"]["id"]]
    items = [
        (
            path(desk, "decisions", each["id"]),
            who.own(each["title"]),
            " · ".join(
                p
                for p in (who.say(f"decided.{each['state']}"), missing(who, each["title"], each["said"]))
                if p
            ),
        )
        for each in found
    ]
    action = (path(desk, "decisions", "new"), who.work("decisions.new"))
    return desk_page(
        who, request, desk, who.work("section.decisions"), rows(who, items, "decisions.none", action)
    )


async def edit(who: Reader, request: Request, desk: dict[str, Any]) -> Response:
    """`…/decisions/new`, `…/decisions/{id}`."""
    identifier = request.path_params.get("id")
    found: dict[str, Any] = await who.anyone().decision(identifier) if identifier else {}
    states = [(state, who.say(f"decided.{state}")) for state in STATES]
    content = form(
        hidden(version=found["version"]) if found else fresh_key(),
        in_languages(who, "title", found.get("title", {})),
        in_languages(who, "said", found.get("said", {}), rows=3),
        await _ties(who, found),
        in_languages(who, "control_point", found.get("control_point", {})),
        choice(who, "state", states, found.get("state")),
        _steps(who, found.get("steps", [])),
        _new_step(who),
        buttons(button(who.work("save"))),
    )
    title = who.own(found["title"]) if found else who.work("decisions.new")
    return desk_page(who, request, desk, title, content)


async def _ties(who: Reader, found: dict[str, Any]) -> Markup:
    client = who.anyone()
    none = ("", who.work("decisions.no_tie"))
    consultations = [(c["id"], who.own(c["title"])) for c in await client.consultations()]
    topics = [(t["id"], title_of(who, t)) for t in await client.topics() if t["kind"] == "proposal"]
    points = [(p["id"], named(who, p)) for p in await client.control_points()]
    return joined(
        choice(who, name, [none, *options], found.get(name))
        for name, options in zip(_TIES, (consultations, topics, points), strict=True)
    )


def _steps(who: Reader, steps: list[dict[str, Any]]) -> Markup:
    if not steps:
        return Markup("")
    made = joined(
        Markup("<li><strong>{} · {}</strong><br>{}</li>").format(
            day(step["on"]), who.say(f"step.{step['kind'].replace('-', '_')}"), who.own(step["text"])
        )
        for step in steps
    )
    return Markup('<h2>{}</h2><ol class="panel-steps-taken">{}</ol>').format(
        who.work("decisions.steps"), made
    )


def _new_step(who: Reader) -> Markup:
    kinds = [
        ("", who.work("decisions.no_step")),
        *((s, who.say(f"step.{s.replace('-', '_')}")) for s in STEPS),
    ]
    today = datetime.now(OSLO).date().isoformat()
    return Markup("<fieldset><legend>{}</legend>{}</fieldset>").format(
        who.work("decisions.new_step"),
        choice(who, "step", kinds)
        + line(who, "on", today, kind="date")
        + in_languages(who, "text", {}, rows=3, required=False)
        + line(who, "link", hint=who.work("decisions.link_hint")),
    )


async def keep(who: Reader, request: Request, desk: dict[str, Any], filled: Filled) -> Response:
    """Add it, or bring it up to date; the steps there stay as they are."""
    identifier = request.path_params.get("id")
    before = (await who.anyone().decision(identifier))["steps"] if identifier else []
    body: dict[str, Any] = {name: filled.texts(name) for name in ("title", "said", "control_point")}
    body |= {name: filled.text(name) or None for name in _TIES}
    body |= {"state": filled.text("state"), "steps": [*before, *_step(filled)]}
    panel = desk["panel"]["id"]
    if identifier:
        await who.staff().write(panel, "decisions", str(identifier), body, filled.version)
    else:
        await who.staff().add(panel, "decisions", body, filled.key)
    return back(desk, "decisions", "saved")


def _step(filled: Filled) -> list[dict[str, Any]]:
    if not filled.text("step"):
        return []
    step: dict[str, Any] = {
        "kind": filled.text("step"),
        "on": filled.text("on"),
        "text": filled.texts("text"),
    }
    return [step | ({"link": filled.text("link")} if filled.text("link") else {})]
