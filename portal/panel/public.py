"""The pages that everybody may read: what is asked, what was answered, what came of it."""

from __future__ import annotations

import csv
import io
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from portal.clients.errors import ServiceProblem
from portal.panel.frame import Reader, joined, moment, page
from portal.panel.mine import waiting
from portal.panel.results_view import in_order, option_names, result_section


async def home(who: Reader, _request: Request) -> Response:
    """`/panel`: what the panel is, what is open, what was asked before, and how members were drawn."""
    client = who.anyone()
    panels, consultations = await client.panels(), await client.consultations()
    draws = {each["id"]: await client.draws(each["id"]) for each in panels}
    open_ = [c for c in consultations if c["state"] == "open"]
    past = [c for c in consultations if c["state"] != "open"]
    content = joined(
        [
            Markup('<p class="front-lead">{}</p>').format(who.say("home.lead")),
            await _waiting(who),
            _listed(who, "home.open", "home.none_open", open_),
            _listed(who, "home.past", "home.none_past", past),
            Markup('<p class="panel-actions"><a class="panel-button" href="/panel/membership">{}</a>').format(
                who.say("home.join")
            ),
            Markup('<a class="panel-button panel-second" href="/panel/decisions">{}</a></p>').format(
                who.say("decisions.title")
            ),
            joined(_panel(who, each, draws[each["id"]]) for each in panels),
            Markup('<p><a href="/panel/feedback?page=panel">{}</a></p>').format(who.say("feedback.title")),
        ]
    )
    return page(who, who.say("home.title"), content)


async def _waiting(who: Reader) -> Markup:
    """How much waits for a member who has logged in; nothing when that cannot be told now."""
    if who.now is None:
        return Markup("")
    try:
        them = waiting(await who.client().mine())
    except ServiceProblem:
        return Markup("")
    if not them:
        return Markup("")
    first = who.say("home.closes", at=moment(who, them[0]["closes_at"]))
    return Markup('<p class="front-notice" role="status">{} <a href="/panel/mine">{}</a></p>').format(
        who.say("home.waiting", number=len(them), first=first), who.say("home.see_waiting")
    )


def _listed(who: Reader, title: str, none: str, consultations: list[dict[str, Any]]) -> Markup:
    if not consultations:
        return Markup("<h2>{}</h2><p>{}</p>").format(who.say(title), who.say(none))
    items = joined(
        Markup('<li><a href="/panel/consultations/{}">{}</a><span>{}</span></li>').format(
            c["id"], who.own(c["title"]), _when(who, c)
        )
        for c in consultations
    )
    return Markup('<h2>{}</h2><ul class="panel-rows">{}</ul>').format(who.say(title), items)


def _when(who: Reader, consultation: dict[str, Any]) -> str:
    if consultation["state"] == "open":
        return who.say("home.closes", at=moment(who, consultation["closes_at"]))
    return who.say(f"state.{consultation['state']}")


def _panel(who: Reader, panel: dict[str, Any], draws: list[dict[str, Any]]) -> Markup:
    about = Markup("<h2>{}</h2><p>{}</p>").format(who.own(panel["name"]), who.own(panel["about"]))
    if not draws:
        return about
    return about + Markup("<details><summary>{}</summary>{}</details>").format(
        who.say("draw.title"), joined(draw_section(who, each) for each in draws)
    )


def draw_section(who: Reader, draw: dict[str, Any]) -> Markup:
    """A draw as published: its promise, or how it went."""
    outcome = draw.get("outcome")
    if outcome is None:
        return Markup("<p>{}</p><p><code>{}</code></p>").format(
            who.say("draw.promised", at=moment(who, draw["promised_at"])), draw["commitment"]
        )
    lines = joined(
        Markup(
            "<tr><th scope='row'>{}: {}</th><td class='akson-number'>{}</td>"
            "<td class='akson-number'>{}</td></tr>"
        ).format(
            who.say(f"trait.{dimension}.name"),
            who.trait(dimension, group),
            numbers["volunteers"],
            numbers["drawn"],
        )
        for dimension, groups in outcome["balance"].items()
        for group, numbers in groups.items()
    )
    facts = who.say(
        "draw.done",
        at=moment(who, draw["drawn_at"]),
        drawn=outcome["drawn"],
        volunteers=outcome["volunteers"],
    )
    return Markup(
        "<p>{}</p><table class='panel-table'><thead><tr><th scope='col'>{}</th><th scope='col'>{}</th>"
        "<th scope='col'>{}</th></tr></thead><tbody>{}</tbody></table>"
        "<p>{}</p><p><code>{}</code><br><code>{}|{}</code></p>"
    ).format(
        facts,
        who.say("draw.group"),
        who.say("draw.volunteers"),
        who.say("draw.drawn"),
        lines,
        who.say("draw.check"),
        draw["commitment"],
        outcome["secret"],
        draw["public_entropy"],
    )


async def consultation(who: Reader, request: Request) -> Response:
    """`/panel/consultations/{id}`: what is asked, until when, and what is shown of the answers."""
    found = await who.anyone().consultation(request.path_params["id"])
    asked = found["consultation"]
    about = Markup('<p class="front-lead">{}</p><p>{}</p>').format(who.own(asked["about"]), _when(who, asked))
    action = Markup("")
    if asked["state"] == "open":
        action = Markup(
            '<p class="panel-actions">'
            '<a class="panel-button" href="/panel/consultations/{}/answer">{}</a></p>'
        ).format(asked["id"], who.say("answer.title"))
    method = who.own(asked["method"]) if asked["method"] else ""
    how = Markup("<h2>{}</h2><p>{}</p>").format(who.say("method"), method) if method else Markup("")
    return page(who, who.own(asked["title"]), about + action + result_section(who, found) + how)


async def result_json(who: Reader, request: Request) -> Response:
    """What is asked and the numbers shown, as they are sent between programs."""
    found = await who.anyone().consultation(request.path_params["id"])
    headers = {"content-disposition": f'attachment; filename="{found["consultation"]["id"]}.json"'}
    return JSONResponse(found, headers=headers)


async def result_csv(who: Reader, request: Request) -> Response:
    """The numbers shown, as a table to download: option by option, in words."""
    found = await who.anyone().consultation(request.path_params["id"])
    text = io.StringIO()
    writer = csv.writer(text)
    names = ("question", "dimension", "group", "option", "number")
    writer.writerow([who.say(f"csv.{name}") for name in names])
    asked = {question["id"]: question for question in found["consultation"]["questions"]}
    for result in (found.get("result") or {}).get("questions", []):
        writer.writerows(_rows(who, asked[result["id"]], result))
    headers = {"content-disposition": f'attachment; filename="{found["consultation"]["id"]}.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _rows(who: Reader, question: dict[str, Any], result: dict[str, Any]) -> list[list[object]]:
    names = option_names(who, question)
    groups: list[tuple[str, str, dict[str, Any]]] = []
    if result.get("cells"):
        groups.append(("", "", result["cells"]))
    for breakdown in result.get("breakdowns", []):
        groups += [(breakdown["dimension"], name, cells) for name, cells in breakdown["groups"].items()]
    title = who.own(question["text"])
    return [
        [title, *_group(who, dimension, group), names.get(option, option), number]
        for dimension, group, cells in groups
        for option, number in [("", cells["answered"]), *in_order(question, cells.get("counts", {}))]
    ]


def _group(who: Reader, dimension: str, group: str) -> tuple[str, str]:
    """A group in words; the total has neither."""
    if not dimension:
        return "", ""
    return who.say(f"trait.{dimension}.name"), who.trait(dimension, group)
