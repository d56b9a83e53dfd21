"""A member's answer: one form, kept as a draft or sent, and changed until it closes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from markupsafe import Markup
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from portal.clients.errors import ServiceProblem
from portal.panel.frame import Reader, joined, log_in_page, moment, notice, page, problem_page, reader
from portal.session.routes import from_our_page

_SAID_BY_CODE = (
    "answer-missing",
    "answer-invalid",
    "answer-unknown",
    "national-number",
    "e-mail-address",
    "phone-number",
    "health-data-suspected",
    "version-conflict",
    "not-open",
    "text-too-long",
    "not-a-member",
)


async def show(request: Request) -> Response:
    """The form with what one answered before."""
    who = await reader(request)
    if who.now is None:
        return log_in_page(who, who.say("answer.title"))
    try:
        found = await who.client().consultation(request.path_params["id"])
        mine = await who.client().answer(request.path_params["id"])
    except ServiceProblem as problem:
        return _not_for_you(who, problem)
    said = notice(who.say("answer.sent")) if "sent" in request.query_params else Markup("")
    said = notice(who.say("answer.kept")) if "kept" in request.query_params else said
    answers = mine["answers"] if mine else {}
    return _page(who, found["consultation"], answers, mine["version"] if mine else 0, said)


async def keep(request: Request) -> Response:
    """Send or keep the form. What was written is never lost: a refused form comes back filled in."""
    if not from_our_page(request):
        return PlainTextResponse("This must come from our own page.", HTTPStatus.FORBIDDEN)
    who = await reader(request)
    if who.now is None:
        return log_in_page(who, who.say("answer.title"))
    identifier = request.path_params["id"]
    async with request.form(max_fields=200, max_part_size=16_384) as form:
        try:
            consultation = (await who.client().consultation(identifier))["consultation"]
        except ServiceProblem as problem:
            return problem_page(who, problem)
        answers, version = read_answers(consultation["questions"], form), _version(form)
        send = form.get("do") != "keep"
        body = {"answers": answers, "submit": send, "confirmed": form.get("confirmed") == "yes"}
    try:
        await who.client().keep_answer(identifier, body, version)
    except ServiceProblem as problem:
        if problem.code not in _SAID_BY_CODE:
            return problem_page(who, problem)
        said = notice(who.say(f"refused.{problem.code.replace('-', '_')}"), "alert")
        asked_again = problem.code == "health-data-suspected"
        return _page(
            who, consultation, answers, version, said, confirm=asked_again, status=HTTPStatus.CONFLICT
        )
    kept = "sent" if send else "kept"
    return RedirectResponse(f"/panel/consultations/{identifier}/answer?{kept}=1", HTTPStatus.SEE_OTHER)


def read_answers(questions: list[dict[str, Any]], form: FormData) -> dict[str, Any]:
    """What a form says, in the service's terms; a ranking is read from the place given to each option."""
    answers: dict[str, Any] = {}
    for question in questions:
        name, kind = question["id"], question["kind"]
        values = [str(value) for value in form.getlist(f"q.{name}") if str(value)]
        if kind == "multiple":
            answers[name] = values
        elif kind == "ranking":
            answers[name] = _ranked(question, form)
        elif values:
            answers[name] = int(values[0]) if kind == "scale" and values[0].isdecimal() else values[0]
    return {name: answer for name, answer in answers.items() if answer not in ("", [])}


def _ranked(question: dict[str, Any], form: FormData) -> list[str]:
    places: list[tuple[int, str]] = []
    for option in question["options"]:
        text = str(form.get(f"q.{question['id']}.{option['code']}") or "")
        if text.isdecimal():
            places.append((int(text), option["code"]))
    return [code for _, code in sorted(places, key=lambda pair: pair[0])]


def _version(form: FormData) -> int:
    text = str(form.get("version") or "0")
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _not_for_you(who: Reader, problem: ServiceProblem) -> Response:
    if problem.code != "not-a-member":
        return problem_page(who, problem)
    content = Markup('<p>{}</p><p><a class="panel-button" href="/panel/membership">{}</a></p>').format(
        who.say("refused.not_a_member"), who.say("home.join")
    )
    return page(who, who.say("answer.title"), content, HTTPStatus.FORBIDDEN)


def _page(
    who: Reader,
    consultation: dict[str, Any],
    answers: dict[str, Any],
    version: int,
    said: Markup,
    *,
    confirm: bool = False,
    status: int = HTTPStatus.OK,
) -> Response:
    fields = joined(_field(who, question, answers) for question in consultation["questions"])
    again = confirmation(who) if confirm else Markup("")
    form = Markup(
        '{}<p>{}</p><p>{}</p><form method="post" class="panel-form">{}'
        '<input type="hidden" name="version" value="{}">{}<p class="panel-actions">'
        '<button class="panel-button" name="do" value="send">{}</button>'
        '<button class="panel-button panel-second" name="do" value="keep">{}</button></p></form>'
    ).format(
        said,
        who.say("home.closes", at=moment(who, consultation["closes_at"])),
        who.say("answer.how"),
        fields,
        version,
        again,
        who.say("answer.send"),
        who.say("answer.keep"),
    )
    return page(who, who.own(consultation["title"]), form, status)


def confirmation(who: Reader) -> Markup:
    """The box by which a writer stands by words of health."""
    return Markup(
        '<p class="panel-check"><label><input type="checkbox" name="confirmed" value="yes"> {}</label></p>'
    ).format(who.say("answer.confirm"))


def _field(who: Reader, question: dict[str, Any], answers: dict[str, Any]) -> Markup:
    title = who.own(question["text"])
    if question.get("required"):
        title += f" ({who.say('answer.required')})"
    if question.get("when"):
        title += f" – {who.say('answer.only_if')}"
    given = answers.get(question["id"])
    make = {"text": _text, "scale": _scale, "ranking": _ranking}.get(question["kind"], _choice)
    return make(who, question, title, given)


def _choice(who: Reader, question: dict[str, Any], title: str, given: Any) -> Markup:
    kind = "radio" if question["kind"] == "single" else "checkbox"
    chosen = given if isinstance(given, list) else [given]
    options = joined(
        Markup('<label class="panel-option"><input type="{}" name="q.{}" value="{}"{}> {}</label>').format(
            kind,
            question["id"],
            option["code"],
            Markup(" checked") if option["code"] in chosen else "",
            who.own(option["text"]),
        )
        for option in question["options"]
    )
    return Markup("<fieldset><legend>{}</legend>{}</fieldset>").format(title, options)


def _scale(who: Reader, question: dict[str, Any], title: str, given: Any) -> Markup:
    steps = joined(
        Markup(
            '<label class="panel-step"><input type="radio" name="q.{}" value="{}"{}><span>{}</span></label>'
        ).format(question["id"], n, Markup(" checked") if given == n else "", n)
        for n in range(question.get("lowest", 1), question.get("highest", 5) + 1)
    )
    ends = [who.own(each) for each in question.get("ends", [])]
    note = Markup("<p>{}</p>").format(" – ".join(ends)) if len(ends) == 2 else Markup("")
    return Markup('<fieldset><legend>{}</legend>{}<div class="panel-steps">{}</div></fieldset>').format(
        title, note, steps
    )


def _ranking(who: Reader, question: dict[str, Any], title: str, given: Any) -> Markup:
    places = {code: place for place, code in enumerate(given or [], 1)}
    rows = joined(
        Markup(
            '<label class="panel-option"><input type="number" inputmode="numeric" min="1" max="{}"'
            ' name="q.{}.{}" value="{}"> {}</label>'
        ).format(
            len(question["options"]),
            question["id"],
            option["code"],
            places.get(option["code"], ""),
            who.own(option["text"]),
        )
        for option in question["options"]
    )
    return Markup("<fieldset><legend>{}</legend><p>{}</p>{}</fieldset>").format(
        title, who.say("answer.rank_how"), rows
    )


def _text(who: Reader, question: dict[str, Any], title: str, given: Any) -> Markup:
    return Markup(
        '<p><label for="q.{0}">{1}</label><span class="panel-hint" id="h.{0}">{2}</span>'
        '<textarea id="q.{0}" name="q.{0}" rows="5" maxlength="4000" aria-describedby="h.{0}">{3}'
        "</textarea></p>"
    ).format(question["id"], title, who.say("answer.no_health"), given or "")
