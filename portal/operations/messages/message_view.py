"""One message: what is wrong, whom it is about once opened, and what can be done."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.frame.states import problem_view
from portal.operations.messages.judging_view import judging, notes
from portal.operations.messages.reasons import REPLAY_REASONS, RESOLVE_REASONS
from portal.operations.messages.state import WorkList
from portal.operations.messages.together_view import holder, to_others
from portal.ui import aksel
from portal.ui.text import text, text_by

work: Any = WorkList


def message_view() -> rx.Component:
    """The whole message page."""
    return aksel.vstack(
        aksel.hstack(
            aksel.button(text("operations.back"), size="small", variant="tertiary", on_click=work.back),
            aksel.button(
                text("team.next"),
                size="small",
                variant="tertiary",
                on_click=work.next,
                custom_attrs={"data-testid": "next-message"},
            ),
            gap="space-8",
            wrap=True,
        ),
        rx.el.h1(text("operations.message"), id="message-heading", tab_index=-1, class_name="ops-h1"),
        rx.cond(work.problem != "", problem_view(work.problem, work.problem_code)),
        rx.cond(work.message.corrects != "", _corrects()),
        rx.cond(work.message.replay != "not-waiting", holder()),
        _facts(),
        rx.cond(work.corrections.length() > 0, _corrections()),
        rx.el.div(
            rx.cond(
                work.conflict != "",
                aksel.alert(text_by("operations.conflict", work.conflict, "other"), variant="warning"),
            ),
            role="status",
        ),
        _person(),
        rx.cond(work.message.status == "received", aksel.alert(text("operations.queued"), variant="info")),
        to_others(),
        judging(),
        _doing(),
        _history(),
        gap="space-24",
        custom_attrs={"data-testid": "message"},
    )


def _corrects() -> rx.Component:
    return aksel.alert(
        text("judging.corrects"),
        " ",
        aksel.button(
            text("judging.show_first"),
            size="xsmall",
            variant="tertiary",
            on_click=work.choose(work.message.corrects),
        ),
        variant="info",
    )


def _corrections() -> rx.Component:
    """What was sent in instead, and what became of it: the message waits again when none of it stands."""
    return rx.el.section(
        aksel.heading(text("judging.corrections"), level="2", size="small", spacing=True),
        rx.el.ul(
            rx.foreach(
                work.corrections,
                lambda one: rx.el.li(
                    one.received,
                    ": ",
                    text_by("operations.status", one.status, "needs-attention"),
                    " ",
                    aksel.button(
                        text("operations.show"),
                        rx.el.span(" ", one.received, class_name="akson-hidden"),
                        size="xsmall",
                        variant="tertiary",
                        on_click=work.choose(one.id),
                    ),
                ),
            ),
            class_name="ops-faults",
            custom_attrs={"data-testid": "corrections"},
        ),
        rx.cond(
            (work.message.status == "needs-attention") & (work.message.resolved == ""),
            aksel.body_short(text("judging.none_stands")),
        ),
    )


def faults(row: Any) -> rx.Component:
    """What is wrong, in words; the code beside it is what the laboratory's receipt says."""
    return rx.el.ul(
        rx.foreach(
            row.faults,
            lambda one: rx.el.li(
                text_by("operations.code", one.code, "other", otherwise=one.message),
                " ",
                rx.el.code(one.code, class_name="ops-subtle"),
            ),
        ),
        class_name="ops-faults",
    )


def reasons(prefix: str, codes: tuple[str, ...]) -> rx.Component:
    """A choice of reasons, written to the history."""
    return aksel.select(
        *[rx.el.option(text(f"{prefix}.{code}"), value=code) for code in codes],
        label=text(f"{prefix}.label"),
        name="reason",
        size="small",
    )


def _facts() -> rx.Component:
    message = work.message
    return rx.el.section(
        aksel.heading(text("operations.wrong"), level="2", size="small", spacing=True),
        faults(message),
        rx.el.dl(
            *_fact("received", message.received),
            *_fact("sender", message.sender),
            *_fact("via_label", rx.cond(message.via != "", message.via, text("operations.sent_itself"))),
            *_fact("kind", text_by("operations.kind", message.kind, "other")),
            *_fact("version", rx.cond(message.version != "", message.version, "–")),
            *_fact("status", text_by("operations.status", message.status, "needs-attention")),
            *_fact("id", rx.el.code(message.id)),
            class_name="ops-facts",
        ),
    )


def _fact(key: str, *value: Any) -> tuple[rx.Component, rx.Component]:
    return rx.el.dt(text(f"operations.fact.{key}")), rx.el.dd(*value)


def _person() -> rx.Component:
    return rx.el.section(
        aksel.heading(text("operations.about"), level="2", size="small", spacing=True),
        rx.cond(work.is_opened, _opened(), _masked()),
        aria_live="polite",
    )


def _masked() -> rx.Component:
    closed = work.message.replay == "not-waiting"
    return rx.cond(
        closed,
        aksel.body_long(text("operations.closed")),
        aksel.vstack(
            aksel.body_long(text("operations.masked")),
            _opening(text("operations.open"), False, "open-message"),
            gap="space-12",
            align="start",
        ),
    )


def _opening(label: Any, original: bool, testid: str) -> rx.Component:
    return aksel.button(
        label,
        size="small",
        variant="secondary",
        loading=work.busy,
        on_click=work.open(original),
        custom_attrs={"data-testid": testid},
    )


def _opened() -> rx.Component:
    found = work.opened
    return aksel.vstack(
        rx.cond(
            found.readable,
            rx.el.dl(
                *_fact("name", found.name),
                *_fact("number", found.number),
                *_fact("born", rx.cond(found.born != "", found.born, "–")),
                *_fact("sex", text_by("operations.sex", found.sex, "unknown")),
                *_fact("report", found.report),
                *_fact("message_id", found.message_id),
                *_fact("generated", found.generated),
                *_fact("requisitions", rx.cond(found.requisitions != "", found.requisitions, "–")),
                *_fact(
                    "requester", rx.cond(found.requester != "", found.requester, text("operations.not_given"))
                ),
                *_fact("results", found.results),
                class_name="ops-facts",
                custom_attrs={"data-testid": "opened"},
            ),
            aksel.body_long(text("operations.unreadable")),
        ),
        rx.cond(
            found.original != "",
            rx.el.pre(
                found.original,
                class_name="ops-original",
                tab_index=0,
                role="region",
                aria_label=text("operations.original"),
            ),
            _opening(text("operations.open_original"), True, "open-original"),
        ),
        notes(),
        gap="space-12",
        align="start",
    )


def _doing() -> rx.Component:
    message = work.message
    return rx.cond(
        message.status == "received",
        rx.fragment(),
        aksel.hgrid(
            rx.cond(
                message.replay == "possible",
                _action("replay", REPLAY_REASONS, work.replay),
                rx.cond(
                    message.replay == "held",
                    rx.el.section(
                        aksel.heading(text("operations.replay.title"), level="2", size="small", spacing=True),
                        aksel.body_long(text("operations.conflict.held-stays-held")),
                    ),
                ),
            ),
            rx.cond(message.status == "needs-attention", _action("resolve", RESOLVE_REASONS, work.resolve)),
            columns={"xs": 1, "md": 2},
            gap="space-24",
        ),
    )


def _action(name: str, codes: tuple[str, ...], handler: Any) -> rx.Component:
    return rx.el.form(
        aksel.vstack(
            aksel.heading(text(f"operations.{name}.title"), level="2", size="small"),
            aksel.body_long(text(f"operations.{name}.help")),
            reasons(f"operations.{name}_reason", codes),
            aksel.button(
                text(f"operations.{name}.do"),
                type="submit",
                size="small",
                loading=work.busy,
                custom_attrs={"data-testid": name},
            ),
            gap="space-12",
            align="start",
        ),
        on_submit=handler,
    )


def _history() -> rx.Component:
    return rx.el.section(
        aksel.heading(text("operations.history"), level="2", size="small", spacing=True),
        rx.cond(
            work.history.length() > 0,
            rx.el.ol(
                rx.foreach(work.history, _done),
                class_name="log-rows",
                custom_attrs={"data-testid": "history"},
            ),
            aksel.body_short(text("operations.no_history")),
        ),
    )


def _done(done: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(done.at),
        rx.el.div(
            rx.el.strong(text_by("operations.action", done.action, "opened")),
            ", ",
            done.name,
            rx.cond(
                done.reason != "",
                rx.el.div(text_by("operations.reason", done.reason, "other"), class_name="ops-subtle"),
            ),
        ),
    )
