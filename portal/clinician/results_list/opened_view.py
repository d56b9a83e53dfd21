"""The open result: what it says, what changed, what others have said, and what is to be done with it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.results.report_view import report_body
from portal.clinician.results.reporting import TREND
from portal.clinician.results.state import seen
from portal.clinician.results.trend_view import trend_view
from portal.clinician.results.versions_view import changes_list, versions
from portal.clinician.results_list.acting import INBOX, WAYS, acting
from portal.clinician.results_list.state import result_list
from portal.frame.layout import RESULTS
from portal.ui import aksel
from portal.ui.text import text, text_by

_SHOWN: Any = result_list.shown
_WAY: Any = rx.cond(
    (acting.report == _SHOWN.report) & (acting.way != ""),
    acting.way,
    rx.cond(_SHOWN.may_assess, "assess", "prepare"),
)


def opened_view(mark: rx.Component, close: rx.Component) -> rx.Component:
    """The result and its forms; or the course of one analysis, from which one comes back to it."""
    return rx.cond(seen.showing == TREND, trend_view(), _result(mark, close))


def _result(mark: rx.Component, close: rx.Component) -> rx.Component:
    return rx.el.article(
        rx.el.div(
            rx.el.strong(_SHOWN.name),
            mark,
            rx.el.a(text("follow_up.whole"), href=RESULTS, class_name="results-link"),
            close,
            class_name="follow-who",
        ),
        _gone(),
        _changed(),
        rx.cond(seen.report.id != "", report_body()),
        _proposed(),
        rx.cond(_SHOWN.listed & _SHOWN.here, _acts()),
        rx.cond(
            _SHOWN.listed & ~_SHOWN.here, rx.el.p(text("follow_up.elsewhere"), class_name="results-said")
        ),
        rx.cond(seen.report.id != "", versions()),
        _history(),
        class_name="results-report",
        custom_attrs={"data-testid": "open-result", "data-state": _SHOWN.state},
    )


def _gone() -> rx.Component:
    return rx.cond(
        _SHOWN.state == "gone",
        aksel.alert(text("follow_up.gone"), variant="warning", size="small"),
    )


def _changed() -> rx.Component:
    return rx.cond(
        _SHOWN.changed,
        aksel.local_alert(
            aksel.local_alert_header(aksel.local_alert_title(text("follow_up.changed"), as_="h2")),
            aksel.local_alert_content(
                rx.cond(
                    _SHOWN.changes.length() > 0,
                    changes_list(_SHOWN.changes),
                    aksel.body_short(text("follow_up.changed_none")),
                )
            ),
            status="warning",
            size="small",
            class_name="results-alert",
            custom_attrs={"data-testid": "changed"},
        ),
    )


def _proposed() -> rx.Component:
    return rx.cond(
        _SHOWN.proposed != "",
        rx.el.section(
            rx.el.h2(text("follow_up.proposed", by=_SHOWN.proposed_by), class_name="results-h3"),
            rx.el.p(_SHOWN.proposed, class_name="results-text"),
            class_name="results-said",
        ),
    )


def _acts() -> rx.Component:
    return rx.el.section(
        rx.el.h2(text("follow_up.acts"), class_name="results-h2"),
        rx.el.div(
            rx.cond(_SHOWN.may_assess, _choose("assess")),
            *[_choose(way) for way in WAYS if way != "assess"],
            class_name="follow-ways",
            role="group",
            aria_label=text("follow_up.acts"),
        ),
        rx.match(
            _WAY,
            ("assess", _assess()),
            ("forward", _to(text("follow_up.forward_help"))),
            ("task", _to(text("follow_up.task_help"))),
            rx.el.p(text("follow_up.prepare_help"), class_name="results-subtle"),
        ),
        aksel.textarea(
            label=text_by("follow_up.words", _WAY, "assess"),
            value=rx.cond(acting.report == _SHOWN.report, acting.words, ""),
            on_change=lambda words: acting.write(_SHOWN.report, words),
            max_length=4000,
            min_rows=2,
            size="small",
            custom_attrs={"data-testid": "words"},
        ),
        rx.el.div(
            rx.cond(
                (acting.report == _SHOWN.report) & (acting.wrong != ""),
                aksel.alert(text_by("follow_up.wrong", acting.wrong, "other"), variant="error", size="small"),
            ),
            role="alert",
        ),
        aksel.button(
            text_by("follow_up.send", _WAY, "assess"),
            size="small",
            loading=acting.sending,
            on_click=acting.send(_SHOWN.report, _WAY),
            type="button",
            custom_attrs={"data-testid": "send"},
        ),
        class_name="follow-acts results-noprint",
        custom_attrs={"data-testid": "acts"},
    )


def _choose(way: str) -> rx.Component:
    return rx.el.button(
        text(f"follow_up.way.{way}"),
        type="button",
        aria_pressed=way == _WAY,
        on_click=acting.choose(_SHOWN.report, way),
        class_name="follow-tab",
        custom_attrs={"data-testid": f"way-{way}"},
    )


def _assess() -> rx.Component:
    return rx.fragment(
        aksel.textarea(
            label=text("follow_up.comment"),
            description=text("follow_up.comment_help"),
            value=rx.cond(acting.report == _SHOWN.report, acting.comment, ""),
            on_change=lambda comment: acting.write_comment(_SHOWN.report, comment),
            max_length=2000,
            min_rows=2,
            size="small",
            custom_attrs={"data-testid": "comment"},
        ),
        aksel.checkbox(
            text("follow_up.release"),
            size="small",
            checked=(acting.report != _SHOWN.report) | acting.release,
            on_change=lambda release: acting.choose_release(_SHOWN.report, release),
        ),
    )


def _to(help_text: Any) -> rx.Component:
    return rx.fragment(
        rx.el.p(help_text, class_name="results-subtle"),
        aksel.select(
            rx.el.option(text("follow_up.inbox"), value=INBOX),
            rx.foreach(acting.colleagues, lambda one: rx.el.option(one.name, value=one.id)),
            label=text("follow_up.to"),
            size="small",
            value=rx.cond(acting.report == _SHOWN.report, acting.to, INBOX),
            on_change=lambda to: acting.choose_to(_SHOWN.report, to),
            custom_attrs={"data-testid": "to"},
        ),
    )


def _history() -> rx.Component:
    return rx.el.details(
        rx.el.summary(text("follow_up.history", count=_SHOWN.history.length())),
        rx.el.ol(rx.foreach(_SHOWN.history, _line), class_name="follow-history"),
        class_name="results-section",
        custom_attrs={"data-testid": "history"},
    )


def _line(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(line.at, class_name="follow-came"),
        " ",
        rx.el.strong(text_by("follow_up.act", line.kind, "came")),
        rx.cond(line.towards != "", rx.el.span(" → ", line.towards)),
        rx.cond(line.who != "", rx.el.span(", ", line.who)),
        rx.cond(line.words != "", rx.el.p(line.words, class_name="results-text")),
        rx.cond(
            line.comment != "",
            rx.el.p(text("follow_up.to_patient"), " «", line.comment, "»", class_name="results-text"),
        ),
    )
