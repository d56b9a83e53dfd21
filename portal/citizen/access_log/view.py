"""Who has looked, visit by visit, newest first: when, who, where, why, and whether it was refused."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.citizen.access_log.blocking import SAID, SURE, LogBlocking
from portal.citizen.access_log.state import AccessLog
from portal.citizen.page import citizen_page
from portal.citizen.privacy.parts import wrong
from portal.frame.acting import OWN, acting
from portal.frame.layout import PRIVACY
from portal.frame.states import empty_view
from portal.ui import aksel
from portal.ui.html import plain_link
from portal.ui.text import text, text_by

log: Any = AccessLog  # Reflex turns a state's attributes into Vars, which types do not tell
blocking: Any = LogBlocking


def access_log_view() -> rx.Component:
    """The whole page."""
    return citizen_page("log", log, _content())


def _content() -> rx.Component:
    return aksel.vstack(
        rx.el.div(
            rx.cond(
                blocking.blocked != "",
                aksel.alert(
                    text("log.blocked", name=blocking.blocked),
                    " ",
                    rx.el.a(text("privacy.reservasjon.link"), href=PRIVACY),
                    variant="success",
                    size="small",
                ),
            ),
            role="status",
            id=SAID,
            tab_index=-1,
        ),
        aksel.switch(
            rx.cond(acting.handle == OWN, text("log.with_own"), text("log.with_persons")),
            checked=log.with_own,
            on_change=log.show_own,
            size="small",
        ),
        rx.cond(
            log.shown.length() > 0,
            rx.el.div(rx.foreach(log.days, _day), custom_attrs={"data-testid": "access-log"}),
            empty_view(text("log.none"), text("log.none_help")),
        ),
        rx.cond(
            log.total > log.fetched,
            aksel.button(
                text("log.more"),
                variant="secondary",
                loading=log.loading_more,
                on_click=log.more,
                class_name="own-more",
            ),
        ),
        _download(),
        gap="space-16",
    )


def _download() -> rx.Component:
    return aksel.vstack(
        aksel.heading(text("log.download"), level="2", size="small"),
        aksel.body_long(text("log.download_help"), class_name="own-lead"),
        aksel.button(
            text("log.download"),
            variant="secondary",
            loading=log.downloading,
            on_click=log.download,
            class_name="own-more",
            custom_attrs={"data-testid": "download-log"},
        ),
        gap="space-8",
        class_name="log-download",
    )


def _day(day: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h2(day.day, class_name="log-day"),
        rx.el.ol(rx.foreach(day.visits, _visit), class_name="log-rows"),
    )


def _visit(visit: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(rx.el.span(_times(visit)), class_name="log-when"),
        rx.el.div(
            rx.cond(visit.own, rx.el.strong(_self()), _who(visit)),
            rx.el.div(_why(visit), class_name="log-why"),
            rx.cond(visit.refused, _refused(visit), rx.el.div(text("log.saw"), " ", _kinds(visit.kinds))),
            rx.cond(visit.withheld > 0, rx.el.div(text("log.withheld", number=visit.withheld))),
            rx.cond(visit.looks.length() > 1, _every(visit)),
            rx.cond(visit.worker, _react(visit)),
        ),
    )


def _refused(visit: Any) -> rx.Component:
    return rx.fragment(
        rx.el.div(text("log.asked"), " ", _kinds(visit.kinds)),
        rx.el.div(aksel.tag(text("log.refused"), size="small", variant="moderate", data_color="success")),
    )


def _react(visit: Any) -> rx.Component:
    """What one can do about a look-up: know whom to ask, or block."""
    return rx.fragment(
        aksel.read_more(
            aksel.body_long(
                rx.cond(
                    visit.organisation != "",
                    text("log.ask.place", place=visit.organisation),
                    text("log.ask.nowhere"),
                ),
                " ",
                text("log.ask.say", name=rx.cond(visit.name != "", visit.name, text("log.unnamed"))),
                " ",
                visit.day,
                " ",
                _times(visit),
                ".",
                spacing=True,
            ),
            aksel.body_long(text("log.ask.right"), spacing=True),
            aksel.body_long(text("log.ask.block")),
            header=text("log.ask.heading"),
            size="small",
        ),
        rx.cond(blocking.chosen == visit.id, _sure(), _block(visit)),
    )


def _times(visit: Any) -> Any:
    return rx.cond(
        visit.began == visit.time,
        text("log.at", time=visit.time),
        text("log.between", began=visit.began, time=visit.time),
    )


def _kinds(kinds: Any) -> rx.Component:
    return rx.el.span(
        rx.foreach(kinds, lambda kind: rx.el.span(text_by("log.kind", kind, "other"), class_name="log-kind"))
    )


def _every(visit: Any) -> rx.Component:
    """The look-ups of a visit, one by one."""
    return aksel.read_more(
        rx.el.ul(
            rx.foreach(
                visit.looks,
                lambda look: rx.el.li(rx.el.span(text("log.at", time=look.time)), _kinds(look.kinds)),
            ),
            class_name="log-looks",
        ),
        header=text("log.every", count=visit.looks.length()),
        size="small",
    )


def _block(visit: Any) -> rx.Component:
    return aksel.button(
        text("log.block"),
        rx.el.span(" ", visit.name, class_name="akson-hidden"),
        size="xsmall",
        variant="tertiary",
        on_click=blocking.choose(visit.id),
        class_name="log-block",
    )


def _sure() -> rx.Component:
    """The second step: what it means, in the words of the privacy page."""
    return aksel.local_alert(
        aksel.local_alert_header(
            aksel.local_alert_title(
                rx.cond(
                    blocking.name != "",
                    text("privacy.blokkering.sure", name=blocking.name),
                    text("log.block_sure"),
                ),
                as_="h2",
            )
        ),
        aksel.local_alert_content(
            aksel.body_long(text("privacy.blokkering.meaning"), spacing=True),
            aksel.body_long(text("privacy.blokkering.always"), spacing=True),
            aksel.body_long(text("privacy.blokkering.undo"), spacing=True),
            wrong(blocking.wrong),
            aksel.hstack(
                aksel.button(text("privacy.blokkering.confirm"), size="small", on_click=blocking.confirm),
                aksel.button(
                    text("privacy.cancel"), size="small", variant="secondary", on_click=blocking.leave
                ),
                gap="space-8",
                wrap=True,
            ),
        ),
        status="warning",
        id=SURE,
        tab_index=-1,
        custom_attrs={"data-testid": "log-block-sure"},
    )


def _self() -> Any:
    """The person whose log it is: the reader, or whom the reader acts for."""
    return rx.cond(acting.handle == OWN, text("log.you"), text("log.person"))


def _who(look: Any) -> rx.Component:
    return rx.el.div(
        rx.el.strong(rx.cond(look.name != "", look.name, text("log.unnamed"))),
        rx.cond(look.role != "", rx.el.span(", ", text_by("log.role", look.role, "XX"))),
        rx.cond(look.organisation != "", rx.el.div(look.organisation)),
        rx.cond(look.app != "", rx.el.div(plain_link(text("log.through", app=look.app), href="/apps"))),
    )


def _why(look: Any) -> rx.Component:
    return rx.cond(
        look.own,
        rx.fragment(),
        rx.fragment(
            _to_whom("basis", look.basis, "other", "SAMTYKKE"),
            ". ",
            _to_whom("relation", look.relation, "none", "task"),
            rx.cond(look.reason != "", rx.el.span(": ", _to_whom("reason", look.reason, "other", "advice"))),
            ".",
        ),
    )


def _to_whom(table: str, code: Any, default: str, known: str) -> Any:
    """The words for a code, to the person themselves or to who acts for them; `known` is in both tables."""
    said = text_by(f"log.{table}", code, default)
    return rx.cond(acting.handle == OWN, said, text_by(f"log.{table}_of", code, known, otherwise=said))
