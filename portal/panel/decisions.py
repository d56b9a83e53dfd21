"""You said, we did: the log of decisions, and the way of each from proposal to what was done."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from portal.panel.frame import Reader, day, joined, page

_TIES = (("topic_id", "topics"), ("consultation_id", "consultations"), ("control_point_id", "control-points"))


async def listing(who: Reader, _request: Request) -> Response:
    """`/panel/decisions`: the whole log."""
    found = await who.anyone().decisions()
    lead = Markup('<p class="front-lead">{}</p>').format(who.say("decisions.lead"))
    if not found:
        lead += Markup("<p>{}</p>").format(who.say("decisions.none"))
    content = joined(
        Markup(
            '<section class="panel-decision"><h2><a href="/panel/decisions/{}">{}</a></h2>{}</section>'
        ).format(each["id"], who.own(each["title"]), _decision(who, each))
        for each in found
    )
    return page(who, who.say("decisions.title"), lead + content)


async def one(who: Reader, request: Request) -> Response:
    """`/panel/decisions/{id}`: one of them, with what it is tied to."""
    found = await who.anyone().decision(request.path_params["id"])
    ties = joined(
        Markup('<li><a href="/panel/{}/{}">{}</a></li>').format(
            place, found[tie], who.say(f"decisions.see_{place.replace('-', '_')}")
        )
        for tie, place in _TIES
        if found.get(tie)
    )
    related = Markup('<h2>{}</h2><ul class="panel-list">{}</ul>').format(who.say("decisions.ties"), ties)
    return page(who, who.own(found["title"]), _decision(who, found) + (related if ties else Markup("")))


def _decision(who: Reader, decision: dict[str, Any]) -> Markup:
    steps = joined(
        Markup("<li><strong>{} · {}</strong><br>{}{}</li>").format(
            day(step["on"]),
            who.say(f"step.{step['kind'].replace('-', '_')}"),
            who.own(step["text"]),
            _link(who, step),
        )
        for step in decision["steps"]
    )
    return Markup(
        '<p class="panel-state">{}</p><p><strong>{}</strong> {}</p><p><strong>{}</strong> {}</p>{}'
    ).format(
        who.say(f"decided.{decision['state']}"),
        who.say("decisions.said"),
        who.own(decision["said"]),
        who.say("decisions.control_point"),
        who.own(decision["control_point"]),
        Markup('<ol class="panel-steps-taken">{}</ol>').format(steps) if steps else "",
    )


def _link(who: Reader, step: dict[str, Any]) -> Markup:
    if not step.get("link"):
        return Markup("")
    return Markup(' <a href="{}">{}</a>').format(step["link"], who.say("decisions.read_more"))
