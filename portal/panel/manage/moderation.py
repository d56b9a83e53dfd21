"""What waits for moderators: appeals, complaints, new texts; reasons, words to the author, translations."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from portal.panel.forms import (
    NAMES,
    Filled,
    area,
    button,
    buttons,
    check,
    choice,
    form,
    hidden,
    in_languages,
    line,
)
from portal.panel.frame import Reader, joined, moment
from portal.panel.manage.frame import back, desk_page, path
from portal.panel.manage.home import waits
from portal.panel.topics import REASONS
from portal.ui.texts import LANGUAGES


async def queue(who: Reader, request: Request, desk: dict[str, Any]) -> Response:
    """`…/moderation`."""
    found = await who.staff().moderation(desk["panel"]["id"])
    waiting, handled = [q for q in found if waits(q)], [q for q in found if not waits(q)]
    parts = [Markup("<p>{}</p>").format(who.work("moderation.lead"))]
    if not waiting:
        parts.append(Markup("<p>{}</p>").format(who.work("moderation.none")))
    parts += [_one(who, desk, each) for each in waiting]
    if handled:
        parts.append(
            Markup("<details><summary>{}</summary>{}</details>").format(
                who.work("moderation.handled", number=len(handled)),
                joined(_one(who, desk, each) for each in handled),
            )
        )
    return desk_page(who, request, desk, who.work("section.moderation"), joined(parts))


def _one(who: Reader, desk: dict[str, Any], queued: dict[str, Any]) -> Markup:
    kind = who.work(f"moderation.kind_{queued['kind']}")
    topic = who.own(queued["topic_title"])
    facts = [
        moment(who, queued["made_at"]),
        who.work(f"moderation.state_{queued['state']}"),
        NAMES[queued["lang"]],
    ]
    parts = [
        Markup("<h2>{}</h2>").format(
            queued.get("title") or who.work("moderation.in", kind=kind, topic=topic)
        ),
        Markup('<p class="panel-facts">{}</p><p class="panel-words">{}</p>').format(
            " · ".join(facts), queued["body"]
        ),
        _complaints(who, queued),
    ]
    if queued.get("reason"):
        parts.append(
            Markup("<p><strong>{}</strong> {}</p>").format(
                who.say(f"reason.{queued['reason'].replace('-', '_')}"), who.own(queued.get("words") or {})
            )
        )
    if queued.get("appeal"):
        parts.append(
            Markup("<p><strong>{}</strong> {}</p>").format(who.work("moderation.appealed"), queued["appeal"])
        )
    parts.append(_acts(who, desk, queued))
    return Markup('<section class="panel-decision" id="q-{}">{}</section>').format(
        queued["id"], joined(parts)
    )


def _complaints(who: Reader, queued: dict[str, Any]) -> Markup:
    told = [
        f"{who.say('reason.' + reason.replace('-', '_'))} ({number})"
        for reason, number in queued["complaints"].items()
    ]
    if not told:
        return Markup("")
    return Markup('<p><strong class="panel-mark">{}</strong> {}</p>').format(
        who.work("moderation.complained"), ", ".join(told)
    )


def _acts(who: Reader, desk: dict[str, Any], queued: dict[str, Any]) -> Markup:
    if queued.get("appeal_state") == "open":
        return _appeal(who, desk, queued)
    parts = []
    if queued["state"] == "waiting":
        parts += [_plain(who, desk, queued, "publish"), _with_reason(who, desk, queued, "withhold")]
    if queued["state"] == "published":
        if queued["complaints"]:
            parts.append(_plain(who, desk, queued, "keep"))
        parts += [_with_reason(who, desk, queued, "remove"), _translation(who, desk, queued)]
    return joined(parts)


def _plain(who: Reader, desk: dict[str, Any], queued: dict[str, Any], act: str) -> Markup:
    return form(
        hidden(id=queued["id"], version=queued["version"]),
        buttons(button(who.work(f"moderation.{act}"), act)),
        action=path(desk, "moderation"),
    )


def _with_reason(who: Reader, desk: dict[str, Any], queued: dict[str, Any], act: str) -> Markup:
    prefix = f"{act}.{queued['id']}."
    reasons = [(reason, who.say(f"reason.{reason.replace('-', '_')}")) for reason in REASONS]
    return Markup("<details><summary>{}</summary>{}</details>").format(
        who.work(f"moderation.{act}_step"),
        form(
            hidden(id=queued["id"], version=queued["version"]),
            choice(who, "reason", reasons, prefix=prefix),
            in_languages(who, "words", {}, rows=3, prefix=prefix, hint=who.work("moderation.words_hint")),
            buttons(button(who.work(f"moderation.{act}"), act)),
            action=path(desk, "moderation"),
        ),
    )


def _translation(who: Reader, desk: dict[str, Any], queued: dict[str, Any]) -> Markup:
    prefix = f"t.{queued['id']}."
    langs = [(lang, NAMES[lang]) for lang in LANGUAGES if lang != queued["lang"]]
    there = [NAMES[lang] for lang in queued["translations"]]
    title = line(who, "title", prefix=prefix, required=True) if queued["kind"] == "proposal" else Markup("")
    return Markup("<details><summary>{}</summary>{}</details>").format(
        who.work("moderation.translate", there=", ".join(there) or who.work("moderation.no_translation")),
        form(
            hidden(id=queued["id"]),
            choice(who, "lang", langs, prefix=prefix),
            title,
            area(who, "body", rows=4, prefix=prefix, required=True),
            buttons(button(who.work("save"), "translate")),
            action=path(desk, "moderation"),
        ),
    )


def _appeal(who: Reader, desk: dict[str, Any], queued: dict[str, Any]) -> Markup:
    if queued["mine"]:
        return Markup("<p>{}</p>").format(who.work("moderation.another_decides"))
    return form(
        hidden(id=queued["id"], version=queued["version"]),
        check("overturn", "yes", who.work("moderation.overturn")),
        in_languages(
            who, "words", {}, rows=3, prefix=f"a.{queued['id']}.", hint=who.work("moderation.appeal_hint")
        ),
        buttons(button(who.work("moderation.decide"), "decide")),
        action=path(desk, "moderation"),
    )


async def act(who: Reader, _request: Request, desk: dict[str, Any], filled: Filled) -> Response:
    """Publish, withhold, remove, keep, translate, or decide an appeal."""
    panel, identifier, do = desk["panel"]["id"], filled.text("id"), filled.text("do")
    if do == "translate":
        body = {"lang": filled.text("lang"), "title": filled.text("title"), "body": filled.text("body")}
        await who.staff().translate(panel, identifier, body)
        return back(desk, "moderation", "translated")
    if do == "decide":
        decided = {"overturn": filled.text("overturn") == "yes", "words": filled.texts("words")}
        await who.staff().decide_appeal(panel, identifier, decided, filled.version)
        return back(desk, "moderation", "appeal_decided")
    done: dict[str, Any] = {"act": do, "words": filled.texts("words")}
    if filled.text("reason"):
        done["reason"] = filled.text("reason")
    await who.staff().moderate(panel, identifier, done, filled.version)
    return back(desk, "moderation", f"moderated_{do}" if do in _DONE else "saved")


_DONE = ("publish", "withhold", "remove", "keep")
