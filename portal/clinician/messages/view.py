"""The page: the two lists, the one that is opened beside them, a new one, and absences."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.messages.extras_view import absences_view, new_letter_view
from portal.clinician.messages.state import LETTER, RECEIVED, SENT, messages
from portal.frame.states import empty_view, loading_view, problem_view
from portal.session.places import NO_LISTS
from portal.ui import aksel
from portal.ui.text import text, text_by


def messages_view() -> rx.Component:
    """The whole page."""
    return aksel.vstack(
        aksel.heading(text("letters.heading"), level="1", size="large"),
        rx.cond(
            messages.code == NO_LISTS,
            problem_view(messages.problem, messages.code),
            rx.fragment(
                new_letter_view(),
                _choices(),
                rx.cond(messages.problem != "", problem_view(messages.problem, messages.code)),
                rx.el.div(_list(), _opened(), class_name="letters"),
                absences_view(),
            ),
        ),
        gap="space-16",
    )


def _choices() -> rx.Component:
    return rx.el.div(
        aksel.toggle_group(
            aksel.toggle_group_item(value=RECEIVED, label=text("letters.received")),
            aksel.toggle_group_item(value=SENT, label=text("letters.sent")),
            label=text("letters.which"),
            value=messages.chosen,
            size="small",
            on_change=messages.choose,
            custom_attrs={"data-testid": "letters-which"},
        ),
        aksel.checkbox(
            text("letters.mine"), checked=messages.mine, size="small", on_change=messages.show_mine
        ),
        aksel.checkbox(
            text("letters.settled"), checked=messages.settled, size="small", on_change=messages.show_settled
        ),
        class_name="letters-choices",
    )


def _list() -> rx.Component:
    return rx.el.section(
        rx.cond(
            messages.loading,
            loading_view(4),
            rx.cond(
                messages.lines.length() > 0,
                rx.el.ol(rx.foreach(messages.lines, _line), class_name="start-rows"),
                rx.cond(
                    messages.problem == "",
                    empty_view(text_by("letters.none", messages.chosen, RECEIVED), text("letters.none_body")),
                ),
            ),
        ),
        aria_label=text_by("letters.list", messages.chosen, RECEIVED),
        custom_attrs={"data-testid": "letters"},
    )


def _line(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            line.name,
            type="button",
            on_click=messages.open(line.key),
            aria_current=rx.cond(messages.opened.key == line.key, "true", "false"),
            class_name="start-open",
        ),
        rx.el.p(
            rx.cond(
                (line.kind == "referral") & (line.urgency >= 2),
                aksel.tag(
                    rx.cond(line.urgency >= 3, text("start.urgency.acute"), text("start.urgency.urgent")),
                    size="xsmall",
                    variant=rx.cond(line.urgency >= 3, "error-moderate", "warning-moderate"),
                ),
            ),
            rx.cond(
                line.overdue, aksel.tag(text("start.overdue"), size="xsmall", variant="warning-moderate")
            ),
            rx.el.span(text_by("start.kind", line.kind, "message"), class_name="start-bit"),
            rx.el.span(text_by("letters.state", line.state, "sent"), class_name="start-bit"),
            rx.el.span(line.since, class_name="start-bit"),
            rx.cond(line.assignee != "", rx.el.span(line.assignee, class_name="start-bit")),
            class_name="start-what",
        ),
        key=line.key,
        class_name=rx.cond(line.is_open, "start-row", "start-row start-done"),
        custom_attrs={"data-testid": "letter"},
    )


def _opened() -> rx.Component:
    one = messages.opened
    return rx.el.div(
        rx.cond(
            one.key != "",
            rx.el.article(
                rx.el.h2(one.subject, id=LETTER, tab_index=-1, class_name="start-h2"),
                rx.el.p(
                    rx.el.span(
                        text_by("start.kind", one.kind, "message"), " · ", one.name, class_name="start-bit"
                    ),
                    rx.cond(
                        one.urgency != "",
                        rx.el.span(text_by("start.urgency", one.urgency, "ordinary"), class_name="start-bit"),
                    ),
                    rx.el.span(text_by("letters.state", one.state, "sent"), class_name="start-bit"),
                    class_name="start-what",
                ),
                rx.el.ol(rx.foreach(one.thread, _said), class_name="start-rows"),
                rx.cond(one.why != "", rx.el.p(text("letters.why", why=one.why))),
                _acts(one),
                class_name="letters-opened",
                custom_attrs={"data-testid": "letter-opened"},
            ),
        ),
        rx.el.div(
            rx.cond(
                messages.wrong != "",
                aksel.alert(text_by("letters.wrong", messages.wrong, "other"), variant="error", size="small"),
            ),
            role="alert",
        ),
        rx.el.p(
            rx.cond(messages.said != "", text_by("letters.said", messages.said, "answer"), ""),
            role="status",
            class_name="start-said",
        ),
    )


def _said(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.p(
            rx.el.strong(one.who),
            " ",
            one.at,
            rx.cond(one.sent_to != "", rx.el.span(" → ", one.sent_to)),
            class_name="start-what",
        ),
        rx.el.p(one.text, class_name="letters-text"),
        key=one.key,
        class_name=rx.cond(one.ours, "start-row letters-ours", "start-row"),
    )


def _acts(one: Any) -> rx.Component:
    def act(name: str, shown: Any, on_click: Any, variant: str = "secondary") -> rx.Component:
        return rx.cond(
            shown,
            aksel.button(
                text(f"letters.act.{name}"),
                size="small",
                type="button",
                variant=variant,
                on_click=on_click,
                custom_attrs={"data-testid": f"act-{name}"},
            ),
        )

    return rx.fragment(
        rx.el.div(
            act("accept", one.can_accept, messages.accept, "primary"),
            act("answer", one.can_answer, messages.begin("answer")),
            act("reject", one.can_reject, messages.begin("reject")),
            act("withdraw", one.can_withdraw, messages.begin("withdraw")),
            act("put_away", one.can_put_away, messages.put_away, "primary"),
            act("journal", one.key != "", messages.open_journal, "tertiary"),
            act("close", one.key != "", messages.close, "tertiary"),
            class_name="start-acts",
        ),
        rx.cond(
            messages.doing != "",
            rx.el.form(
                aksel.textarea(
                    label=text_by("letters.words", messages.doing, "answer"),
                    name="words",
                    size="small",
                    min_rows=4,
                ),
                rx.el.div(
                    aksel.button(
                        text("letters.send"),
                        type="submit",
                        size="small",
                        custom_attrs={"data-testid": "send-words"},
                    )
                ),
                on_submit=messages.send,
                key=messages.doing,
                class_name="start-form",
            ),
        ),
    )
