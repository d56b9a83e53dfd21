"""Feedback by page and theme: sorted, answered, joined to a proposal or a decision, or withheld."""

from __future__ import annotations

from collections import Counter
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from portal.panel.forms import NAMES, Filled, button, buttons, choice, form, hidden, in_languages
from portal.panel.frame import Reader, joined, moment
from portal.panel.manage.frame import back, desk_page, path
from portal.panel.topics import title_of

THEMES = ("understanding", "missing", "wrong", "slow", "access", "privacy", "praise", "other")
STATES = ("answered", "joined", "withheld", "received")


async def inbox(who: Reader, request: Request, desk: dict[str, Any]) -> Response:
    """`…/feedback?page=…&theme=…`: how much there is of each, and the pieces chosen."""
    found = await who.staff().feedback(desk["panel"]["id"])
    wanted_page, wanted_theme = (request.query_params.get(name, "") for name in ("page", "theme"))
    chosen = [
        each
        for each in found
        if wanted_page in ("", each["page"]) and wanted_theme in ("", each.get("theme") or "none")
    ]
    waiting = [each for each in chosen if each["state"] == "received"]
    handled = [each for each in chosen if each["state"] != "received"]
    ties = await _ties(who)
    parts = [_sorted(who, desk, found)]
    parts += [_one(who, desk, each, ties) for each in waiting]
    if not waiting:
        parts.append(Markup("<p>{}</p>").format(who.work("feedback.none")))
    if handled:
        parts.append(
            Markup("<details><summary>{}</summary>{}</details>").format(
                who.work("feedback.handled", number=len(handled)),
                joined(_one(who, desk, each, ties) for each in handled),
            )
        )
    return desk_page(who, request, desk, who.work("section.feedback"), joined(parts))


def _sorted(who: Reader, desk: dict[str, Any], found: list[dict[str, Any]]) -> Markup:
    """How much is about each page and theme, as links that choose."""
    here = path(desk, "feedback")
    made = []
    for name in ("page", "theme"):
        counts = Counter(str(each.get(name) or "none") for each in found)
        links = joined(
            Markup('<li><a href="{}?{}={}">{} ({})</a></li>').format(
                here, name, value, who.work(f"feedback.{name}_{value.replace('-', '_')}"), number
            )
            for value, number in counts.most_common()
        )
        made.append(
            Markup('<p>{}</p><ul class="panel-chips">{}</ul>').format(who.work(f"feedback.by_{name}"), links)
        )
    everything = Markup('<p><a href="{}">{}</a></p>').format(
        here, who.work("feedback.all", number=len(found))
    )
    return joined([*made, everything]) if found else Markup("")


async def _ties(who: Reader) -> list[tuple[str, str]]:
    """What feedback can be joined to: `topic:…` or `decision:…`, by name."""
    topics, decisions = await who.anyone().topics(), await who.anyone().decisions()
    return [
        ("", who.work("feedback.no_tie")),
        *((f"topic:{t['id']}", title_of(who, t)) for t in topics if t["kind"] == "proposal"),
        *(
            (f"decision:{d['id']}", who.work("feedback.decision", title=who.own(d["title"])))
            for d in decisions
        ),
    ]


def _one(who: Reader, desk: dict[str, Any], item: dict[str, Any], ties: list[tuple[str, str]]) -> Markup:
    prefix = f"{item['id']}."
    themes = [("", who.work("feedback.theme_none")), *((t, who.work(f"feedback.theme_{t}")) for t in THEMES)]
    states = [(state, who.work(f"feedback.state_{state}")) for state in STATES]
    tie = f"topic:{item['topic_id']}" if item.get("topic_id") else f"decision:{item.get('decision_id') or ''}"
    facts = [
        who.work(f"feedback.page_{item['page'].replace('-', '_')}"),
        moment(who, item["received_at"]),
        NAMES[item["lang"]],
        who.work(f"feedback.state_{item['state']}"),
    ]
    handling = form(
        hidden(id=item["id"]),
        choice(who, "theme", themes, item.get("theme"), prefix=prefix),
        choice(
            who, "state", states, item["state"] if item["state"] != "received" else "answered", prefix=prefix
        ),
        choice(who, "tie", ties, tie, prefix=prefix),
        in_languages(
            who,
            "reply",
            item.get("reply") or {},
            rows=3,
            prefix=prefix,
            hint=who.work("feedback.reply_hint"),
            required=False,
        ),
        buttons(button(who.work("save"), small=True)),
        action=path(desk, "feedback"),
    )
    return Markup(
        '<section class="panel-decision"><p class="panel-facts">{}</p><p class="panel-words">{}</p>'
        "<details><summary>{}</summary>{}</details></section>"
    ).format(" · ".join(facts), item["body"], who.work("feedback.handle"), handling)


async def handle(who: Reader, _request: Request, desk: dict[str, Any], filled: Filled) -> Response:
    """Sort, answer, join or withhold."""
    body: dict[str, Any] = {"state": filled.text("state")}
    if filled.text("theme"):
        body["theme"] = filled.text("theme")
    if reply := filled.texts("reply"):
        body["reply"] = reply
    kind, _, identifier = filled.text("tie").partition(":")
    if identifier:
        body[f"{kind}_id"] = identifier
    await who.staff().handle_feedback(desk["panel"]["id"], filled.text("id"), body)
    return back(desk, "feedback", "handled")
