"""What waits for a member: consultations, meetings, and what became of one's own texts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from portal.panel.forms import Filled, area, button, buttons, form, hidden
from portal.panel.frame import Reader, joined, moment, page, told
from portal.panel.kept import done

SOON = timedelta(days=3)


async def show(who: Reader, request: Request) -> Response:
    """`/panel/mine`."""
    found = await who.client().mine()
    memberships = await who.client().memberships()
    parts = [told(who, request)]
    if not found:
        parts.append(
            Markup(
                '<p>{}</p><p class="panel-actions">'
                '<a class="panel-button" href="/panel/membership">{}</a></p>'
            ).format(who.say("mine.none"), who.say("home.join"))
        )
    parts += [_panel(who, each) for each in found]
    if any(each["roles"] for each in memberships):
        parts.append(Markup('<p><a href="/panel/manage">{}</a></p>').format(who.say("nav.manage")))
    parts.append(Markup('<p><a href="/panel/membership">{}</a></p>').format(who.say("membership.title")))
    return page(who, who.say("nav.mine"), joined(parts))


def waiting(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The consultations that wait for an answer, the first to close first."""
    them = [c for each in found for c in each["consultations"] if not c["answered"]]
    return sorted(them, key=lambda c: str(c["closes_at"]))


def _panel(who: Reader, mine: dict[str, Any]) -> Markup:
    return Markup("<section><h2>{}</h2>{}{}{}</section>").format(
        who.own(mine["name"]), _consultations(who, mine), _meetings(who, mine), _texts(who, mine)
    )


def _consultations(who: Reader, mine: dict[str, Any]) -> Markup:
    if not mine["consultations"]:
        return Markup("<p>{}</p>").format(who.say("home.none_open"))
    rows = joined(
        Markup('<li><a href="/panel/consultations/{}/answer">{}</a><span>{}</span></li>').format(
            each["id"], who.own(each["title"]), how_far(who, each, mine["read_at"])
        )
        for each in mine["consultations"]
    )
    return Markup('<h3>{}</h3><ul class="panel-rows">{}</ul>').format(who.say("mine.asked"), rows)


def how_far(who: Reader, consultation: dict[str, Any], now: str) -> Markup:
    """Answered, or until when; what is due soon or one is reminded of stands out, in words."""
    closes = who.say("home.closes", at=moment(who, consultation["closes_at"]))
    if consultation["answered"]:
        drafted = who.say("mine.draft_after") if consultation["drafted"] else ""
        return Markup("{} {}").format(who.say("mine.answered", closes=closes), drafted)
    marks = []
    if datetime.fromisoformat(consultation["closes_at"]) - datetime.fromisoformat(now) < SOON:
        marks.append(who.say("mine.soon"))
    if consultation.get("reminded_at"):
        marks.append(who.say("mine.reminded"))
    if consultation["drafted"]:
        marks.append(who.say("mine.drafted"))
    tags = joined(Markup('<strong class="panel-mark">{}</strong> ').format(mark) for mark in marks)
    return tags + closes


def _meetings(who: Reader, mine: dict[str, Any]) -> Markup:
    if not mine["meetings"]:
        return Markup("")
    rows = joined(
        Markup('<li><a href="/panel/meetings/{}">{}</a><span>{} {}</span></li>').format(
            each["id"],
            who.own(each["title"]),
            moment(who, each["starts_at"]),
            who.say(f"meetings.own_{mine['stances'].get(each['id'], 'unsaid').replace('-', '_')}"),
        )
        for each in mine["meetings"]
    )
    return Markup('<h3>{}</h3><ul class="panel-rows">{}</ul>').format(who.say("nav.meetings"), rows)


def _texts(who: Reader, mine: dict[str, Any]) -> Markup:
    if not mine["contributions"]:
        return Markup("")
    made = joined(_text(who, mine["panel_id"], each) for each in mine["contributions"])
    return Markup('<h3>{}</h3><ul class="panel-said">{}</ul>').format(who.say("mine.written"), made)


def _text(who: Reader, panel: str, own: dict[str, Any]) -> Markup:
    title = Markup("<h4>{}</h4>").format(own["title"]) if own.get("title") else Markup("")
    state = Markup('<p class="panel-state">{}</p>').format(who.say(f"mine.state_{own['state']}"))
    parts = [title, Markup('<p class="panel-words">{}</p>').format(own["body"]), state]
    if own["state"] == "published":
        parts.append(
            Markup('<p><a href="/panel/topics/{}">{}</a></p>').format(own["topic_id"], who.say("mine.see"))
        )
    if own.get("reason") and own["state"] in ("withheld", "removed"):
        reason = who.say(f"reason.{own['reason'].replace('-', '_')}")
        parts.append(
            Markup("<p><strong>{}</strong> {}</p>").format(
                who.say("mine.why", reason=reason.lower()), who.own(own.get("words") or {})
            )
        )
    parts.append(_appeal(who, panel, own))
    return Markup("<li>{}</li>").format(joined(parts))


def _appeal(who: Reader, panel: str, own: dict[str, Any]) -> Markup:
    """How an appeal stands, or the form for one."""
    if own.get("appeal_state"):
        said = who.say(f"mine.appeal_{own['appeal_state']}")
        return Markup("<p><strong>{}</strong> {}</p>").format(said, who.own(own.get("appeal_words") or {}))
    if own["state"] not in ("withheld", "removed"):
        return Markup("")
    return Markup("<details><summary>{}</summary><p>{}</p>{}</details>").format(
        who.say("mine.appeal"),
        who.say("mine.appeal_how"),
        form(
            hidden(panel=panel, contribution=own["id"]),
            area(who, "text", rows=3, prefix=f"{own['id']}.", required=True),
            buttons(button(who.say("mine.appeal_send"), small=True)),
            action="/panel/mine/appeal",
        ),
    )


async def appeal(who: Reader, _request: Request, filled: Filled) -> Response:
    """Ask that another looks at it."""
    await who.client().appeal(filled.text("panel"), filled.text("contribution"), filled.text("text"))
    return done("/panel/mine", "appealed")
