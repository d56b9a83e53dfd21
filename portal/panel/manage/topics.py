"""Discussions and proposals of the panel's own; ending what is open."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from portal.panel.forms import (
    Filled,
    button,
    buttons,
    choice,
    form,
    fresh_key,
    hidden,
    in_languages,
    line,
    local,
)
from portal.panel.frame import Reader, joined
from portal.panel.manage.frame import back, desk_page, missing, path
from portal.panel.topics import state_of, title_of


async def listing(who: Reader, request: Request, desk: dict[str, Any]) -> Response:
    """`…/topics`: what there is, and a form for a new one."""
    found = [each for each in await who.anyone().topics() if each["panel_id"] == desk["panel"]["id"]]
    parts = [Markup("<h2>{}</h2>").format(who.work("topics.new")), _form(who, desk, None)]
    parts += [_one(who, desk, each) for each in found]
    return desk_page(who, request, desk, who.work("section.topics"), joined(parts))


def _one(who: Reader, desk: dict[str, Any], topic: dict[str, Any]) -> Markup:
    lacking = missing(who, topic["title"], topic["about"])
    facts = " · ".join(
        part for part in (who.work(f"topics.{topic['kind']}"), state_of(who, topic), lacking) if part
    )
    return Markup(
        '<section class="panel-decision"><h2><a href="/panel/topics/{}">{}</a></h2>'
        '<p class="panel-facts">{}</p>'
        "<details><summary>{}</summary>{}</details></section>"
    ).format(topic["id"], title_of(who, topic), facts, who.work("change"), _form(who, desk, topic))


def _form(who: Reader, desk: dict[str, Any], topic: dict[str, Any] | None) -> Markup:
    found, prefix = topic or {}, f"{topic['id']}." if topic else "new."
    kinds = [(kind, who.work(f"topics.{kind}")) for kind in ("discussion", "proposal")]
    parts = [
        hidden(id=found["id"], version=found["version"], kind=found["kind"], author=found["author"])
        if topic
        else fresh_key() + choice(who, "kind", kinds, prefix=prefix)
    ]
    if found.get("author", "panel") == "panel":
        parts += [
            in_languages(who, "title", found.get("title", {}), prefix=prefix),
            in_languages(who, "about", found.get("about", {}), rows=4, prefix=prefix),
        ]
    parts.append(line(who, "closes_at", local(found.get("closes_at")), kind="datetime-local", prefix=prefix))
    made = [button(who.work("save"), "open")] if found.get("state", "open") == "open" else []
    if topic:
        ended = found["state"] == "closed"
        made.append(
            button(
                who.work("topics.reopen" if ended else "topics.end"), "open" if ended else "end", second=True
            )
        )
    return form(*parts, buttons(*made), action=path(desk, "topics"))


async def keep(who: Reader, _request: Request, desk: dict[str, Any], filled: Filled) -> Response:
    """Open a new one, write one anew, or end it."""
    body: dict[str, Any] = {"kind": filled.text("kind"), "open": filled.text("do") != "end"}
    body |= {name: filled.texts(name) for name in ("title", "about")}
    body["closes_at"] = filled.moment("closes_at")
    if filled.text("id"):
        await who.staff().change_topic(filled.text("id"), body, filled.version)
    else:
        await who.staff().open_topic(desk["panel"]["id"], body, filled.key)
    return back(desk, "topics", "saved")
