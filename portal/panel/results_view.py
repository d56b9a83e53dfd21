"""A result as people read it: a bar and a number for each option, and by group where it may be shown."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from portal.panel.frame import Reader, joined, moment
from portal.panel.questions import TRIED


def result_section(who: Reader, found: dict[str, Any]) -> Markup:
    """What is shown of a consultation, or why nothing is yet."""
    heading = who.say("result.final" if found["final"] else "result.live")
    result = found.get("result")
    start = Markup("<h2>{}</h2>").format(heading)
    if not result:
        return start + Markup("<p>{}</p>").format(
            who.say("result.too_few" if found["final"] else "result.not_yet")
        )
    facts = [who.say("result.answered", number=result["answered"])]
    if result.get("rate") is not None:
        facts.append(who.say("result.rate", percent=round(100 * result["rate"])))
    if found.get("shown_at"):
        facts.append(who.say("result.shown_at", at=moment(who, found["shown_at"])))
    consultation = found["consultation"]
    asked = {question["id"]: question for question in consultation["questions"]}
    return joined(
        [
            start,
            Markup("<p>{}</p>").format(" ".join(facts)),
            joined(_question(who, asked[each["id"]], each) for each in result["questions"]),
            _themes(who, consultation, asked),
            Markup("<p><small>{}</small></p>").format(who.say("result.method")),
            Markup(
                '<p><a href="/panel/consultations/{0}/result.csv" download>{1}</a> · '
                '<a href="/panel/consultations/{0}/result.json" download>{2}</a></p>'
            ).format(consultation["id"], who.say("result.download"), who.say("result.download_json")),
        ]
    )


def _question(who: Reader, question: dict[str, Any], result: dict[str, Any]) -> Markup:
    title = Markup("<h3>{}</h3>").format(who.own(question["text"]))
    cells = result.get("cells")
    if not cells:
        return title + Markup("<p>{}</p>").format(who.say("result.question_too_few"))
    if question["kind"] == "text":
        return title + Markup("<p>{}</p>").format(who.say("result.texts", number=cells["answered"]))
    parts = [title, _cells(who, question, cells)]
    for breakdown in result.get("breakdowns", []):
        groups = joined(
            Markup("<h4>{} ({})</h4>{}").format(
                who.trait(breakdown["dimension"], name),
                cells_["answered"],
                _cells(who, question, cells_),
            )
            for name, cells_ in breakdown["groups"].items()
        )
        summary = who.say("result.by", dimension=who.say(f"trait.{breakdown['dimension']}.name").lower())
        parts.append(Markup("<details><summary>{}</summary>{}</details>").format(summary, groups))
    return joined(parts)


def _cells(who: Reader, question: dict[str, Any], cells: dict[str, Any]) -> Markup:
    names = option_names(who, question)
    whole = {"points": sum(cells.get("counts", {}).values())}.get(question["kind"])
    answered = cells["answered"]
    rows = joined(
        _row(
            names.get(code, code),
            number,
            _percent(cells, code, number, whole or answered),
            _tail(who, question, cells, code),
        )
        for code, number in in_order(question, cells["counts"])
    )
    mean = cells.get("mean")
    below = Markup("")
    if mean is not None:
        below = Markup("<p>{}</p>").format(who.say("result.mean", mean=_decimal(who, mean)))
    return Markup(
        '<table class="panel-table"><thead><tr><th scope="col">{}</th>'
        '<th scope="col" class="akson-number">{}</th></tr></thead>'
        "<tbody>{}</tbody></table>{}"
    ).format(who.say("result.option"), who.say("result.number"), rows, below)


def in_order(question: dict[str, Any], counts: dict[str, int]) -> list[tuple[str, int]]:
    """Counts in the order in which the options were asked, a scale from its lowest step."""
    options = [option["code"] for option in question.get("options", [])]
    asked = list(TRIED) if question["kind"] == "trial" else options or sorted(counts, key=_step)
    return [(code, counts[code]) for code in asked if code in counts]


def _step(code: str) -> int:
    return int(code) if code.removeprefix("-").isdecimal() else 0


def option_names(who: Reader, question: dict[str, Any]) -> dict[str, str]:
    """Code → name; how a trial went has names of its own."""
    if question["kind"] == "trial":
        return {code: who.say(f"tried.{code}") for code in TRIED}
    return {option["code"]: who.own(option["text"]) for option in question.get("options", [])}


def _percent(cells: dict[str, Any], code: str, number: int, answered: int) -> int:
    """The share shown: of those who answered; of points and pairs, what the service counted."""
    if code in cells.get("shares", {}):
        return round(100 * cells["shares"][code])
    return round(100 * number / answered) if answered else 0


def _tail(who: Reader, question: dict[str, Any], cells: dict[str, Any], code: str) -> str:
    """What a number is, where it is no number of members."""
    if (place := cells.get("places", {}).get(code)) is not None:
        return f" · {who.say('result.place', place=_decimal(who, place))}"
    kind = question["kind"]
    return f" {who.say(f'result.{kind}')}" if kind in ("points", "pairs") else ""


def _row(name: str, number: int, percent: int, tail: str) -> Markup:
    return Markup(
        '<tr><th scope="row">{}<span class="panel-bar" style="width:{}%"></span></th>'
        '<td class="akson-number">{}{} ({}&nbsp;%)</td></tr>'
    ).format(name, percent, number, tail, percent)


def _themes(who: Reader, consultation: dict[str, Any], asked: dict[str, Any]) -> Markup:
    themes = consultation.get("themes", [])
    if not themes:
        return Markup("")
    items = joined(
        Markup("<li>{} ({})</li>").format(
            who.own(theme["text"]), who.say("result.theme_answers", number=theme["answers"])
        )
        for theme in themes
        if theme["question"] in asked
    )
    return Markup("<h3>{}</h3><ul class='panel-list'>{}</ul>").format(who.say("result.themes"), items)


def _decimal(who: Reader, number: float) -> str:
    text = f"{number:.1f}"
    return text if who.lang == "en" else text.replace(".", ",")
