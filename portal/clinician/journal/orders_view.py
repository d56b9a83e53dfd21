"""Orders on the journal's page: what is not answered first, and what one decides about it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.journal.ordering import ordering
from portal.clinician.journal.orders import ACTS, FORM, HEADING, WAITS, orders
from portal.clinician.journal.printing import PAPER
from portal.clinician.journal.state import seen
from portal.frame.layout import RESULTS
from portal.ui import aksel
from portal.ui.files import document_saver
from portal.ui.forms import done_view, form_buttons, wrong_view
from portal.ui.text import text, text_by

_VARIANTS = (("answered", "success"), ("proposed", "alt1"), ("partly", "alt1"), ("draft", "warning"))
_EXAMS = (
    ("final", "success"),
    ("waiting", "warning"),
    ("settled", "success"),
    ("cancelled", "alt1"),
    ("preliminary", "info"),
)


def orders_view() -> rx.Component:
    """The section, for roles that see orders. Of another patient nothing is shown."""
    return rx.cond(
        ~orders.closed & (seen.shown != ""),
        rx.el.section(
            rx.el.div(
                rx.el.h2(text("orders.heading"), id=HEADING, tab_index=-1, class_name="journal-h2"),
                aksel.button(
                    text("orders.begin"),
                    size="small",
                    variant="secondary",
                    on_click=ordering.open,
                    custom_attrs={"data-testid": "order-begin"},
                ),
                class_name="journal-group-head",
            ),
            done_view(orders.told != "", text_by("orders.told", orders.told, "other"), "orders-told"),
            rx.cond(
                orders.problem != "",
                aksel.alert(text("orders.problem"), variant="warning", size="small"),
            ),
            rx.cond(orders.of == seen.shown, _shown()),
            class_name="orders results-noprint",
            custom_attrs={"data-testid": "orders"},
        ),
    )


def _shown() -> rx.Component:
    return rx.fragment(
        rx.cond(
            orders.waiting.length() > 0,
            rx.el.ul(rx.foreach(orders.waiting, _order), class_name="journal-plain"),
            rx.el.p(text("orders.none"), class_name="results-subtle"),
        ),
        rx.cond(
            orders.answered.length() > 0,
            rx.el.details(
                rx.el.summary(text("orders.answered", count=orders.answered.length())),
                rx.el.ul(rx.foreach(orders.answered, _order), class_name="journal-plain"),
            ),
        ),
    )


def _order(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(row.title, class_name="journal-head"),
            _state(row),
            rx.cond(row.given_up, aksel.tag(text("orders.given_up"), size="xsmall", variant="warning")),
            rx.cond(row.late, aksel.tag(text("orders.late"), size="xsmall", variant="error")),
            rx.cond(
                row.urgency != "ordinary",
                aksel.tag(text_by("orders.urgency", row.urgency, "urgent"), size="xsmall", variant="warning"),
            ),
            class_name="orders-head",
        ),
        rx.el.div(
            rx.el.span(text("orders.ordered", at=row.when, by=row.by)),
            rx.cond((row.due != "") & (row.missing > 0), rx.el.span(text("orders.due", day=row.due))),
            rx.cond(row.wanted != "", rx.el.span(text("orders.wanted", day=row.wanted))),
            rx.cond(row.sampled != "", rx.el.span(text("orders.sampled", at=row.sampled))),
            rx.cond(row.receiver != "", rx.el.span(row.receiver)),
            rx.cond(
                row.number != "",
                rx.el.span(text("orders.number", number=row.number), class_name="orders-number"),
            ),
            class_name="journal-detail journal-dotted",
        ),
        rx.cond(
            row.exams.length() > 0,
            rx.el.ul(
                rx.foreach(row.exams, lambda exam: _exam(row, exam)),
                class_name="orders-exams",
            ),
        ),
        rx.foreach(row.answers, lambda one: _answer(row, one)),
        rx.cond(row.acts, rx.foreach(row.proposals, lambda one: _proposal(row, one))),
        _buttons(row),
        rx.cond(orders.key == row.key, _act(row)),
        class_name="orders-one",
        custom_attrs={"data-testid": "order", "data-state": row.state},
    )


def _state(row: Any) -> rx.Component:
    state = rx.cond((row.proposals.length() > 0) & (row.state != "draft"), "proposed", row.state)
    return aksel.tag(
        text_by("orders.state", state, "waiting"), size="xsmall", variant=rx.match(state, *_VARIANTS, "info")
    )


def _exam(row: Any, exam: Any) -> rx.Component:
    """An examination; that it is missing is said where others are answered."""
    return rx.el.li(
        exam.text,
        rx.cond(
            (row.state == "partly") | (exam.standing != "waiting"),
            rx.fragment(
                ": ",
                aksel.tag(
                    text_by("orders.standing", exam.standing, "waiting"),
                    size="xsmall",
                    variant=rx.match(exam.standing, *_EXAMS, "info"),
                ),
            ),
        ),
        rx.cond(
            row.acts & (exam.standing == "settled"),
            aksel.button(
                text("orders.unsettle"),
                rx.el.span(" ", exam.text, class_name="akson-hidden"),
                size="xsmall",
                variant="tertiary",
                on_click=orders.unsettle(row.key, exam.place),
                custom_attrs={"data-testid": "order-unsettle"},
            ),
        ),
        custom_attrs={"data-standing": exam.standing},
    )


def _answer(row: Any, one: Any) -> rx.Component:
    """What counts as an answer; one that is not is taken back, and the order waits again."""
    return rx.el.div(
        rx.cond(one.at != "", rx.el.span(text("orders.answer", at=one.at))),
        rx.cond(one.texts != "", rx.el.span(one.texts)),
        rx.el.span(rx.el.a(text("orders.look"), href=RESULTS, class_name="results-link")),
        rx.cond(
            row.acts,
            aksel.button(
                text("orders.not_answer"),
                rx.el.span(" ", one.at, " ", one.texts, class_name="akson-hidden"),
                size="xsmall",
                variant="tertiary",
                on_click=orders.belongs(row.key, one.report, False),
                custom_attrs={"data-testid": "order-not-answer"},
            ),
        ),
        class_name="journal-detail journal-dotted",
        custom_attrs={"data-testid": "order-answer"},
    )


def _proposal(row: Any, one: Any) -> rx.Component:
    """What may be the answer; nothing counts before somebody says so."""
    return rx.el.div(
        rx.el.p(text("orders.proposal", at=one.at, texts=one.texts)),
        rx.el.div(
            aksel.button(
                text("orders.belongs"),
                size="xsmall",
                on_click=orders.belongs(row.key, one.report, True),
                custom_attrs={"data-testid": "belongs"},
            ),
            aksel.button(
                text("orders.belongs_not"),
                size="xsmall",
                variant="secondary",
                on_click=orders.belongs(row.key, one.report, False),
            ),
            rx.el.a(text("orders.look"), href=RESULTS, class_name="results-link"),
            class_name="journal-actions",
        ),
        class_name="journal-aside",
        custom_attrs={"data-testid": "proposal"},
    )


def _buttons(row: Any) -> rx.Component:
    """What can be done; a draft is ordered by or thrown away, what is given up is ordered anew."""
    return rx.cond(
        row.state == "draft",
        rx.el.div(
            rx.cond(row.acts, _plain(row, "order", orders.order, variant="primary")),
            rx.cond(row.here, _plain(row, "discard", orders.discard)),
            class_name="journal-actions",
        ),
        rx.cond(
            row.missing > 0,
            rx.el.div(
                rx.cond(row.samples, _plain(row, "sampled", orders.sampled)),
                rx.cond(row.acts, rx.fragment(*[_choose(row, act) for act in ACTS])),
                document_saver(row, PAPER, seen.shown, "documents.wrong", "print"),
                class_name="journal-actions",
            ),
            rx.cond(row.given_up & row.acts, rx.el.div(_choose(row, "again"), class_name="journal-actions")),
        ),
    )


def _plain(row: Any, name: str, event: Any, variant: str = "secondary") -> rx.Component:
    return aksel.button(
        text(f"orders.act.{name}"),
        rx.el.span(" ", row.title, class_name="akson-hidden"),
        size="xsmall",
        variant=variant,
        on_click=event(row.key),
        custom_attrs={"data-testid": f"order-{name}"},
    )


def _choose(row: Any, act: str) -> rx.Component:
    return aksel.button(
        text(f"orders.act.{act}"),
        rx.el.span(" ", row.title, class_name="akson-hidden"),
        size="xsmall",
        variant="tertiary",
        on_click=orders.choose(row.key, act),
        custom_attrs={
            "data-testid": f"order-{act}",
            "aria-expanded": rx.cond((orders.key == row.key) & (orders.act == act), "true", "false"),
        },
    )


def _act(row: Any) -> rx.Component:
    """The form of the act that is chosen, and what is wrong with the last one."""
    return rx.fragment(
        rx.cond(
            orders.act != "",
            rx.el.form(
                rx.el.h3(
                    text_by("orders.act", orders.act, "wait"), id=FORM, tab_index=-1, class_name="journal-h3"
                ),
                rx.el.input(type="hidden", name="patient", value=seen.shown, read_only=True),
                rx.cond(
                    orders.act == "wait",
                    aksel.select(
                        *[rx.el.option(text("orders.days", days=days), value=str(days)) for days in WAITS],
                        label=text("orders.wait_until"),
                        name="days",
                        default_value=str(WAITS[1]),
                        size="small",
                    ),
                ),
                rx.cond(
                    orders.act == "settle",
                    aksel.select(
                        rx.foreach(
                            row.exams,
                            lambda exam: rx.cond(
                                exam.missing, rx.el.option(exam.text, value=exam.place), rx.fragment()
                            ),
                        ),
                        label=text("orders.which"),
                        name="examination",
                        size="small",
                    ),
                ),
                aksel.text_field(
                    label=text_by("orders.why", orders.act, "wait"),
                    name="why",
                    size="small",
                    auto_complete="off",
                    custom_attrs={"data-testid": "order-why"},
                ),
                form_buttons(
                    text_by("orders.act", orders.act, "wait"),
                    text("orders.leave"),
                    orders.choose(row.key, orders.act),
                    "order-act-send",
                ),
                key=row.key + orders.act,
                on_submit=orders.send,
                class_name="journal-form",
                custom_attrs={"data-testid": "order-act"},
            ),
        ),
        wrong_view("orders.wrong", orders.wrong, "order-wrong"),
    )
