"""Who has looked, newest first: when, who, where, why, and whether it was refused."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.citizen.access_log.state import AccessLog
from portal.citizen.page import citizen_page
from portal.frame.acting import OWN, acting
from portal.frame.states import empty_view
from portal.ui import aksel
from portal.ui.text import text, text_by

log: Any = AccessLog  # Reflex turns a state's attributes into Vars, which types do not tell


def access_log_view() -> rx.Component:
    """The whole page."""
    return citizen_page("log", log, _content())


def _content() -> rx.Component:
    return aksel.vstack(
        aksel.switch(text("log.with_own"), checked=log.with_own, on_change=log.show_own, size="small"),
        rx.cond(
            log.shown.length() > 0,
            rx.el.ol(
                rx.foreach(log.shown, _look),
                class_name="log-rows",
                custom_attrs={"data-testid": "access-log"},
            ),
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


def _look(look: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(rx.el.strong(look.day), rx.el.span(text("log.at", time=look.time)), class_name="log-when"),
        rx.el.div(
            rx.cond(look.own, rx.el.strong(_self()), _who(look)),
            rx.el.div(_why(look), class_name="log-why"),
            rx.el.div(
                text("log.saw"),
                " ",
                rx.foreach(
                    look.kinds,
                    lambda kind: rx.el.span(text_by("log.kind", kind, "other"), class_name="log-kind"),
                ),
            ),
            rx.cond(look.withheld > 0, rx.el.div(text("log.withheld", number=look.withheld))),
            rx.cond(
                look.refused,
                aksel.tag(text("log.refused"), size="small", variant="moderate", data_color="danger"),
            ),
        ),
    )


def _self() -> Any:
    """The person whose log it is: the reader, or whom the reader acts for."""
    return rx.cond(acting.handle == OWN, text("log.you"), text("log.person"))


def _who(look: Any) -> rx.Component:
    return rx.el.div(
        rx.el.strong(rx.cond(look.name != "", look.name, text("log.unnamed"))),
        rx.cond(look.role != "", rx.el.span(", ", text_by("log.role", look.role, "XX"))),
        rx.cond(look.organisation != "", rx.el.div(look.organisation)),
    )


def _why(look: Any) -> rx.Component:
    return rx.cond(
        look.own,
        rx.fragment(),
        rx.fragment(
            text_by("log.basis", look.basis, "other"),
            ". ",
            text_by("log.relation", look.relation, "none"),
            rx.cond(look.reason != "", rx.el.span(": ", text_by("log.reason", look.reason, "other"))),
            ".",
        ),
    )
