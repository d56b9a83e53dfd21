"""A measure over time: a line as SVG, and the same numbers in a table beside it."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from portal.panel.frame import Reader, day, joined

_WIDTH, _HEIGHT = 480, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 16, 28
_MOST_ROWS = 12


def number(who: Reader, value: float, unit: str) -> str:
    """A value in its unit, as it is written in the reader's language."""
    if unit == "percent":
        text = f"{value:.{0 if value >= 10 or value == int(value) else 1}f}"
        return f"{text.replace('.', ',')} %" if who.lang != "en" else f"{text}%"
    decimals = 0 if unit == "number" else 2 if value < 10 else 1
    text = f"{value:,.{decimals}f}"
    if who.lang != "en":
        text = text.replace(",", "\u00a0").replace(".", ",")
    return who.say("measure.seconds", number=text) if unit == "seconds" else text


def figure(who: Reader, measure: dict[str, Any], target: float | None = None) -> Markup:
    """The graph with its table. `measure` has at least one value; `target` is what the plan expects."""
    title = who.say(f"measure.{measure['measure'].replace('-', '_')}.name")
    values = measure["values"]
    table = _table(who, measure)
    if len(values) < 2:
        return table
    return Markup('<div class="panel-figure">{}{}</div>').format(_svg(who, title, measure, target), table)


def _svg(who: Reader, title: str, measure: dict[str, Any], target: float | None) -> Markup:
    values = [float(each["value"]) for each in measure["values"]]
    top = 100.0 if measure["unit"] == "percent" else _rounded_up(max([*values, target or 0.0]))
    points = [(_x(i, len(values)), _y(value, top)) for i, value in enumerate(values)]
    unit = measure["unit"]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    grid = joined(
        Markup(
            '<line class="panel-grid" x1="{0}" y1="{1:.1f}" x2="{2}" y2="{1:.1f}"/>'
            '<text x="{3}" y="{4:.1f}" text-anchor="end">{5}</text>'
        ).format(_LEFT, _y(part, top), _WIDTH - _RIGHT, _LEFT - 6, _y(part, top) + 4, number(who, part, unit))
        for part in (0.0, top / 2, top)
    )
    aim = Markup("")
    if target is not None:
        aim = Markup(
            '<line class="panel-aim" x1="{0}" y1="{1:.1f}" x2="{2}" y2="{1:.1f}"/><text x="{2}" y="{3:.1f}"'
            ' text-anchor="end">{4}</text>'
        ).format(_LEFT, _y(target, top), _WIDTH - _RIGHT, _y(target, top) - 5, who.say("measure.aim"))
    dots = joined(Markup('<circle cx="{:.1f}" cy="{:.1f}" r="3"/>').format(x, y) for x, y in points[-1:])
    first, last = measure["values"][0]["on"], measure["values"][-1]["on"]
    said = who.say(
        "measure.described",
        name=title,
        first=number(who, values[0], unit),
        begins=day(first),
        last=number(who, values[-1], unit),
        ends=day(last),
    )
    return Markup(
        '<svg class="panel-graph" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}'
        '<polyline points="{}"/>{}<text x="{}" y="{}">{}</text>'
        '<text x="{}" y="{}" text-anchor="end">{}</text></svg>'
    ).format(
        _WIDTH,
        _HEIGHT,
        said,
        grid,
        aim,
        line,
        dots,
        _LEFT,
        _HEIGHT - 8,
        day(first),
        _WIDTH - _RIGHT,
        _HEIGHT - 8,
        day(last),
    )


def _table(who: Reader, measure: dict[str, Any]) -> Markup:
    """The last values, thinned out evenly where there are many."""
    values = measure["values"]
    step = max(1, -(-len(values) // _MOST_ROWS))
    chosen = values[::-1][::step]
    rows = joined(
        Markup('<tr><th scope="row">{}</th><td class="akson-number">{}</td></tr>').format(
            day(each["on"]), number(who, each["value"], measure["unit"])
        )
        for each in chosen
    )
    return Markup(
        '<table class="panel-table"><caption class="akson-hidden">{}</caption>'
        '<thead><tr><th scope="col">{}</th>'
        '<th scope="col" class="akson-number">{}</th></tr></thead><tbody>{}</tbody></table>'
    ).format(
        who.say(f"measure.{measure['measure'].replace('-', '_')}.name"),
        who.say("measure.day"),
        who.say("measure.value"),
        rows,
    )


def _x(position: int, count: int) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * position / max(1, count - 1)


def _y(value: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * value / top


def _rounded_up(value: float) -> float:
    """The next 1, 2, 4, 5 or 10 times a power of ten: half of it is readable too."""
    if value <= 0:
        return 1.0
    power = 1.0
    while power * 10 <= value:
        power *= 10
    while power > value:
        power /= 10
    return next(power * factor for factor in (1, 2, 4, 5, 10) if power * factor >= value)
