"""Questions as fields of a form, and what a form says in the service's terms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from portal.panel.forms import Filled
from portal.panel.frame import Reader, joined

TRIED = ("done", "trouble", "stopped")


def read_answers(questions: list[dict[str, Any]], filled: Filled) -> dict[str, Any]:
    """What a form says; a ranking is read from the place given to each option."""
    answers: dict[str, Any] = {}
    for question in questions:
        read = _READ.get(question["kind"], _plain)
        answers[question["id"]] = read(question, filled)
    return {name: answer for name, answer in answers.items() if answer not in ("", [], {}, None)}


def _plain(question: dict[str, Any], filled: Filled) -> Any:
    values = filled.many(f"q.{question['id']}")
    if question["kind"] == "multiple":
        return values
    first = values[0] if values else None
    return int(first) if first and question["kind"] == "scale" and first.isdecimal() else first


def _ranked(question: dict[str, Any], filled: Filled) -> list[str]:
    places = [(filled.number(f"q.{question['id']}.{o['code']}"), o["code"]) for o in question["options"]]
    given = [(place, code) for place, code in places if place is not None]
    return [code for _, code in sorted(given, key=lambda pair: pair[0])]


def _points(question: dict[str, Any], filled: Filled) -> dict[str, int]:
    given = {o["code"]: filled.number(f"q.{question['id']}.{o['code']}") for o in question["options"]}
    return {code: points for code, points in given.items() if points}


def _pairs(question: dict[str, Any], filled: Filled) -> list[str]:
    found = [filled.text(f"q.{question['id']}.{a['code']}.{b['code']}") for a, b in pairs_of(question)]
    return [each for each in found if each]


_READ: dict[str, Callable[[dict[str, Any], Filled], Any]] = {
    "ranking": _ranked,
    "points": _points,
    "pairs": _pairs,
}


def pairs_of(question: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Every two options, each pair once."""
    options = question["options"]
    return [(a, b) for i, a in enumerate(options) for b in options[i + 1 :]]


def question_field(who: Reader, question: dict[str, Any], answers: dict[str, Any]) -> Markup:
    """One question with what one answered before."""
    title = who.own(question["text"])
    if question.get("required"):
        title += f" ({who.say('answer.required')})"
    if question.get("when"):
        title += f" – {who.say('answer.only_if')}"
    given = answers.get(question["id"])
    make = _MAKE.get(question["kind"], _choice)
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


def _numbers(who: Reader, question: dict[str, Any], title: str, given: dict[str, int], how: str) -> Markup:
    most = question.get("points", 10) if question["kind"] == "points" else len(question["options"])
    rows = joined(
        Markup(
            '<label class="panel-option"><input type="number" inputmode="numeric" min="{}" max="{}"'
            ' name="q.{}.{}" value="{}"> {}</label>'
        ).format(
            int(question["kind"] == "ranking"),
            most,
            question["id"],
            option["code"],
            given.get(option["code"], ""),
            _option(who, option),
        )
        for option in question["options"]
    )
    return Markup("<fieldset><legend>{}</legend><p>{}</p>{}</fieldset>").format(title, how, rows)


def _ranking(who: Reader, question: dict[str, Any], title: str, given: Any) -> Markup:
    places = {code: place for place, code in enumerate(given or [], 1)}
    return _numbers(who, question, title, places, who.say("answer.rank_how"))


def _share(who: Reader, question: dict[str, Any], title: str, given: Any) -> Markup:
    how = who.say("answer.points_how", points=question.get("points", 10))
    return _numbers(who, question, title, given or {}, how)


def _compare(who: Reader, question: dict[str, Any], title: str, given: Any) -> Markup:
    made = joined(_pair(who, question, a, b, given or []) for a, b in pairs_of(question))
    return Markup("<fieldset><legend>{}</legend><p>{}</p>{}</fieldset>").format(
        title, who.say("answer.pairs_how"), made
    )


def _pair(
    who: Reader, question: dict[str, Any], a: dict[str, Any], b: dict[str, Any], given: list[str]
) -> Markup:
    name = f"q.{question['id']}.{a['code']}.{b['code']}"
    options = joined(
        Markup('<label class="panel-option"><input type="radio" name="{}" value="{}"{}> {}</label>').format(
            name,
            value := f"{better['code']}>{other['code']}",
            Markup(" checked") if value in given else "",
            _option(who, better),
        )
        for better, other in ((a, b), (b, a))
    )
    legend = who.say("answer.pair", a=who.own(a["text"]), b=who.own(b["text"]))
    return Markup(
        '<fieldset class="panel-pair"><legend class="akson-hidden">{}</legend>{}</fieldset>'
    ).format(legend, options)


def _trial(who: Reader, question: dict[str, Any], title: str, given: Any) -> Markup:
    options = joined(
        Markup('<label class="panel-option"><input type="radio" name="q.{}" value="{}"{}> {}</label>').format(
            question["id"], code, Markup(" checked") if code == given else "", who.say(f"tried.{code}")
        )
        for code in TRIED
    )
    return Markup(
        "<fieldset><legend>{}</legend><p>{}</p><p>"
        '<a class="panel-button panel-second" href="{}" target="_blank" rel="noopener">{}</a></p>{}'
        "</fieldset>"
    ).format(title, who.say("answer.trial_how"), question["link"], who.say("answer.trial_open"), options)


def _option(who: Reader, option: dict[str, Any]) -> Markup:
    """An option in words, with a way to the proposal it stands for."""
    if not option.get("topic"):
        return Markup("<span>{}</span>").format(who.own(option["text"]))
    return Markup('<span>{} <a href="/panel/topics/{}" target="_blank">{}</a></span>').format(
        who.own(option["text"]), option["topic"], who.say("answer.read_proposal")
    )


def _text(who: Reader, question: dict[str, Any], title: str, given: Any) -> Markup:
    return Markup(
        '<p><label for="q.{0}">{1}</label><span class="panel-hint" id="h.{0}">{2}</span>'
        '<textarea id="q.{0}" name="q.{0}" rows="5" maxlength="4000" aria-describedby="h.{0}">{3}'
        "</textarea></p>"
    ).format(question["id"], title, who.say("answer.no_health"), given or "")


_MAKE = {
    "text": _text,
    "scale": _scale,
    "ranking": _ranking,
    "points": _share,
    "pairs": _compare,
    "trial": _trial,
}
