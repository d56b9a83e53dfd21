"""Control points: plan, cost, benefit, what is expected of the measures, and what was found."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from portal.panel.control_points import named
from portal.panel.forms import Filled, button, buttons, choice, form, fresh_key, hidden, in_languages, line
from portal.panel.frame import Reader, day, joined
from portal.panel.manage.frame import back, desk_page, missing, path, rows

STATES = ("planned", "passed", "stopped")
_TEXTS = ("title", "plan", "benefit", "assessment")


async def listing(who: Reader, request: Request, desk: dict[str, Any]) -> Response:
    """`…/control-points`."""
    found = [each for each in await who.anyone().control_points() if each["panel_id"] == desk["panel"]["id"]]
    items = [
        (
            path(desk, "control-points", each["id"]),
            named(who, each),
            " · ".join(
                part
                for part in (
                    day(each["due_on"]),
                    who.say(f"points.state_{each['state']}"),
                    missing(who, *(each[name] for name in _TEXTS)),
                )
                if part
            ),
        )
        for each in found
    ]
    action = (path(desk, "control-points", "new"), who.work("points.new"))
    content = rows(who, items, "points.none", action)
    return desk_page(who, request, desk, who.work("section.control-points"), content)


async def edit(who: Reader, request: Request, desk: dict[str, Any]) -> Response:
    """`…/control-points/new`, `…/control-points/{id}`."""
    identifier = request.path_params.get("id")
    found: dict[str, Any] = await who.anyone().control_point(identifier) if identifier else {}
    measures = await who.anyone().measures()
    states = [(state, who.say(f"points.state_{state}")) for state in STATES]
    spent = found.get("cost_spent")
    content = form(
        hidden(version=found["version"]) if found else fresh_key(),
        line(who, "code", found.get("code", ""), required=True, hint=who.work("points.code_hint")),
        in_languages(who, "title", found.get("title", {})),
        line(who, "due_on", found.get("due_on", ""), kind="date", required=True),
        in_languages(who, "plan", found.get("plan", {}), rows=4),
        line(who, "cost_planned", found.get("cost_planned", ""), kind="number", required=True),
        line(who, "cost_spent", "" if spent is None else spent, kind="number"),
        in_languages(who, "benefit", found.get("benefit", {}), rows=4),
        _targets(who, found.get("targets", {}), measures),
        choice(who, "state", states, found.get("state")),
        in_languages(who, "assessment", found.get("assessment", {}), rows=4, required=False),
        buttons(button(who.work("save"))),
    )
    title = named(who, found) if found else who.work("points.new")
    return desk_page(who, request, desk, title, content)


def _targets(who: Reader, targets: dict[str, float], measures: list[dict[str, Any]]) -> Markup:
    made = joined(
        line(
            who,
            f"target.{each['measure']}",
            _plain(targets.get(each["measure"])),
            label=who.work(
                "points.target",
                name=who.say(f"measure.{each['measure'].replace('-', '_')}.name"),
                unit=who.work(f"points.unit_{each['unit']}"),
            ),
        )
        for each in measures
    )
    return Markup("<details><summary>{}</summary>{}</details>").format(who.work("points.targets"), made)


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


async def keep(who: Reader, request: Request, desk: dict[str, Any], filled: Filled) -> Response:
    """Add it, or write it anew."""
    body: dict[str, Any] = {name: filled.texts(name) for name in _TEXTS}
    body |= {name: filled.text(name) for name in ("code", "state", "due_on")}
    body |= {"cost_planned": filled.number("cost_planned") or 0, "cost_spent": filled.number("cost_spent")}
    body["targets"] = _told(filled)
    panel, identifier = desk["panel"]["id"], request.path_params.get("id")
    if identifier:
        await who.staff().write(panel, "control-points", str(identifier), body, filled.version)
    else:
        await who.staff().add(panel, "control-points", body, filled.key)
    return back(desk, "control-points", "saved")


def _told(filled: Filled) -> dict[str, float]:
    found = {}
    for name, value in filled.pairs:
        text = value.strip().replace(",", ".")
        if name.startswith("target.") and text.replace(".", "", 1).isdigit():
            found[name.removeprefix("target.")] = float(text)
    return found
