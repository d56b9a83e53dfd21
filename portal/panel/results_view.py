"""A result as people read it: a bar and a number for each option, and by group where it may be shown."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from portal.panel.frame import Reader, joined, moment


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
            Markup('<p><a href="/panel/consultations/{}/result.csv" download>{}</a></p>').format(
                consultation["id"], who.say("result.download")
            ),
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
    names = {option["code"]: who.own(option["text"]) for option in question.get("options", [])}
    answered = cells["answered"]
    rows = joined(
        _row(who, names.get(code, code), number, answered, cells.get("places", {}).get(code))
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
    asked = [option["code"] for option in question.get("options", [])] or sorted(counts, key=_step)
    return [(code, counts[code]) for code in asked if code in counts]


def _step(code: str) -> int:
    return int(code) if code.removeprefix("-").isdecimal() else 0


def _row(who: Reader, name: str, number: int, answered: int, place: float | None) -> Markup:
    percent = round(100 * number / answered) if answered else 0
    tail = f" · {who.say('result.place', place=_decimal(who, place))}" if place is not None else ""
    return Markup(
        '<tr><th scope="row">{}<span class="panel-bar" style="width:{}%"></span></th>'
        '<td class="akson-number">{} ({}&nbsp;%){}</td></tr>'
    ).format(name, percent, number, percent, tail)


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
