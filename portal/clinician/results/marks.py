"""Small signs: flags, states and tags. Each is a word and a shape; colour only adds."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.ui import aksel
from portal.ui.text import text, text_by

_SHAPES = (("high", "▲"), ("low", "▼"), ("outside", "◆"))


def hidden(*children: Any) -> rx.Component:
    """For screen readers alone."""
    return rx.el.span(*children, class_name="akson-hidden")


def flag_mark(flag: Any, said: Any = "") -> rx.Component:
    """The laboratory's flag; `said` are its own words, used for a flag we have no word for."""
    word = rx.cond((flag == "other") & (said != ""), said, text_by("results.flag", flag, "other"))
    return rx.cond(
        flag != "",
        rx.el.span(
            rx.el.span(rx.match(flag, *_SHAPES, "●"), aria_hidden="true", class_name="results-shape"),
            word,
            title=text_by("results.flag_long", flag, "other"),
            class_name="results-flag",
            custom_attrs={"data-flag": flag},
        ),
    )


def flag_sign(flag: Any) -> rx.Component:
    """The flag where there is little room: its shape, with the word for screen readers and on pointing."""
    return rx.cond(
        flag != "",
        rx.el.span(
            " ",
            rx.el.span(rx.match(flag, *_SHAPES, "●"), aria_hidden="true"),
            hidden(text_by("results.flag", flag, "other")),
            title=text_by("results.flag_long", flag, "other"),
            class_name="results-sign",
        ),
    )


def ours_sign(ours: Any) -> rx.Component:
    """`ours_mark` where there is little room."""
    return rx.cond(
        ours != "",
        rx.el.span(
            " ",
            rx.el.span(rx.cond(ours == "above", "△", "▽"), aria_hidden="true"),
            hidden(text_by("results.ours", ours, "above"), ", ", text("results.ours_note")),
            title=text("table.ours"),
            class_name="results-sign",
        ),
    )


def ours_mark(ours: Any) -> rx.Component:
    """Outside the stated range without the laboratory's flag: marked as ours, in words and by its dashes."""
    return rx.cond(
        ours != "",
        rx.el.span(
            rx.el.span(rx.cond(ours == "above", "△", "▽"), aria_hidden="true", class_name="results-shape"),
            text_by("results.ours", ours, "above"),
            rx.el.small(text("results.ours_note")),
            class_name="results-ours",
        ),
    )


def state_mark(state: Any) -> rx.Component:
    """A state of one result that is not plain."""
    return rx.cond(
        state != "",
        rx.el.span(
            text_by("results.state", state, "unknown"),
            class_name="results-state",
            custom_attrs={"data-state": state},
        ),
    )


def history_mark(history: Any) -> rx.Component:
    """Repeated from an earlier report."""
    return rx.cond(history, rx.el.span(text("results.history"), class_name="results-state"))


def converted_line(converted: Any, unit: Any) -> rx.Component:
    """A number of ours below the laboratory's, and said to be converted."""
    return rx.cond(
        converted != "",
        rx.el.span(
            text("table.converted", value=converted, unit=unit),
            class_name="results-converted",
            custom_attrs={"data-testid": "converted"},
        ),
    )


def news_mark(news: Any) -> rx.Component:
    """New, changed, cancelled or with a notice since the clinician's last visit."""
    return rx.cond(
        news != "",
        rx.el.span(
            rx.el.span("✦", aria_hidden="true", class_name="results-shape"),
            text_by("table.news.kind", news, "changed"),
            class_name="results-flag",
            custom_attrs={"data-flag": "news", "data-testid": "news-mark"},
        ),
    )


def status_tags(status: Any, preliminary: Any, test: Any) -> rx.Component:
    """The report's status; preliminary also where the status hides it; and whether it is a test."""
    return rx.el.span(
        rx.cond(
            (status == "final") | ((status == "preliminary") & preliminary),
            rx.cond(status == "final", rx.el.span(text("results.status.final"), class_name="results-plain")),
            _tag(
                text_by("results.status", status, "unknown"), rx.cond(status == "cancelled", "error", "info")
            ),
        ),
        rx.cond(preliminary, _tag(text("results.status.preliminary"), "warning")),
        rx.cond(test, _tag(text("results.test"), "alt1")),
        class_name="results-tags",
    )


def _tag(word: Any, kind: Any) -> rx.Component:
    made: rx.Component = aksel.tag(word, variant=kind, size="xsmall")
    return made


def paragraphs(parts: Any) -> rx.Component:
    """Paragraphs of a text with their line breaks; headings and list points as such."""
    return rx.foreach(
        parts,
        lambda part: rx.match(
            part.kind,
            ("point", rx.el.p("• ", part.text, class_name="results-text")),
            ("heading", rx.el.p(rx.el.strong(part.text), class_name="results-text")),
            rx.el.p(rx.cond(part.strong, rx.el.strong(part.text), part.text), class_name="results-text"),
        ),
    )


def notes(texts: Any) -> rx.Component:
    """Comments, each with its line breaks."""
    return rx.foreach(texts, lambda note: rx.el.p(note, class_name="results-text results-note"))


def warning(*children: Any) -> rx.Component:
    """Something to read before the results."""
    made: rx.Component = aksel.alert(*children, variant="warning", size="small", class_name="results-alert")
    return made
