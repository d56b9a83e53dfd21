"""Notices, newest first: what happened, in plain words, who it was, and the way to the log."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.citizen.notices.email_view import notices_by_email
from portal.citizen.notices.state import Notices
from portal.citizen.page import citizen_page
from portal.frame.layout import ACCESS_LOG, OWN_RESULTS, PRIVACY
from portal.frame.states import empty_view
from portal.ui import aksel
from portal.ui.text import text, text_by

notices: Any = Notices  # Reflex turns a state's attributes into Vars, which types do not tell
_SET_IN_PRIVACY = ("representation-given", "representation-used", "reservation-done", "release-agreed")


def notices_view() -> rx.Component:
    """The whole page."""
    return citizen_page("notices", notices, _content(), lead_of=True)


def _content() -> rx.Component:
    return aksel.vstack(
        rx.cond(
            notices.unread > 0,
            aksel.button(
                text("notices.mark_read"),
                variant="secondary",
                size="small",
                on_click=notices.mark_read,
                class_name="own-more",
            ),
        ),
        rx.cond(
            notices.rows.length() > 0,
            rx.el.ol(
                rx.foreach(notices.rows, _notice),
                class_name="log-rows",
                custom_attrs={"data-testid": "notices"},
            ),
            empty_view(text("notices.none"), text("notices.none_help")),
        ),
        rx.cond(
            notices.total > notices.rows.length(),
            aksel.button(
                text("notices.more"),
                variant="secondary",
                loading=notices.loading_more,
                on_click=notices.more,
                class_name="own-more",
            ),
        ),
        notices_by_email(),
        gap="space-16",
    )


def _notice(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(rx.el.strong(row.day), rx.el.span(text("log.at", time=row.time)), class_name="log-when"),
        rx.el.div(
            rx.el.div(
                rx.el.strong(text_by("notices.kind", row.kind, "other")),
                rx.cond(
                    row.unread,
                    aksel.tag(text("notices.new"), size="xsmall", variant="moderate", data_color="info"),
                ),
                class_name="notice-what",
            ),
            rx.el.div(text_by("notices.help", row.kind, "other"), class_name="log-why"),
            rx.cond(row.in_log, _who(row)),
            rx.match(
                row.kind,
                ("result-changed", _way("notices.to_results", OWN_RESULTS)),
                *[(kind, _way("notices.to_privacy", PRIVACY)) for kind in _SET_IN_PRIVACY],
                rx.fragment(),
            ),
        ),
    )


def _way(key: str, to: str) -> rx.Component:
    return rx.el.div(aksel.link(text(key), href=to))


def _who(row: Any) -> rx.Component:
    return rx.el.div(
        rx.cond(
            row.who != "",
            rx.el.span(
                row.who,
                rx.cond(row.role != "", rx.el.span(", ", text_by("log.role", row.role, "XX"))),
                rx.cond(row.place != "", rx.el.span(", ", row.place)),
            ),
        ),
        _way("notices.to_log", ACCESS_LOG),
    )
