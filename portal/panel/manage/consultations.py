"""Consultations from draft to publication: written, opened, closed, read for themes, published."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from kit.norway import OSLO
from portal.clients.errors import Problem, ServiceProblem
from portal.panel.forms import Filled, button, buttons, check, choice, form, hidden, in_languages, line, local
from portal.panel.frame import Reader, joined, moment, notice
from portal.panel.kept import refusal
from portal.panel.manage.frame import back, desk_page, missing, path, rows
from portal.panel.manage.survey import read_questions, reshaped, survey_fields
from portal.panel.questions import question_field
from portal.panel.results_view import result_section

_STEPS = ("open", "close", "publish", "remind")
_TEXTS = ("title", "about", "method")


async def listing(who: Reader, request: Request, desk: dict[str, Any]) -> Response:
    """`…/consultations`: drafts and everything that was asked."""
    found = await who.staff().consultations_of(desk["panel"]["id"])
    items = [
        (
            path(desk, "consultations", each["id"]),
            who.own(each["title"]),
            " · ".join(
                part for part in (_stage(who, each), missing(who, each["title"], each["about"])) if part
            ),
        )
        for each in found
    ]
    action = None
    if "leader" in desk["roles"]:
        action = (path(desk, "consultations", "new"), who.work("consultations.new"))
    content = rows(who, items, "consultations.none", action)
    return desk_page(who, request, desk, who.work("section.consultations"), content)


def _stage(who: Reader, consultation: dict[str, Any]) -> str:
    if consultation["state"] == "open":
        return who.say("home.closes", at=moment(who, consultation["closes_at"]))
    return who.work(f"consultations.{consultation['state']}")


async def one(who: Reader, request: Request, desk: dict[str, Any]) -> Response:
    """`…/consultations/new`, `…/consultations/{id}`: a draft to write, else what can be done with it."""
    identifier = request.path_params.get("id")
    if identifier is None:
        return _draft(who, request, desk, _empty(), 0, Markup(""))
    found = await who.staff().consultation_as_is(identifier)
    if found["state"] == "draft":
        return _draft(who, request, desk, found, found["version"], Markup(""))
    content = await _asked(who, desk, found)
    return desk_page(who, request, desk, who.own(found["title"]), content)


def _empty() -> dict[str, Any]:
    now = datetime.now(OSLO).replace(minute=0, second=0, microsecond=0)
    times = {"opens_at": now.isoformat(), "closes_at": (now + timedelta(days=14)).isoformat()}
    return {"title": {}, "about": {}, "method": {}, "questions": [], "dimensions": [], **times}


def _draft(
    who: Reader,
    request: Request,
    desk: dict[str, Any],
    plan: dict[str, Any],
    version: int,
    said: Markup,
    key: str = "",
) -> Response:
    dimensions = joined(
        check("dimensions", name, who.say(f"trait.{name}.name"), checked=name in plan["dimensions"])
        for name in desk["known"]
    )
    fields = form(
        hidden(version=version, key=key or Filled().key),
        # First in the form, so that Enter in a field saves and moves no question.
        buttons(button(who.work("consultations.save"), "save", small=True)),
        in_languages(who, "title", plan["title"]),
        in_languages(who, "about", plan["about"], rows=3),
        line(who, "opens_at", local(plan["opens_at"]), kind="datetime-local", required=True),
        line(who, "closes_at", local(plan["closes_at"]), kind="datetime-local", required=True),
        Markup("<h2>{}</h2>").format(who.work("consultations.questions")),
        survey_fields(who, plan["questions"]),
        Markup("<fieldset><legend>{}</legend><p>{}</p>{}</fieldset>").format(
            who.work("consultations.dimensions"), who.work("consultations.dimensions_hint"), dimensions
        ),
        in_languages(who, "method", plan["method"], rows=3, required=False),
        buttons(button(who.work("consultations.save"), "save")),
    )
    saved = "id" in plan
    content = said + fields + (_preview(who, plan) if plan["questions"] else Markup(""))
    if saved and "leader" in desk["roles"]:
        content += _step(who, desk, plan, "open", who.work("consultations.open_how"))
    title = who.own(plan["title"]) or who.work("consultations.new")
    status = HTTPStatus.CONFLICT if said else HTTPStatus.OK
    return desk_page(who, request, desk, title, content, status)


def _preview(who: Reader, plan: dict[str, Any]) -> Markup:
    """The questions as members will see them; nothing here is sent."""
    whole = ({"options": [], "link": "", **each} for each in plan["questions"])  # a new one has neither yet
    shown = joined(question_field(who, each, {}) for each in whole)
    return Markup('<details><summary>{}</summary><div class="panel-form" inert>{}</div></details>').format(
        who.work("consultations.preview"), shown
    )


async def keep(who: Reader, request: Request, desk: dict[str, Any], filled: Filled) -> Response:
    """A step, or the draft: changed in shape, or saved. What is refused comes back in the form."""
    do, identifier = filled.text("do"), request.path_params.get("id")
    if do in _STEPS:
        await who.staff().move(str(identifier), do)
        return back(desk, "consultations", f"moved_{do}", str(identifier))
    if do == "themes":
        return await _keep_themes(who, desk, str(identifier), filled)
    proposals = await _proposals(who, desk)
    plan = _read(filled, proposals)
    if identifier:
        plan["id"] = str(identifier)
    if do != "save":
        plan["questions"] = reshaped(plan["questions"], do, proposals)
        return _draft(who, request, desk, plan, filled.version, Markup(""), filled.key)
    body = {name: value for name, value in plan.items() if name != "id"}
    try:
        if identifier:
            made = await who.staff().change_plan(str(identifier), body, filled.version)
        else:
            made = await who.staff().plan(desk["panel"]["id"], body, filled.key)
    except ServiceProblem as problem:
        if problem.problem is not Problem.WRONG:
            raise
        said = notice(refusal(who, problem), "alert")
        return _draft(who, request, desk, plan, filled.version, said, filled.key)
    return back(desk, "consultations", "saved", made["id"])


async def _proposals(who: Reader, desk: dict[str, Any]) -> dict[str, str]:
    """Open proposals of the panel: title as it stands in bokmål → topic."""
    found = await who.anyone().topics()
    return {
        t["title"].get("nb") or next(iter(t["title"].values())): t["id"]
        for t in found
        if t["kind"] == "proposal"
        and t["state"] == "open"
        and t["panel_id"] == desk["panel"]["id"]
        and t["title"]
    }


def _read(filled: Filled, proposals: dict[str, str]) -> dict[str, Any]:
    plan: dict[str, Any] = {name: filled.texts(name) for name in _TEXTS}
    plan |= {name: filled.moment(name) for name in ("opens_at", "closes_at")}
    return plan | {"dimensions": filled.many("dimensions"), "questions": read_questions(filled, proposals)}


def _step(who: Reader, desk: dict[str, Any], found: dict[str, Any], step: str, how: str) -> Markup:
    return Markup("<p>{}</p>").format(how) + form(
        buttons(button(who.work(f"consultations.do_{step}"), step, second=step == "remind")),
        action=path(desk, "consultations", found["id"]),
    )


async def _asked(who: Reader, desk: dict[str, Any], found: dict[str, Any]) -> Markup:
    """Open, closed or published: what can be done, and what is shown of the answers."""
    public = await who.anyone().consultation(found["id"])
    facts = [_stage(who, found), who.work("consultations.invited", number=found.get("invited") or 0)]
    if found.get("reminded_at"):
        facts.append(who.work("consultations.reminded", at=moment(who, found["reminded_at"])))
    parts = [
        Markup('<p class="panel-facts">{}</p><p><a href="/panel/consultations/{}">{}</a></p>').format(
            " · ".join(facts), found["id"], who.work("consultations.public_page")
        )
    ]
    leads = "leader" in desk["roles"]
    if found["state"] == "open" and leads:
        parts.append(_step(who, desk, found, "remind", who.work("consultations.remind_how")))
        parts.append(_step(who, desk, found, "close", who.work("consultations.close_how")))
    if found["state"] == "closed":
        parts.append(await _texts(who, desk, found))
        if leads:
            parts.append(_step(who, desk, found, "publish", who.work("consultations.publish_how")))
    parts.append(result_section(who, public))
    return joined(parts)


async def _texts(who: Reader, desk: dict[str, Any], found: dict[str, Any]) -> Markup:
    """Free text for moderators, in no order that tells who wrote, and the themes they make of it."""
    texts = await who.staff().texts(found["id"])
    names = {q["id"]: who.own(q["text"]) for q in found["questions"] if q["kind"] == "text"}
    if not names:
        return Markup("")
    made = [
        Markup("<details><summary>{}</summary><ul class='panel-said'>{}</ul></details>").format(
            who.work("consultations.texts", question=name, number=len(texts.get(question, []))),
            joined(
                Markup('<li><p class="panel-words">{}</p></li>').format(each)
                for each in texts.get(question, [])
            ),
        )
        for question, name in names.items()
    ]
    return Markup("<h2>{}</h2><p>{}</p>{}{}").format(
        who.work("consultations.themes"),
        who.work("consultations.themes_how"),
        joined(made),
        _themes(who, desk, found, names),
    )


def _themes(who: Reader, desk: dict[str, Any], found: dict[str, Any], names: dict[str, str]) -> Markup:
    there = [*found["themes"], {}, {}]
    made = joined(
        Markup('<fieldset class="panel-question"><legend>{}</legend>{}{}{}</fieldset>').format(
            who.work("consultations.theme", number=n + 1),
            choice(
                who,
                f"question.{n}",
                list(names.items()),
                each.get("question"),
                label=who.work("consultations.about"),
            ),
            in_languages(
                who,
                f"theme.{n}",
                each.get("text", {}),
                label=who.work("consultations.in_words"),
                required=False,
            ),
            line(
                who,
                f"answers.{n}",
                each.get("answers", ""),
                kind="number",
                label=who.work("consultations.answers"),
            ),
        )
        for n, each in enumerate(there)
    )
    return form(
        hidden(themes=len(there)),
        made,
        buttons(button(who.work("consultations.save_themes"), "themes", second=True)),
        action=path(desk, "consultations", found["id"]),
    )


async def _keep_themes(who: Reader, desk: dict[str, Any], identifier: str, filled: Filled) -> Response:
    found = [
        {
            "question": filled.text(f"question.{n}"),
            "text": text,
            "answers": filled.number(f"answers.{n}") or 0,
        }
        for n in range(filled.number("themes") or 0)
        if (text := filled.texts(f"theme.{n}"))
    ]
    await who.staff().themes(identifier, found)
    return back(desk, "consultations", "saved", identifier)
