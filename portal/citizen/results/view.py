"""One's own results in plain words: newest first, each opened when wanted, nothing by colour alone."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.citizen.page import citizen_page
from portal.citizen.results.orders_view import orders_part
from portal.citizen.results.over_time_view import over_time_view
from portal.citizen.results.standing_view import (
    changed_tag,
    mark_tag,
    marks_tag,
    remark_view,
    remarks_tag,
    standing_tag,
    status_tags,
)
from portal.citizen.results.state import OwnResults
from portal.frame.acting import acting
from portal.frame.states import empty_view
from portal.ui import aksel
from portal.ui.screen import WIDE
from portal.ui.text import text, text_by

own: Any = OwnResults  # Reflex turns a state's attributes into Vars, which types do not tell


def own_results_view() -> rx.Component:
    """The whole page."""
    return citizen_page("own", own, _content(), beside=_beside())


def _beside() -> rx.Component:
    """What is being corrected, and what is ordered: that is the journal's, and stands without the results."""
    return rx.fragment(
        rx.cond(own.of == acting.handle, rx.foreach(own.replaced, _replaced)),
        orders_part(),
    )


def _content() -> rx.Component:
    return aksel.vstack(
        rx.cond(own.waiting.length() > 0, _waiting()),
        rx.cond(
            own.reports.length() > 0,
            rx.fragment(
                over_time_view(),
                rx.el.div(
                    rx.foreach(own.reports, _report),
                    class_name="own-reports",
                    custom_attrs={"data-testid": "own-reports"},
                ),
            ),
            empty_view(text("own.none"), text("own.none_help")),
        ),
        rx.cond(
            ~own.ended,
            aksel.button(
                text("own.more"),
                variant="secondary",
                loading=own.loading_more,
                on_click=own.more,
                class_name="own-more",
            ),
        ),
        rx.cond(own.reports.length() > 0, aksel.body_long(text("own.error"), class_name="own-lead")),
        gap="space-20",
    )


def _replaced(day: Any) -> rx.Component:
    """A report that the reader has seen is being corrected, and the new version is not released."""
    return aksel.alert(text("own.replaced", day=day), variant="warning", size="small")


def _waiting() -> rx.Component:
    def one(waiting: Any) -> rx.Component:
        return rx.el.li(
            text("own.waiting.count", count=waiting.count),
            " ",
            text_by("own.waiting.why", waiting.reason, "other"),
            rx.cond(
                waiting.earliest != "",
                rx.el.span(" ", text("own.waiting.earliest", day=waiting.earliest)),
            ),
        )

    return aksel.box(
        rx.el.details(
            rx.el.summary(rx.el.h2(text("own.waiting.heading"), class_name="own-folded-h2")),
            rx.el.ul(rx.foreach(own.waiting, one), class_name="own-list"),
            rx.el.p(
                rx.cond(
                    acting.name != "",
                    text("own.waiting.help_of", name=acting.name),
                    text("own.waiting.help"),
                ),
                class_name="own-waiting-help",
            ),
            open=WIDE,
            class_name="own-folded",
        ),
        padding="space-16",
        background="info-soft",
        border_radius="8",
        max_width="56rem",  # as the reports below
        custom_attrs={"data-testid": "waiting"},
    )


def _report(report: Any) -> rx.Component:
    return aksel.expansion_card(
        aksel.expansion_card_header(
            aksel.expansion_card_title(
                report.sampled,
                " · ",
                text_by("own.field", report.field_code, "AN", otherwise=report.field),
                as_="h2",
                size="small",
            ),
            aksel.expansion_card_description(
                rx.el.span(report.names, class_name="own-names"),
                aksel.hstack(
                    status_tags(report),
                    changed_tag(report),
                    remarks_tag(report),
                    marks_tag(report),
                    gap="space-8",
                    wrap=True,
                ),
            ),
        ),
        aksel.expansion_card_content(_answers(report)),
        aria_label=report.sampled + " " + report.names,  # two of the same kind stay apart
        size="small",
    )


def _answers(report: Any) -> rx.Component:
    return aksel.vstack(
        aksel.body_short(
            text("own.from", laboratory=report.laboratory, sampled=report.sampled, answered=report.answered),
            text_color="subtle",
        ),
        rx.match(
            report.status,
            ("cancelled", aksel.alert(text("own.cancelled_help"), variant="warning", size="small")),
            (
                "amended",
                rx.cond(
                    report.changed_since == "",  # else it is said below
                    aksel.alert(text("own.amended_help"), variant="info", size="small"),
                ),
            ),
            ("appended", aksel.alert(text("own.appended_help"), variant="info", size="small")),
            ("registered", aksel.alert(text("own.registered_help"), variant="info", size="small")),
            rx.fragment(),
        ),
        rx.cond(
            report.preliminary,
            aksel.alert(text("own.preliminary_help"), variant="info", size="small"),
        ),
        rx.cond(
            report.changed_since != "",
            aksel.alert(text("own.changed_help", day=report.changed_since), variant="warning", size="small"),
        ),
        rx.foreach(report.remarks, remark_view),
        rx.foreach(report.words, _words),
        rx.foreach(report.comments, _comment),
        rx.el.ul(rx.foreach(report.lines, _line), class_name="own-lines"),
        rx.cond(report.has_marks, aksel.body_long(text("own.marks_help"))),
        gap="space-12",
    )


def _words(words: Any) -> rx.Component:
    """What a clinician wrote when releasing the report."""
    return aksel.box(
        aksel.body_short(
            rx.cond(
                words.agreed,
                text("own.words.agreed", by=words.by, day=words.day),
                text("own.words.released", by=words.by, day=words.day),
            ),
            text_color="subtle",
        ),
        rx.cond(words.comment != "", rx.el.p(words.comment, class_name="own-text")),
        padding="space-12",
        background="info-soft",
        border_radius="8",
        custom_attrs={"data-testid": "clinicians-words"},
    )


def _comment(comment: Any) -> rx.Component:
    return rx.el.p(
        rx.el.span(text("own.comment"), " ", class_name="akson-fact-name"), comment, class_name="own-comment"
    )


def _line(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(line.name, class_name="own-name"),
        rx.match(
            line.standing,
            ("withdrawn", rx.el.div(text("own.line_cancelled"), class_name="own-value")),
            ("awaited", rx.el.div(text("own.standing.awaited"), class_name="own-awaited")),
            rx.el.div(line.value, class_name=rx.cond(line.is_text, "own-text", "own-value")),
        ),
        rx.match(
            line.standing,
            *[
                (standing, rx.el.div(standing_tag(standing), class_name="own-mark"))
                for standing in ("preliminary", "corrected", "appended", "earlier")
            ],
            rx.fragment(),
        ),
        rx.cond(line.mark != "", rx.el.div(mark_tag(line), class_name="own-mark")),
        rx.cond(
            line.reference != "",
            rx.el.div(text("own.reference"), " ", line.reference, class_name="own-reference"),
        ),
        rx.foreach(line.notes, _comment),
        class_name=rx.match(line.level, (0, ""), (1, "own-below"), "own-below own-further-below"),
    )
