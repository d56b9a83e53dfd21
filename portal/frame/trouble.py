"""Faults of ours: told plainly to whoever sits there, logged without anything of a patient."""

from __future__ import annotations

import traceback
from typing import Any

import reflex as rx
from reflex.event import EventSpec
from reflex_components_core.base.error_boundary import ErrorBoundary

from kit.log import get_logger
from portal.ui import aksel
from portal.ui.language import in_language
from portal.ui.text import text


class Trouble(rx.State):
    """Whether the last event failed for a reason of ours."""

    happened: bool = False

    @rx.event
    def tell(self) -> None:
        """Show the notice."""
        self.happened = True

    @rx.event
    def dismiss(self) -> None:
        """Take the notice away."""
        self.happened = False


def event_failed(exception: Exception) -> EventSpec:
    """Reflex' handler of errors in events: where it happened is logged, never what the error says."""
    last = traceback.extract_tb(exception.__traceback__)[-1:]
    where = f"{last[0].filename}:{last[0].lineno}" if last else ""
    get_logger().error("event failed", kind=type(exception).__name__, where=where)
    tell: Any = Trouble.tell  # on the class, an event handler
    spec: EventSpec = tell()
    return spec


def page_failed(exception: Exception) -> None:
    """Reflex' handler of errors in the browser; their text may hold what was shown, so it is left out."""
    get_logger().error("page failed", kind=type(exception).__name__)


def boundary(stateful: bool) -> rx.Component:  # noqa: ARG001
    """In the place of a page that could not be drawn."""
    fallback = rx.Var.create(_fallback())
    made: rx.Component = ErrorBoundary.create(on_error=rx.noop(), fallback_render=fallback)
    return made


def trouble_notice() -> rx.Component:
    """The notice, in the frame."""
    return rx.el.div(
        rx.cond(
            Trouble.happened,
            aksel.alert(
                text("frame.problem.wrong"), variant="error", close_button=True, on_close=Trouble.dismiss
            ),
        ),
        role="alert",
    )


def _fallback() -> rx.Component:
    return in_language(
        rx.el.main(
            aksel.heading(text("frame.problem_title.wrong"), level="1", size="large", spacing=True),
            aksel.body_long(text("frame.problem.wrong"), spacing=True),
            aksel.link(text("frame.leave.link"), href="/"),
            class_name="akson-main",
        )
    )
