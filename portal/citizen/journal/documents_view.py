"""Documents in one's own journal: the list, and a page at a time."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.citizen.journal.documents import OwnDocuments
from portal.citizen.journal.filing import FILE
from portal.frame.acting import acting
from portal.ui import aksel
from portal.ui.files import document_page, document_saver, document_shower
from portal.ui.text import text, text_by

shown: Any = OwnDocuments
WRONG = "ownjournal.documents.wrong"


def own_documents_view() -> rx.Component:
    """The section."""
    return rx.el.section(
        rx.el.h2(
            text("ownjournal.documents.heading"),
            id="own-documents",
            tab_index=-1,
            class_name="ownjournal-h2",
        ),
        rx.cond(
            shown.listed.length() > 0,
            rx.el.ul(rx.foreach(shown.listed, _line), class_name="ownjournal-rows"),
            rx.el.p(text("ownjournal.documents.none"), class_name="privacy-quiet"),
        ),
        rx.cond(shown.title != "", document_page(shown, WRONG)),
        custom_attrs={"data-testid": "own-documents"},
    )


def by_whom(one: Any) -> rx.Component:
    """Who wrote it, and as what."""
    return rx.el.span(
        one.by,
        rx.match(
            one.role,
            ("", rx.fragment()),
            ("none", rx.el.span(", ", text("ownjournal.staff"))),
            rx.el.span(", ", text_by("log.role", one.role, "XX")),
        ),
    )


def _line(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.p(rx.el.strong(one.title)),
        rx.el.p(text_by("documents.category", one.category, "other")),
        rx.el.p(by_whom(one), " · ", one.at, class_name="privacy-quiet"),
        rx.match(
            one.scan,
            ("clean", rx.el.div(document_shower(one, shown.show), _save(one), class_name="journal-actions")),
            ("infected", aksel.alert(text("ownjournal.documents.infected"), variant="warning", size="small")),
            rx.el.div(
                _save(one),
                rx.el.span(text("ownjournal.documents.unscanned"), class_name="privacy-quiet"),
                class_name="journal-actions",
            ),
        ),
        key=one.key,
        custom_attrs={"data-testid": "own-document"},
    )


def _save(one: Any) -> rx.Component:
    return document_saver(one, FILE, acting.handle, WRONG)
