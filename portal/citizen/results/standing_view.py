"""How a report and its results stand: tags, and what must be known before reading; never by colour alone."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.ui import aksel
from portal.ui.text import text, text_by


def status_tags(report: Any) -> rx.Component:
    """Whether the report is preliminary, corrected, added to, awaited or withdrawn."""

    def tag(status: str, colour: str) -> rx.Component:
        return aksel.tag(text(f"own.status.{status}"), size="small", variant="moderate", data_color=colour)

    return rx.fragment(
        rx.cond(report.preliminary, tag("preliminary", "neutral")),  # also of one that is corrected meanwhile
        rx.match(
            report.status,
            ("amended", tag("amended", "info")),
            ("appended", tag("appended", "info")),
            ("registered", tag("registered", "neutral")),
            ("cancelled", tag("cancelled", "warning")),
            rx.fragment(),
        ),
    )


def changed_tag(report: Any) -> rx.Component:
    """Changed since the reader saw it."""
    return rx.cond(
        report.changed_since != "",
        aksel.tag(text("own.changed"), size="small", variant="moderate", data_color="warning"),
    )


def remarks_tag(report: Any) -> rx.Component:
    """There is something to read first."""
    return rx.cond(
        report.remarks.length() > 0,
        aksel.tag(text("own.has_remarks"), size="small", variant="moderate", data_color="warning"),
    )


def marks_tag(report: Any) -> rx.Component:
    """Something is outside the laboratory's range."""
    return rx.cond(
        report.has_marks,
        aksel.tag(text("own.has_marks"), size="small", variant="outline", data_color="neutral"),
    )


def remark_view(remark: Any) -> rx.Component:
    """What no version of the report says by itself, and what to do."""
    return aksel.alert(
        rx.match(
            remark.code,
            (
                "gone",
                rx.fragment(
                    rx.el.strong(
                        rx.cond(
                            remark.names != "",
                            text("own.remark.gone_of", names=remark.names),
                            text("own.remark.gone_one"),
                        )
                    ),
                    " ",
                    text("own.remark.gone"),
                ),
            ),
            (
                "disagrees",
                rx.fragment(
                    text(
                        "own.remark.disagrees",
                        names=remark.names,
                        stated=remark.stated,
                        stored=remark.stored,
                    )
                ),
            ),
            rx.fragment(text_by("own.remark", remark.code, "other")),
        ),
        variant=rx.match(remark.code, ("together", "info"), ("earlier", "info"), "warning"),
        size="small",
        custom_attrs={"data-testid": "own-remark"},
    )


def standing_tag(standing: str) -> rx.Component:
    """How one result stands."""
    return aksel.tag(text(f"own.standing.{standing}"), size="small", variant="outline", data_color="info")


def mark_tag(line: Any) -> rx.Component:
    """The laboratory's mark on one result."""
    return aksel.tag(
        text_by("own.mark", line.mark, "outside", otherwise=line.mark_text),
        size="small",
        variant="moderate",
        data_color="warning",
    )
