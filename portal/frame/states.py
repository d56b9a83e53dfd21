"""The states of a view besides full: loading, empty, refused, failed. Each says what it is and what to do."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.ui import aksel
from portal.ui.text import text, text_by


def loading_view(lines: int = 4) -> rx.Component:
    """Grey lines where the content will come; announced to screen readers."""
    return rx.el.div(
        rx.el.span(text("frame.state.loading"), class_name="akson-hidden"),
        *[aksel.skeleton(variant="text", width="100%", aria_hidden=True) for _ in range(lines)],
        role="status",
        custom_attrs={"data-testid": "loading"},
    )


def empty_view(title: Any, body: Any) -> rx.Component:
    """Nothing to show: `body` names the sources and the period that this covers."""
    return aksel.box(
        aksel.body_short(title, weight="semibold", spacing=True),
        aksel.body_short(body, text_color="subtle"),
        padding="space-24",
        background="neutral-soft",
        border_radius="8",
        custom_attrs={"data-testid": "empty"},
    )


def problem_view(problem: Any, code: Any, *actions: rx.Component) -> rx.Component:
    """What went wrong, by `Problem` and the service's code. Refusals say on what ground and what one can do.

    `problem` and `code` are Vars (of a `ServiceProblem`); `actions` are buttons below the text.
    """
    refused = problem == "refused"
    title = rx.cond(
        refused,
        text_by("frame.refused_title", code, "other"),
        text_by("frame.problem_title", problem, "wrong"),
    )
    body = rx.cond(
        refused, text_by("frame.refused", code, "other"), text_by("frame.problem", problem, "wrong")
    )
    return rx.el.div(
        aksel.local_alert(
            aksel.local_alert_header(aksel.local_alert_title(title, as_="h2")),
            aksel.local_alert_content(
                aksel.body_long(body),
                *([aksel.hstack(*actions, gap="space-8", padding_block="space-12 0")] if actions else []),
            ),
            status=rx.cond(refused, "warning", "error"),
        ),
        role="alert",
        custom_attrs={"data-testid": "problem"},
    )
