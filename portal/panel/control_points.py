"""Control points: plan, cost and benefit beside what is measured; and the measures over time."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from portal.panel.frame import Reader, day, joined, moment, page
from portal.panel.graph import figure, number

PATH = "/panel/control-points"


async def listing(who: Reader, _request: Request) -> Response:
    """`/panel/control-points`: every point, and what is measured."""
    points, measures = await who.anyone().control_points(), await who.anyone().measures()
    rows = joined(
        Markup('<li><a href="{}/{}">{}</a><span>{} · {}</span></li>').format(
            PATH, each["id"], named(who, each), day(each["due_on"]), who.say(f"points.state_{each['state']}")
        )
        for each in points
    )
    there = Markup('<ul class="panel-rows">{}</ul>').format(rows) if points else Markup("")
    none = Markup("") if points else Markup("<p>{}</p>").format(who.say("points.none"))
    content = (
        Markup('<p class="front-lead">{}</p>').format(who.say("points.lead"))
        + there
        + none
        + Markup("<h2>{}</h2><p>{}</p>").format(who.say("measure.title"), who.say("measure.lead"))
        + joined(measured(who, each) for each in measures)
    )
    return page(who, who.say("nav.control-points"), content)


def named(who: Reader, point: dict[str, Any]) -> str:
    """Code and title."""
    return f"{point['code']} – {who.own(point['title'])}"


def measured(who: Reader, measure: dict[str, Any], target: float | None = None) -> Markup:
    """One measure: its name, what it is, the last value, graph and table; or why there is none."""
    key = f"measure.{measure['measure'].replace('-', '_')}"
    title = Markup("<h3>{}</h3><p>{}</p>").format(who.say(f"{key}.name"), who.say(f"{key}.about"))
    if target is not None:
        title += Markup("<p>{}</p>").format(
            who.say("measure.target", value=number(who, target, measure["unit"]))
        )
    if measure.get("missing"):
        why = who.say(f"measure.missing_{measure['missing'].replace('-', '_')}")
        return title + Markup('<p class="panel-missing">{}</p>').format(why)
    last = measure["values"][-1]["value"]
    taken = who.say("measure.taken", at=moment(who, measure["taken_at"]))
    return (
        title
        + Markup('<p class="panel-value"><strong>{}</strong> <span>{}</span></p>').format(
            number(who, last, measure["unit"]), taken
        )
        + figure(who, measure, target)
    )


async def one(who: Reader, request: Request) -> Response:
    """`/panel/control-points/{id}`: what was planned, what it costs, what it gives."""
    client = who.anyone()
    point = await client.control_point(request.path_params["id"])
    measures, decisions = await client.measures(), await client.decisions()
    parts = [
        Markup('<p class="panel-facts">{} · {}</p>').format(
            who.say("points.due", day=day(point["due_on"])), who.say(f"points.state_{point['state']}")
        ),
        _words(who, "plan", point["plan"]),
        _cost(who, point),
        _words(who, "benefit", point["benefit"]),
    ]
    if point["assessment"]:
        parts.append(_words(who, "assessment", point["assessment"]))
    parts += [_decided(who, point, decisions), _beside(who, point, measures)]
    return page(who, named(who, point), joined(parts))


def _words(who: Reader, name: str, texts: dict[str, str]) -> Markup:
    return Markup('<h2>{}</h2><p class="panel-words">{}</p>').format(who.say(f"field.{name}"), who.own(texts))


def _cost(who: Reader, point: dict[str, Any]) -> Markup:
    spent = point.get("cost_spent")
    rows = [("points.planned", kroner(who, point["cost_planned"]))]
    rows.append(("points.spent", who.say("points.not_told") if spent is None else kroner(who, spent)))
    lines = joined(
        Markup('<tr><th scope="row">{}</th><td class="akson-number">{}</td></tr>').format(who.say(key), text)
        for key, text in rows
    )
    return Markup(
        '<h2>{0}</h2><table class="panel-table panel-narrow"><caption class="akson-hidden">{0}</caption>'
        "<tbody>{1}</tbody></table>"
    ).format(who.say("points.cost"), lines)


def kroner(who: Reader, amount: int) -> str:
    """An amount in whole kroner."""
    text = f"{amount:,}"
    return f"NOK {text}" if who.lang == "en" else f"{text.replace(',', chr(0xA0))} kr"


def _decided(who: Reader, point: dict[str, Any], decisions: list[dict[str, Any]]) -> Markup:
    mine = [each for each in decisions if each.get("control_point_id") == point["id"]]
    if not mine:
        return Markup("")
    rows = joined(
        Markup('<li><a href="/panel/decisions/{}">{}</a><span>{}</span></li>').format(
            each["id"], who.own(each["title"]), who.say(f"decided.{each['state']}")
        )
        for each in mine
    )
    return Markup('<h2>{}</h2><ul class="panel-rows">{}</ul>').format(who.say("points.decisions"), rows)


def _beside(who: Reader, point: dict[str, Any], measures: list[dict[str, Any]]) -> Markup:
    """What is measured: first what the plan names a target for, the rest behind a summary."""
    targets = point["targets"]
    aimed = [each for each in measures if each["measure"] in targets]
    others = [each for each in measures if each["measure"] not in targets]
    first = joined(measured(who, each, targets[each["measure"]]) for each in aimed)
    rest = Markup("<details><summary>{}</summary>{}</details>").format(
        who.say("measure.others"), joined(measured(who, each) for each in others)
    )
    return Markup("<h2>{}</h2>{}{}").format(who.say("measure.title"), first, rest)
