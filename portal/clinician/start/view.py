"""The lists of the day: the same view for every service; what each shows is in `services.yaml`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.start.fresh import keep_fresh
from portal.clinician.start.state import MINE, start
from portal.clinician.start.visits_view import visit_acts
from portal.frame.layout import VISITS
from portal.frame.states import loading_view, problem_view
from portal.ui import aksel
from portal.ui.text import text, text_by

_NARROW: Any = rx.Var("window.matchMedia('(max-width: 600px)').matches").to(bool)


def start_view() -> rx.Component:
    """The lists of the place one works at; nothing for a place without any."""
    return rx.match(
        start.stands,
        ("lists", _lists()),
        ("none", rx.fragment()),
        ("failed", problem_view(start.problem, start.code, _again())),
        rx.el.div(loading_view(5), class_name="start"),
    )


def _lists() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.p(
                text_by("start.service", start.service, "gp"),
                " · ",
                start.at,
                " · ",
                text("start.fetched", at=start.clock),
                " ",
                keep_fresh(
                    rx.cond(start.old, rx.fragment(), _tag(text("start.old"), "warning")),
                    fetched=start.round,
                    on_stale=start.again,
                ),
                rx.el.span(
                    rx.cond(start.old, _tag(text("start.not_fetched"), "warning"), rx.fragment()),
                    role="status",
                ),
                class_name="start-day",
                custom_attrs={"data-testid": "fetched"},
            ),
            _again(),
            class_name="start-top",
        ),
        rx.el.div(rx.foreach(start.lists, _list), class_name="start-lists"),
        on_mount=start.fits(_NARROW),
        class_name="start",
        custom_attrs={"data-testid": "start", "data-service": start.service},
    )


def _again() -> rx.Component:
    return aksel.button(
        text("start.again"), size="small", variant="tertiary", on_click=start.again, type="button"
    )


def _list(one: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h2(
            text_by("start.list", one.id, "tasks"),
            rx.cond(
                one.rows.length() + one.past.length() > 0,
                rx.el.span(text("start.left", left=one.left), class_name="start-count"),
            ),
            class_name="start-h2",
        ),
        rx.cond(one.shares & (one.whole > 0), _sharing(one)),
        rx.cond(
            one.rows.length() > 0, _rows(one, one.rows), rx.el.p(_why_none(one), class_name="start-none")
        ),
        rx.cond(
            one.total > one.rows.length(),
            rx.el.p(text("start.more", shown=one.rows.length(), total=one.total), class_name="start-none"),
        ),
        rx.cond(
            one.past.length() > 0,
            rx.el.details(
                rx.el.summary(text("start.past", number=one.past.length())),
                _rows(one, one.past),
                class_name="start-past",
                custom_attrs={"data-testid": "past"},
            ),
        ),
        class_name="start-list",
        custom_attrs={"data-testid": f"list-{one.id}"},
    )


def _rows(one: Any, rows: Any) -> rx.Component:
    return rx.el.ol(rx.foreach(rows, lambda row: _row(row, one.goes)), class_name="start-rows")


def _why_none(one: Any) -> Any:
    """Nothing there: all is done, none of those chosen, or there was nothing."""
    return rx.cond(
        one.past.length() > 0,
        text("start.all_done"),
        rx.cond(
            one.whole > 0,
            text_by("start.none_of", start.whose, "free"),
            text_by("start.none", one.id, "tasks"),
        ),
    )


def _sharing(one: Any) -> rx.Component:
    """Whose visits are shown, and the way to sharing them out."""
    return rx.el.div(
        aksel.toggle_group(
            aksel.toggle_group_item(value="mine", label=text("start.whose.mine", number=one.mine)),
            aksel.toggle_group_item(value="free", label=text("start.whose.free", number=one.free)),
            aksel.toggle_group_item(value="all", label=text("start.whose.all", number=one.whole)),
            value=rx.cond(start.whose == "", "all", start.whose),
            size="small",
            on_change=start.choose_whose,
        ),
        rx.cond(
            start.unknown > 0,
            aksel.button(
                text("start.before.ask_mine", number=start.unknown),
                size="small",
                type="button",
                variant="secondary",
                loading=start.preparing == MINE,
                on_click=start.prepare_mine,
                custom_attrs={"data-testid": "before-mine"},
            ),
        ),
        rx.cond(
            start.divides,
            rx.el.a(
                text("start.share"),
                href=VISITS,
                class_name="results-link",
                custom_attrs={"data-testid": "share"},
            ),
        ),
        class_name="start-whose",
    )


def _row(row: Any, goes: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.cond(row.time != "", rx.el.span(row.time, class_name="start-time")),
            rx.el.div(_who(row, goes), _what(row), class_name="start-who"),
            class_name="start-line",
        ),
        rx.cond(row.acts, visit_acts(row)),
        key=row.key,
        class_name=rx.cond(row.done, "start-row start-done", "start-row"),
        custom_attrs={"data-testid": "work-row", "data-state": row.state},
    )


def _who(row: Any, goes: Any) -> rx.Component:
    """Name and birth date, by which one knows whom one stands in front of."""
    return rx.el.div(
        rx.el.button(
            row.name,
            type="button",
            disabled=start.opening != "",
            on_click=start.open(row.key, goes),
            class_name="start-open",
            custom_attrs={"data-testid": "open-person"},
        ),
        rx.cond(row.born != "", rx.el.span(text("start.born", day=row.born), class_name="start-born")),
        class_name="start-person",
    )


def _what(row: Any) -> rx.Component:
    """The rest of a line: what is urgent first, then what it is, how it stands and whose it is."""
    return rx.el.p(
        rx.match(
            row.urgency,
            (3, _tag(text("start.urgency.acute"), "error")),
            (2, _tag(text("start.urgency.urgent"), "warning")),
            (1, _tag(text("start.urgency.ordinary"), "neutral")),
            (4, _tag(text("start.urgency.acute"), "error")),
            rx.fragment(),
        ),
        rx.match(
            row.mark,
            ("critical", _tag(text("follow_up.mark.critical"), "error")),
            ("abnormal", _tag(text("follow_up.mark.abnormal"), "warning")),
            ("undecided", _tag(text("follow_up.mark.undecided"), "neutral")),
            rx.fragment(),
        ),
        rx.cond(row.overdue, _tag(text("start.overdue"), "warning")),
        rx.cond(
            row.minutes_waited >= 0,
            _bit(_waited(row)),
            rx.cond(row.since != "", _bit(text("start.since", since=row.since))),
        ),
        rx.cond(row.due != "", _bit(text("start.due", due=row.due))),
        rx.cond(row.check != "", _bit(text_by("start.check", row.check, "other"))),
        rx.cond(row.age >= 0, _bit(row.age.to_string(), " ", text_by("start.age", row.age_in, "years"))),
        rx.cond(row.shown_kind != "", _bit(text_by("start.kind", row.shown_kind, "task"))),
        rx.cond(
            row.form != "",
            _bit(
                rx.cond(
                    row.acts,
                    text_by("start.task", row.form, "other"),
                    text_by("start.form", row.form, "other"),
                )
            ),
        ),
        rx.cond(row.minutes > 0, _bit(text("start.minutes", minutes=row.minutes))),
        rx.cond(
            (row.shown_state != "") & ~(row.acts & (row.state == "planned")),
            _bit(text_by("start.state", row.shown_state, "other")),
        ),
        rx.cond(row.assignee != "", _bit(row.assignee)),
        rx.cond(row.you & (~row.acts | (start.whose != "mine")), _bit(text("start.you"))),
        class_name="start-what",
    )


def _waited(row: Any) -> Any:
    """For how long somebody has waited: minutes for an hour and a half, then hours and minutes."""
    hours, minutes = row.minutes_waited // 60, row.minutes_waited % 60
    return rx.cond(
        row.minutes_waited < 90,
        text("start.waits", minutes=row.minutes_waited, since=row.since),
        text("start.waits_long", hours=hours, minutes=minutes, since=row.since),
    )


def _bit(*parts: Any) -> rx.Component:
    return rx.el.span(*parts, class_name="start-bit")


def _tag(words: Any, colour: str) -> rx.Component:
    return aksel.tag(words, size="xsmall", variant=f"{colour}-moderate")
