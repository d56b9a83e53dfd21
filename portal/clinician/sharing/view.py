"""The page for sharing out visits: who has how much, the visits with a box each, and whom they go to."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.sharing.state import BAR, DAYS, HEADING, sharing
from portal.clinician.sharing.transform import NOBODY
from portal.frame.layout import PATIENTS
from portal.frame.states import empty_view, loading_view, problem_view
from portal.ui import aksel
from portal.ui.forms import wrong_view
from portal.ui.text import text


def sharing_view() -> rx.Component:
    """The whole page, in each of its states."""
    return rx.el.div(
        rx.el.div(
            rx.el.h1(text("sharing.heading"), id=HEADING, tab_index=-1, class_name="results-h1"),
            rx.el.a(text("sharing.back"), href=PATIENTS, class_name="results-link"),
            class_name="start-top",
        ),
        rx.match(
            sharing.stands,
            ("lists", _page()),
            ("none", empty_view(text("sharing.no_lists"), text("sharing.no_lists_body"))),
            ("not-yours", empty_view(text("sharing.not_yours"), text("sharing.not_yours_body"))),
            ("failed", problem_view(sharing.problem, sharing.code, _again())),
            loading_view(6),
        ),
        class_name="sharing",
        custom_attrs={"data-testid": "sharing"},
    )


def _again() -> rx.Component:
    return aksel.button(
        text("start.again"), size="small", variant="tertiary", on_click=sharing.again, type="button"
    )


def _page() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            aksel.toggle_group(
                *[aksel.toggle_group_item(value=one, label=text(f"sharing.{one}")) for one in DAYS],
                label=text("sharing.day"),
                value=sharing.day,
                size="small",
                on_change=sharing.show,
            ),
            rx.el.p(sharing.date, class_name="start-day"),
            _again(),
            class_name="sharing-top",
        ),
        _told(),
        rx.foreach(sharing.people, _missing),
        rx.cond(
            sharing.total > 0,
            rx.el.div(_people(), _visits(), class_name="sharing-columns"),
            empty_view(text("sharing.no_visits"), text("sharing.no_visits_body")),
        ),
    )


def _told() -> rx.Component:
    """What came of the last giving: said aloud, and what was not done as asked in words."""

    return rx.el.div(
        rx.cond(
            sharing.given >= 0,
            rx.el.p(
                rx.cond(
                    sharing.given_to != "",
                    text("sharing.given", number=sharing.given, to=sharing.given_to),
                    text("sharing.given_back", number=sharing.given),
                ),
                class_name="start-said",
                custom_attrs={"data-testid": "given"},
            ),
        ),
        _not_given(sharing.taken, "taken"),
        _not_given(sharing.away, "was_away"),
        rx.cond(
            (sharing.given >= 0) & (sharing.gone > 0),
            rx.el.p(text("sharing.gone", number=sharing.gone)),
        ),
        role="status",
    )


def _not_given(found: Any, words: str) -> rx.Component:
    """The visits that were not given as asked, and whose they are."""
    return rx.cond(
        (sharing.given >= 0) & (found.length() > 0),
        aksel.alert(
            text(f"sharing.{words}"),
            rx.el.ul(
                rx.foreach(
                    found,
                    lambda one: rx.el.li(
                        one.time, " ", one.name, rx.cond(one.by != "", rx.fragment(": ", one.by))
                    ),
                )
            ),
            variant="warning",
            size="small",
            custom_attrs={"data-testid": words},
        ),
    )


def _missing(one: Any) -> rx.Component:
    """Somebody who is away and has visits: they are given on at once."""
    return rx.cond(
        one.is_away & (one.visits > 0),
        rx.el.div(
            rx.el.p(text("sharing.missing", name=one.name, number=one.visits)),
            rx.cond(
                one.stand_in != "",
                aksel.button(
                    text("sharing.hand_over", to=one.away),
                    size="small",
                    on_click=sharing.hand_over(one.key),
                    custom_attrs={"data-testid": "hand-over"},
                ),
            ),
            class_name="sharing-missing",
        ),
    )


def _people() -> rx.Component:
    return rx.el.section(
        rx.el.h2(text("sharing.people"), class_name="start-h2"),
        rx.el.ul(
            _who(NOBODY, text("sharing.nobody"), sharing.free, sharing.free_minutes),
            rx.foreach(sharing.people, lambda one: rx.cond(one.visits > 0, _person(one))),
            class_name="sharing-people",
        ),
        rx.cond(
            sharing.idle > 0,
            rx.el.details(
                rx.el.summary(text("sharing.idle", number=sharing.idle)),
                rx.el.ul(
                    rx.foreach(sharing.people, lambda one: rx.cond(one.visits == 0, _person(one))),
                    class_name="sharing-people",
                ),
                class_name="sharing-idle",
            ),
        ),
        aria_label=text("sharing.people"),
        custom_attrs={"data-testid": "people"},
    )


def _person(one: Any) -> rx.Component:
    return _who(one.key, one.name, one.visits, one.minutes, _marks(one))


def _marks(one: Any) -> rx.Component:
    return rx.fragment(
        rx.cond(one.mine, rx.el.span(" ", text("sharing.me"))),
        rx.cond(one.is_away, aksel.tag(text("sharing.away"), size="xsmall", variant="warning-moderate")),
    )


def _who(key: Any, name: Any, visits: Any, minutes: Any, *marks: Any) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(name, *marks, class_name="sharing-name"),
            rx.el.span(text("sharing.load", visits=visits, minutes=minutes), class_name="sharing-load"),
            type="button",
            aria_pressed=sharing.of == key,
            on_click=sharing.narrow(key),
            class_name="sharing-person",
            custom_attrs={"data-testid": "person"},
        )
    )


def _visits() -> rx.Component:
    def ticks(which: str) -> rx.Component:
        return aksel.button(
            text(f"sharing.tick.{which}"),
            type="button",
            size="xsmall",
            variant="tertiary",
            on_click=sharing.tick_all(which),
            custom_attrs={"data-testid": f"tick-{which}"},
        )

    return rx.el.section(
        rx.el.h2(
            text("sharing.visits"),
            rx.el.span(text("sharing.shown", shown=sharing.rows.length(), total=sharing.total)),
            class_name="start-h2 sharing-count",
        ),
        rx.el.div(*[ticks(which) for which in ("nobody", "all", "none")], class_name="start-acts"),
        rx.el.ol(rx.foreach(sharing.rows, _row), class_name="start-rows"),
        _bar(),
        aria_label=text("sharing.visits"),
    )


def _row(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.label(
            rx.el.input(
                type="checkbox",
                checked=sharing.chosen.contains(row.key),
                on_change=lambda _: sharing.tick(row.key),
                class_name="sharing-box",
            ),
            rx.el.span(row.time, class_name="start-time"),
            rx.el.span(
                rx.el.span(row.name, class_name="sharing-name"),
                rx.el.span(
                    rx.cond(row.born != "", rx.el.span(text("sharing.born", year=row.born))),
                    rx.cond(row.minutes > 0, rx.el.span(text("start.minutes", minutes=row.minutes))),
                    rx.el.span(
                        rx.cond(row.assignee != "", row.assignee_name, text("sharing.nobody_yet")),
                        class_name=rx.cond(row.assignee != "", "", "sharing-free"),
                    ),
                    rx.cond(
                        row.away,
                        aksel.tag(text("sharing.away"), size="xsmall", variant="warning-moderate"),
                    ),
                    rx.cond(
                        row.clash,
                        aksel.tag(text("sharing.clash"), size="xsmall", variant="warning-moderate"),
                    ),
                    class_name="sharing-what",
                ),
                class_name="start-who",
            ),
            class_name="sharing-line",
        ),
        key=row.key,
        class_name="start-row",
        custom_attrs={"data-testid": "visit"},
    )


def _bar() -> rx.Component:
    """Whom what is ticked goes to: it stays in sight, also on a phone."""
    return rx.el.form(
        rx.el.p(
            text("sharing.chosen", number=sharing.chosen.length()),
            aria_live="polite",
            class_name="sharing-chosen",
        ),
        aksel.select(
            rx.el.option(text("sharing.choose"), value=""),
            rx.foreach(
                sharing.people,
                lambda one: rx.el.option(
                    one.name,
                    rx.cond(one.is_away, text("sharing.option_away"), ""),
                    value=one.key,
                    disabled=one.is_away,
                ),
            ),
            rx.el.option(text("sharing.option_nobody"), value=NOBODY),
            label=text("sharing.to"),
            hide_label=True,
            name="to",
            size="small",
            custom_attrs={"data-testid": "to"},
        ),
        aksel.button(text("sharing.give"), type="submit", size="small", custom_attrs={"data-testid": "give"}),
        wrong_view("sharing.wrong", sharing.wrong, "sharing-wrong"),
        on_submit=sharing.give,
        id=BAR,
        class_name="sharing-bar",
    )
