"""The versions of a report, with what each one changed."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.results.marks import status_tags, warning
from portal.clinician.results.state import seen
from portal.frame.states import loading_view
from portal.ui import aksel
from portal.ui.text import text, text_by


def versions() -> rx.Component:
    """Fetched and shown on request."""
    return rx.el.section(
        rx.el.h2(text("results.versions.heading"), class_name="results-h2"),
        aksel.button(
            rx.cond(seen.versions_open, text("results.versions.hide"), text("results.versions.show")),
            size="small",
            variant="secondary",
            aria_expanded=seen.versions_open,
            on_click=seen.toggle_versions,
            custom_attrs={"data-testid": "versions"},
        ),
        rx.cond(
            seen.versions_open,
            rx.cond(seen.versions.length() > 0, _list(), loading_view(2)),
        ),
        class_name="results-section results-noprint",
    )


def old_version() -> rx.Component:
    """Above all else while an earlier version is shown."""
    return rx.cond(
        seen.version > 0,
        warning(
            rx.el.p(
                rx.el.strong(text("results.versions.old_title")),
                ". ",
                text("results.versions.old_body"),
                class_name="results-line",
            ),
            aksel.button(
                text("results.versions.newest"),
                size="xsmall",
                on_click=seen.open_version(seen.versions.length()),
            ),
        ),
    )


def _list() -> rx.Component:
    return rx.fragment(
        rx.cond(
            seen.versions.length() == 1,
            rx.el.p(text("results.versions.one"), class_name="results-subtle"),
        ),
        rx.el.ol(
            rx.foreach(seen.versions, _version),
            reversed=True,
            class_name="results-versions",
            custom_attrs={"data-testid": "version-list"},
        ),
    )


def _version(version: Any) -> rx.Component:
    shown = (version.number == seen.version) | ((seen.version == 0) & version.shown_now)
    return rx.el.li(
        rx.el.p(
            rx.el.strong(version.issued),
            " ",
            status_tags(version.status, version.preliminary, False),
            " ",
            rx.cond(
                shown,
                rx.el.span(text("results.versions.now"), class_name="results-subtle"),
                aksel.button(
                    text("results.versions.open"),
                    size="xsmall",
                    variant="tertiary",
                    on_click=seen.open_version(version.number),
                ),
            ),
        ),
        rx.cond(
            version.first,
            rx.el.p(text("results.versions.first"), class_name="results-subtle"),
            rx.cond(
                version.changes.length() > 0,
                changes_list(version.changes),
                rx.cond(
                    version.status == "cancelled",
                    rx.fragment(),
                    rx.el.p(text("results.versions.same"), class_name="results-subtle"),
                ),
            ),
        ),
    )


def changes_list(changes: Any) -> rx.Component:
    """What one version changed of the one before it."""
    return rx.el.ul(rx.foreach(changes, _change), class_name="results-changes")


def _change(change: Any) -> rx.Component:
    return rx.el.li(
        rx.el.strong(text_by("results.change", change.kind, "changed")),
        " ",
        change.name,
        rx.cond(
            change.kind == "status",
            rx.el.span(": ", _status(change.before), " → ", _status(change.after)),
            rx.fragment(
                rx.cond(
                    change.before != "",
                    rx.el.span(": ", text("results.before"), " ", rx.el.del_(change.before)),
                ),
                rx.cond(
                    change.after != "", rx.el.span(", ", text("results.after"), " ", rx.el.ins(change.after))
                ),
            ),
        ),
    )


def _status(code: Any) -> Any:
    return text_by("results.status", code, "unknown")
