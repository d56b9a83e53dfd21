"""What the list is narrowed by, and what it covers."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.results.state import DISCIPLINES, PERIODS, seen
from portal.ui import aksel
from portal.ui.screen import WIDE
from portal.ui.text import text


def filters() -> rx.Component:
    """What to narrow the list by."""
    return rx.el.div(
        aksel.search(
            label=text("results.filter.text"),
            hide_label=False,
            variant="simple",
            size="small",
            auto_complete="off",
            key=seen.filter_round.to_string(),
            default_value=seen.text,
            on_change=seen.search.debounce(40),
            custom_attrs={"data-testid": "filter-text"},
        ),
        _choices(),
        aksel.checkbox(
            text("results.filter.abnormal"),
            size="small",
            checked=seen.abnormal_only,
            on_change=seen.choose_abnormal,
            custom_attrs={"data-testid": "abnormal-only"},
        ),
        rx.cond(
            seen.news_count > 0,
            aksel.checkbox(
                text("table.news.only", count=seen.news_count),
                size="small",
                checked=seen.new_only,
                on_change=seen.choose_new,
                custom_attrs={"data-testid": "new-only"},
            ),
        ),
        role="group",
        aria_label=text("results.filter.label"),
        class_name="results-filters",
    )


def _choices() -> rx.Component:
    """What is chosen from lists: on a phone folded, so that the results are in sight."""
    return rx.el.details(
        rx.el.summary(
            rx.cond(
                (seen.discipline != "") | (seen.laboratory != "") | (seen.period != ""),
                text("results.filter.more_used"),
                text("results.filter.more"),
            )
        ),
        rx.el.div(*_lists(), class_name="results-choices-in"),
        open=WIDE,
        class_name="results-choices",
        custom_attrs={"data-testid": "filter-choices"},
    )


def _lists() -> list[rx.Component]:
    return [
        _choice(
            text("results.filter.discipline"),
            [(text(f"results.discipline.{code}"), code) for code in DISCIPLINES],
            seen.discipline,
            seen.choose_discipline,
        ),
        aksel.select(
            rx.el.option(text("results.filter.all"), value=""),
            rx.foreach(seen.laboratories, lambda name: rx.el.option(name, value=name)),
            label=text("results.filter.laboratory"),
            size="small",
            value=seen.laboratory,
            on_change=seen.choose_laboratory,
        ),
        _choice(
            text("results.filter.period"),
            [(text(f"results.period.{days}"), days) for days in PERIODS],
            seen.period,
            seen.choose_period,
            everything=text("results.period.all"),
        ),
    ]


def _choice(
    label: Any, options: list[tuple[Any, str]], value: Any, on_change: Any, everything: Any = None
) -> rx.Component:
    made: rx.Component = aksel.select(
        rx.el.option(text("results.filter.all") if everything is None else everything, value=""),
        *[rx.el.option(name, value=code) for name, code in options],
        label=label,
        size="small",
        value=value,
        on_change=on_change,
    )
    return made


def covered() -> rx.Component:
    """What the list holds and what the filters have left out, announced when it changes."""
    return rx.el.div(
        rx.el.p(
            rx.cond(
                seen.passed < seen.fetched,
                rx.el.span(
                    rx.el.strong(text("results.showing", shown=seen.passed, total=seen.fetched)), " · "
                ),
            ),
            text(
                "results.coverage",
                total=seen.total,
                **{"from": seen.first_day},
                to=seen.last_day,
                count=seen.laboratories.length(),
            ),
        ),
        rx.cond(
            seen.hidden > 0,
            rx.el.p(
                rx.el.strong(text("results.hidden", count=seen.hidden)),
                ". ",
                text("results.hidden_help"),
                custom_attrs={"data-testid": "hidden"},
            ),
        ),
        _news(),
        rx.cond(seen.loading_more, rx.el.p(text("results.loading_more"))),
        rx.cond(
            seen.incomplete,
            rx.el.p(
                rx.el.strong(text("results.incomplete", fetched=seen.fetched, total=seen.total)),
                " ",
                aksel.button(
                    text("results.reload"), size="xsmall", variant="secondary", on_click=seen.load_rest
                ),
                custom_attrs={"data-testid": "incomplete"},
            ),
        ),
        role="status",
        class_name="results-covered",
        custom_attrs={"data-complete": rx.cond(seen.loading_more | seen.incomplete, "no", "yes")},
    )


def _news() -> rx.Component:
    """Since when "new" counts, or that nobody can tell."""
    return rx.el.p(
        rx.cond(
            seen.news_known,
            rx.cond(
                seen.news_since != "",
                rx.cond(
                    seen.news_count > 0,
                    text("table.news.some", count=seen.news_count, since=seen.news_since),
                    text("table.news.none", since=seen.news_since),
                ),
                text("table.news.first"),
            ),
            text("table.news.unknown"),
        ),
        custom_attrs={"data-testid": "news"},
    )
