"""Proposals and discussions: read by everybody, written by members, seen by a moderator in between."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from portal.clients.errors import ServiceProblem
from portal.panel.forms import Filled, area, button, buttons, choice, form, fresh_key, hidden, line
from portal.panel.frame import Reader, day, joined, moment, notice, page, told
from portal.panel.kept import confirmation, done, refusal

PATH = "/panel/topics"
REASONS = ("spam", "attack", "personal", "health", "off-topic", "other")


async def listing(who: Reader, request: Request) -> Response:
    """`/panel/topics`: what is proposed and discussed, and the form for a proposal of one's own."""
    found = await who.anyone().topics()
    parts = [told(who, request), Markup('<p class="front-lead">{}</p>').format(who.say("topics.lead"))]
    for kind in ("proposal", "discussion"):
        them = [each for each in found if each["kind"] == kind]
        parts.append(_rows(who, f"topics.{kind}s", f"topics.no_{kind}s", them))
    parts.append(await _propose(who))
    return page(who, who.say("nav.topics"), joined(parts))


def title_of(who: Reader, topic: dict[str, Any]) -> str:
    """A topic's title; its author may have taken the words along."""
    return who.own(topic["title"]) or who.say("topics.gone_title")


def _rows(who: Reader, heading: str, none: str, topics: list[dict[str, Any]]) -> Markup:
    title = Markup("<h2>{}</h2>").format(who.say(heading))
    if not topics:
        return title + Markup("<p>{}</p>").format(who.say(none))
    rows = joined(
        Markup('<li><a href="{}/{}">{}</a><span>{}</span></li>').format(
            PATH, each["id"], title_of(who, each), state_of(who, each)
        )
        for each in topics
    )
    return title + Markup('<ul class="panel-rows">{}</ul>').format(rows)


def state_of(who: Reader, topic: dict[str, Any]) -> str:
    """Open (until when), or closed."""
    if topic["state"] == "open" and topic.get("closes_at"):
        return who.say("home.closes", at=moment(who, topic["closes_at"]))
    return who.say(f"topics.state_{topic['state']}")


async def _propose(who: Reader) -> Markup:
    """The form for a proposal, for members; for others the way in."""
    panels = await member_of(who)
    if not panels:
        return Markup('<h2>{}</h2><p>{} <a href="/panel/membership">{}</a></p>').format(
            who.say("topics.propose"), who.say("topics.members_propose"), who.say("home.join")
        )
    return Markup('<h2 id="propose">{}</h2>').format(who.say("topics.propose")) + propose_form(who, panels)


def propose_form(who: Reader, panels: list[dict[str, Any]], filled: Filled | None = None) -> Markup:
    """The form; one who is in several panels says which."""
    before = filled or Filled()
    named = [(each["id"], who.own(each["name"])) for each in panels]
    where = choice(who, "panel", named) if len(named) > 1 else hidden(panel=named[0][0])
    return form(
        where,
        hidden(key=before.key),
        line(who, "title", before.text("title"), required=True),
        area(who, "body", before.text("body"), rows=6, hint=who.say("answer.no_health"), required=True),
        confirmation(who) if filled else Markup(""),
        Markup("<p>{}</p>").format(who.say("topics.moderated")),
        buttons(button(who.say("topics.send_proposal"))),
        action=PATH,
    )


async def member_of(who: Reader) -> list[dict[str, Any]]:
    """The panels where the reader takes part; none without a login, or while that cannot be told."""
    if who.now is None:
        return []
    try:
        found = await who.client().memberships()
    except ServiceProblem:
        return []
    return [each["panel"] for each in found if each.get("state") == "member" and each["terms_accepted"]]


async def propose(who: Reader, _request: Request, filled: Filled) -> Response:
    """Send a proposal; a refused one comes back in the form."""
    body: dict[str, Any] = {"title": filled.text("title"), "body": filled.text("body"), "lang": who.lang}
    body |= {"confirmed": filled.text("confirmed") == "yes"}
    try:
        await who.client().propose(filled.text("panel"), body, filled.key)
    except ServiceProblem as problem:
        if problem.code != "health-data-suspected":
            raise
        panels = await member_of(who)
        content = notice(refusal(who, problem), "alert") + propose_form(who, panels, filled)
        return page(who, who.say("topics.propose"), content, HTTPStatus.CONFLICT)
    return done("/panel/mine", "proposed")


async def one(who: Reader, request: Request) -> Response:
    """`/panel/topics/{id}`: the text, how many support it, arguments and comments, and what one can add."""
    found = await who.anyone().topic(request.path_params["id"])
    topic, said = found["topic"], found["said"]
    here = f"{PATH}/{topic['id']}"
    takes_part = any(each["id"] == topic["panel_id"] for each in await member_of(who))
    writes = takes_part and topic["state"] == "open"
    parts = [told(who, request), _text(who, topic)]
    if topic["kind"] == "proposal":
        parts += [await _stances(who, found, here, writes=writes)]
        parts += [_side(who, topic, said, side, takes_part=takes_part) for side in ("for", "against")]
    parts.append(_side(who, topic, said, "comment", takes_part=takes_part))
    parts.append(_write(who, topic, here) if writes else _not_writing(who, topic))
    return page(who, title_of(who, topic), joined(parts))


def _text(who: Reader, topic: dict[str, Any]) -> Markup:
    about = who.own(topic["about"]) or who.say("topics.gone")
    facts = [state_of(who, topic)]
    if topic.get("opened_on"):
        facts.append(who.say("topics.opened", day=day(topic["opened_on"])))
    facts.append(who.say(f"topics.by_{topic['author']}"))
    return Markup('<p class="panel-facts">{}</p><p class="front-lead panel-words">{}</p>{}').format(
        " · ".join(facts), about, _translated(who, topic["about"], topic.get("written_in"))
    )


def _translated(who: Reader, texts: dict[str, str], written_in: str | None) -> Markup:
    """Whose words one reads, when they are not the writer's own."""
    if not written_in or not texts or written_in == who.lang:
        return Markup("")
    key = "translated" if texts.get(who.lang) else "untranslated"
    return Markup('<p class="panel-hint">{}</p>').format(
        who.say(
            f"topics.{key}",
            language=who.say(f"trait.language.{written_in}" if written_in != "en" else "english"),
        )
    )


async def _stances(who: Reader, found: dict[str, Any], here: str, *, writes: bool) -> Markup:
    numbers = found.get("numbers")
    if numbers:
        said = who.say("topics.numbers", support=numbers.get("support", 0), oppose=numbers.get("oppose", 0))
    else:
        said = who.say("topics.too_few" if found["final"] else "topics.not_yet")
    content = Markup("<h2>{}</h2><p>{}</p>").format(who.say("topics.support_title"), said)
    if not writes:
        return content
    own = await _own_stance(who, found["topic"])
    made = joined(
        button(
            who.say(f"topics.{stance}" if own != stance else f"topics.{stance}_taken"),
            stance if own != stance else "none",
            second=own != stance,
        )
        for stance in ("support", "oppose")
    )
    return content + form(Markup('<p class="panel-actions">{}</p>').format(made), action=f"{here}/stance")


async def _own_stance(who: Reader, topic: dict[str, Any]) -> str | None:
    mine = await who.client().mine()
    return next((m["stances"].get(topic["id"]) for m in mine if m["panel_id"] == topic["panel_id"]), None)


def _side(
    who: Reader, topic: dict[str, Any], said: list[dict[str, Any]], kind: str, *, takes_part: bool
) -> Markup:
    them = [each for each in said if each["kind"] == kind]
    title = Markup("<h2>{}</h2>").format(who.say(f"topics.{kind}"))
    if not them:
        return title + Markup("<p>{}</p>").format(who.say("topics.none_yet"))
    by_id = {each["id"]: each for each in said}
    return title + Markup('<ul class="panel-said">{}</ul>').format(
        joined(_one_said(who, topic, each, by_id, takes_part=takes_part) for each in them)
    )


def _one_said(
    who: Reader,
    topic: dict[str, Any],
    said: dict[str, Any],
    by_id: dict[str, dict[str, Any]],
    *,
    takes_part: bool,
) -> Markup:
    answered = by_id.get(said.get("reply_to") or "")
    quoted = who.own(answered["body"]) if answered else ""
    quote = Markup('<blockquote class="panel-quote">{}</blockquote>').format(
        quoted if len(quoted) < 120 else f"{quoted[:117]}…"
    )
    return Markup(
        '<li id="c-{}">{}<p class="panel-words">{}</p>{}<p class="panel-facts">{}</p>{}</li>'
    ).format(
        said["id"],
        quote if answered else "",
        who.own(said["body"]),
        _translated(who, said["body"], said["written_in"]),
        who.say("topics.a_member", day=day(said["published_on"])),
        _react(who, topic, said) if takes_part else "",
    )


def _react(who: Reader, topic: dict[str, Any], said: dict[str, Any]) -> Markup:
    """Answering it, and saying that it breaks the rules."""
    here, prefix = f"{PATH}/{topic['id']}", f"{said['id']}."
    answer = Markup("")
    if topic["state"] == "open":
        answer = Markup("<details><summary>{}</summary>{}</details>").format(
            who.say("topics.answer"),
            form(
                hidden(kind="comment", reply_to=said["id"]),
                fresh_key(),
                area(who, "body", rows=3, prefix=prefix, hint=who.say("answer.no_health"), required=True),
                buttons(button(who.say("topics.send"), small=True)),
                action=here,
            ),
        )
    reasons = [(reason, who.say(f"reason.{reason.replace('-', '_')}")) for reason in REASONS]
    complain = form(
        hidden(panel=topic["panel_id"], contribution=said["id"]),
        choice(who, "reason", reasons, prefix=prefix),
        buttons(button(who.say("topics.complain_send"), second=True, small=True)),
        action=f"{here}/complaint",
    )
    return Markup('<div class="panel-react">{}<details><summary>{}</summary>{}</details></div>').format(
        answer, who.say("topics.complain"), complain
    )


def _write(who: Reader, topic: dict[str, Any], here: str) -> Markup:
    kinds = ["for", "against", "comment"] if topic["kind"] == "proposal" else ["comment"]
    named = [(kind, who.say(f"topics.kind_{kind}")) for kind in kinds]
    return Markup('<h2 id="write">{}</h2>').format(who.say("topics.write")) + form(
        choice(who, "kind", named) if len(named) > 1 else hidden(kind="comment"),
        fresh_key(),
        area(who, "body", rows=5, hint=who.say("answer.no_health"), required=True),
        Markup("<p>{}</p>").format(who.say("topics.moderated")),
        buttons(button(who.say("topics.send"))),
        action=here,
    )


def _not_writing(who: Reader, topic: dict[str, Any]) -> Markup:
    if topic["state"] != "open":
        return Markup("<p>{}</p>").format(who.say("topics.is_closed"))
    return Markup('<p>{} <a href="/panel/membership">{}</a></p>').format(
        who.say("topics.members_write"), who.say("home.join")
    )


async def contribute(who: Reader, request: Request, filled: Filled) -> Response:
    """Send an argument or a comment."""
    topic = request.path_params["id"]
    body: dict[str, Any] = {"kind": filled.text("kind"), "body": filled.text("body"), "lang": who.lang}
    body |= {"confirmed": filled.text("confirmed") == "yes"}
    if filled.text("reply_to"):
        body["reply_to"] = filled.text("reply_to")
    await who.client().contribute(topic, body, filled.key)
    return done(f"{PATH}/{topic}", "contributed")


async def stance(who: Reader, request: Request, filled: Filled) -> Response:
    """Support or oppose; pressing the same again takes it back."""
    topic, chosen = request.path_params["id"], filled.text("do")
    await who.client().stance(topic, chosen if chosen in ("support", "oppose") else None)
    return done(f"{PATH}/{topic}", "stance")


async def complain(who: Reader, request: Request, filled: Filled) -> Response:
    """Say that something breaks the rules."""
    await who.client().complain(filled.text("panel"), filled.text("contribution"), filled.text("reason"))
    return done(f"{PATH}/{request.path_params['id']}", "complained")
