"""A survey as a form and back: questions are added, moved and taken out without a script.

Fields of question n are named `n.…`. Options are lines; a line that was there before keeps its code, so that
a condition on it still holds after lines were moved.
"""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from portal.panel.forms import NAMES, Filled, area, button, check, choice, hidden, in_languages, line
from portal.panel.frame import Reader, joined
from portal.ui.texts import LANGUAGES

KINDS = ("single", "multiple", "scale", "ranking", "points", "pairs", "trial", "text")
WITH_OPTIONS = ("single", "multiple", "ranking", "points", "pairs")
_MOST = 40


def read_questions(filled: Filled, proposals: dict[str, str]) -> list[dict[str, Any]]:
    """The questions in the service's terms. `proposals`: title → topic; an option named so is tied to it."""
    count = min(filled.number("questions") or 0, _MOST)
    return [_read(filled, n, proposals) for n in range(count)]


def _read(filled: Filled, n: int, proposals: dict[str, str]) -> dict[str, Any]:
    kind = filled.text(f"{n}.kind")
    question: dict[str, Any] = {"id": filled.text(f"{n}.id"), "kind": kind, "text": filled.texts(f"{n}.text")}
    if filled.text(f"{n}.required") == "yes":
        question["required"] = True
    if kind in WITH_OPTIONS:
        question["options"] = _options(filled, n, proposals)
    if kind == "scale":
        question |= {name: filled.number(f"{n}.{name}") or 0 for name in ("lowest", "highest")}
        ends = [filled.texts(f"{n}.{name}") for name in ("low_end", "high_end")]
        question["ends"] = ends if all(ends) else []
    if kind == "points":
        question["points"] = filled.number(f"{n}.points") or 0
    if kind == "trial":
        question["link"] = filled.text(f"{n}.link")
    asked, _, option = filled.text(f"{n}.when").partition(":")
    if option:
        question["when"] = {"question": asked, "option": option}
    return question


def _options(filled: Filled, n: int, proposals: dict[str, str]) -> list[dict[str, Any]]:
    """One for each line in bokmål; the same line of the other languages is its translation."""
    lines = {lang: filled.text(f"{n}.options.{lang}").splitlines() for lang in LANGUAGES}
    known = _known(filled.text(f"{n}.known"))
    taken, found = set(known.values()), []
    for position, text in enumerate(lines["nb"]):
        if not text.strip():
            continue
        said = {lang: each[position].strip() for lang, each in lines.items() if position < len(each)}
        texts = {lang: words for lang, words in said.items() if words}
        code = known.get(texts["nb"]) or _free(taken)
        taken.add(code)
        option: dict[str, Any] = {"code": code, "text": texts}
        found.append(option | ({"topic": proposals[texts["nb"]]} if texts["nb"] in proposals else {}))
    return found


def _known(text: str) -> dict[str, str]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def _free(taken: set[str]) -> str:
    return next(code for code in (f"a{n}" for n in range(1, 1000)) if code not in taken)


def reshaped(questions: list[dict[str, Any]], do: str, proposals: dict[str, str]) -> list[dict[str, Any]]:
    """The questions after `add:KIND`, `up:N`, `down:N`, `drop:N` or `proposals:N`."""
    act, _, what = do.partition(":")
    asked = list(questions)
    if act == "add" and what in KINDS and len(asked) < _MOST:
        number = 1 + max([int(q["id"][1:]) for q in asked if q["id"][1:].isdigit()], default=0)
        extra = {"scale": {"lowest": 1, "highest": 5}, "points": {"points": 10}}.get(what, {})
        return [*asked, {"id": f"q{number}", "kind": what, "text": {}, **extra}]
    n = int(what) if what.isdigit() else len(asked)
    if n >= len(asked):
        return asked
    if act == "drop":
        del asked[n]
    elif act in ("up", "down"):
        to = min(max(n + (1 if act == "down" else -1), 0), len(asked) - 1)
        asked.insert(to, asked.pop(n))
    elif act == "proposals":
        asked[n] = _with_proposals(asked[n], proposals)
    return asked


def _with_proposals(question: dict[str, Any], proposals: dict[str, str]) -> dict[str, Any]:
    """Every open proposal that is not among the options is added."""
    options = list(question.get("options", []))
    there, taken = {o["text"]["nb"] for o in options}, {o["code"] for o in options}
    for title, topic in proposals.items():
        if title not in there:
            taken.add(code := _free(taken))
            options.append({"code": code, "text": {"nb": title}, "topic": topic})
    return question | {"options": options}


def survey_fields(who: Reader, questions: list[dict[str, Any]]) -> Markup:
    """Every question as fields, and the buttons that add one."""
    made = joined(_question(who, n, each, questions) for n, each in enumerate(questions))
    add = joined(
        button(who.work(f"survey.{kind}"), f"add:{kind}", second=True, small=True, unchecked=True)
        for kind in KINDS
    )
    return Markup(
        '{}{}<fieldset class="panel-add"><legend>{}</legend><div class="panel-actions">{}</div></fieldset>'
    ).format(hidden(questions=len(questions)), made, who.work("survey.add"), add)


def _question(who: Reader, n: int, question: dict[str, Any], asked: list[dict[str, Any]]) -> Markup:
    kind = question["kind"]
    parts = [
        hidden(**{f"{n}.id": question["id"], f"{n}.kind": kind}),
        in_languages(who, f"{n}.text", question["text"], label=who.work("survey.text")),
        check(f"{n}.required", "yes", who.work("survey.required"), checked=bool(question.get("required"))),
    ]
    if kind in WITH_OPTIONS:
        parts.append(_option_fields(who, n, question))
    if kind == "scale":
        parts.append(_scale_fields(who, n, question))
    if kind == "points":
        parts.append(
            line(
                who,
                f"{n}.points",
                question.get("points", 10),
                kind="number",
                label=who.work("survey.points_to_give"),
            )
        )
    if kind == "trial":
        parts.append(
            line(
                who,
                f"{n}.link",
                question.get("link", ""),
                label=who.work("survey.link"),
                hint=who.work("survey.link_hint"),
            )
        )
    parts.append(_when(who, n, question, asked))
    return Markup('<fieldset class="panel-question"><legend>{}</legend>{}{}</fieldset>').format(
        who.work("survey.question", number=n + 1, kind=who.work(f"survey.{kind}").lower()),
        joined(parts),
        _moves(who, n),
    )


def _moves(who: Reader, n: int) -> Markup:
    made = joined(
        button(who.work(f"survey.{act}"), f"{act}:{n}", second=True, small=True, unchecked=True)
        for act in ("up", "down", "drop")
    )
    return Markup('<p class="panel-actions">{}</p>').format(made)


def _option_fields(who: Reader, n: int, question: dict[str, Any]) -> Markup:
    options = question.get("options", [])
    known = {o["text"]["nb"]: o["code"] for o in options}

    def lines(lang: str) -> str:
        return "\n".join(o["text"].get(lang, "") for o in options)

    first = area(
        who,
        f"{n}.options.nb",
        lines("nb"),
        label=who.work("survey.options"),
        hint=who.work("survey.options_hint"),
    )
    others = joined(
        area(who, f"{n}.options.{lang}", lines(lang), label=f"{who.work('survey.options')} – {NAMES[lang]}")
        for lang in LANGUAGES
        if lang != "nb"
    )
    there = sum(1 for lang in LANGUAGES if lang != "nb" and any(o["text"].get(lang) for o in options))
    summary = who.say("form.translations", there=there, name=who.work("survey.options").lower())
    return (
        hidden(**{f"{n}.known": json.dumps(known, ensure_ascii=False)})
        + first
        + Markup('<details class="panel-translations"><summary>{}</summary>{}</details>').format(
            summary, others
        )
        + Markup("<p>{}</p>").format(
            button(who.work("survey.proposals"), f"proposals:{n}", second=True, small=True, unchecked=True)
        )
    )


def _scale_fields(who: Reader, n: int, question: dict[str, Any]) -> Markup:
    ends = question.get("ends") or [{}, {}]
    made = [
        line(who, f"{n}.{name}", question.get(name, ""), kind="number", label=who.work(f"survey.{name}"))
        for name in ("lowest", "highest")
    ]
    made += [
        in_languages(who, f"{n}.{name}", ends[i], label=who.work(f"survey.{name}"), required=False)
        for i, name in enumerate(("low_end", "high_end"))
    ]
    return joined(made)


def _when(who: Reader, n: int, question: dict[str, Any], asked: list[dict[str, Any]]) -> Markup:
    """Asked only after an option of an earlier question."""
    options = [("", who.work("survey.always"))]
    options += [
        (
            f"{q['id']}:{o['code']}",
            who.work("survey.when", question=who.own(q["text"]), option=who.own(o["text"])),
        )
        for q in asked[:n]
        if q["kind"] in ("single", "multiple")
        for o in q.get("options", [])
    ]
    when = question.get("when")
    chosen = f"{when['question']}:{when['option']}" if when else ""
    if chosen and chosen not in dict(options):
        options.append((chosen, who.work("survey.lost_condition")))
    return (
        choice(who, f"{n}.when", options, chosen, label=who.work("survey.asked"))
        if len(options) > 1
        else Markup("")
    )
