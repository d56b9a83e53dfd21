"""Pathology and radiology: parts of text, an addendum before the answer that it adds to."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.results.marks import flag_mark, history_mark, notes, paragraphs, state_mark
from portal.clinician.results.state import seen
from portal.ui.text import text


def narrative() -> rx.Component:
    """All parts, each below the one it belongs to."""
    return rx.el.div(
        rx.foreach(seen.report.blocks, _block),
        class_name="results-blocks",
        custom_attrs={"data-testid": "narrative"},
    )


def _block(block: Any) -> rx.Component:
    return rx.el.section(
        rx.cond(block.title != "", rx.el.h3(block.title, class_name="results-h3")),
        rx.cond(
            (block.date + block.performer + block.state != "") | block.history,
            rx.el.p(
                block.date,
                rx.cond(block.performer != "", rx.el.span(" ", block.performer)),
                " ",
                state_mark(block.state),
                history_mark(block.history & block.top),
                class_name="results-subtle",
            ),
        ),
        rx.cond(block.heading != "", rx.el.h4(block.heading, class_name="results-h4")),
        paragraphs(block.paragraphs),
        rx.cond(
            (block.value + block.flag) != "",
            rx.el.p(block.value, " ", flag_mark(block.flag, block.flag_text), class_name="results-value"),
        ),
        rx.cond(
            block.reference != "",
            rx.el.p(text("results.column.reference"), ": ", block.reference, class_name="results-subtle"),
        ),
        rx.cond(
            block.codes.length() > 0,
            rx.el.div(
                rx.el.h4(text("results.diagnosis_codes"), class_name="results-h4"),
                rx.el.ul(rx.foreach(block.codes, rx.el.li), class_name="results-codes"),
            ),
        ),
        notes(block.notes),
        rx.foreach(block.details, lambda detail: rx.el.p(detail, class_name="results-subtle")),
        class_name=f"results-block results-block-{block.level}",
        custom_attrs={"data-testid": "block", "data-history": rx.cond(block.history, "yes", "no")},
    )
