"""One's own journal in plain words: what is so now first, then what has happened, each with who wrote it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.citizen.journal.documents_view import by_whom, own_documents_view
from portal.citizen.journal.state import journal
from portal.citizen.page import citizen_page
from portal.frame.states import empty_view
from portal.ui import aksel
from portal.ui.language import Language
from portal.ui.text import text, text_by


def own_journal_view() -> rx.Component:
    """The whole page."""
    return citizen_page("ownjournal", journal, _content())


def _content() -> rx.Component:
    return rx.el.div(
        _lines("critical", journal.critical),
        _lines("medication", journal.medication),
        _lines("vaccines", journal.vaccines),
        _lines("diagnoses", journal.diagnoses),
        own_documents_view(),
        _told(),
        class_name="ownjournal",
        custom_attrs={"data-testid": "own-journal"},
    )


def _lines(name: str, lines: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h2(text(f"ownjournal.{name}.heading"), class_name="ownjournal-h2"),
        rx.cond(
            lines.length() > 0,
            rx.el.ul(rx.foreach(lines, _line), class_name="ownjournal-rows"),
            rx.el.p(text(f"ownjournal.{name}.none"), class_name="privacy-quiet"),
        ),
        custom_attrs={"data-testid": f"own-{name}"},
    )


def _line(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.p(
            rx.el.strong(line.head),
            rx.cond(
                line.mark != "",
                aksel.tag(
                    text_by("ownjournal.mark", line.mark, "high"),
                    size="xsmall",
                    variant=rx.cond(line.mark == "high", "error-moderate", "neutral-moderate"),
                ),
            ),
            class_name="ownjournal-head",
        ),
        rx.cond(line.detail != "", rx.el.p(line.detail)),
        rx.el.p(by_whom(line), " · ", line.at, class_name="privacy-quiet"),
        key=line.key,
    )


def _told() -> rx.Component:
    return rx.el.section(
        rx.el.h2(text("ownjournal.events.heading"), class_name="ownjournal-h2"),
        rx.cond(
            journal.told.length() > 0,
            rx.el.ol(rx.foreach(journal.told, _event), class_name="ownjournal-rows"),
            empty_view(text("ownjournal.events.none"), text("ownjournal.events.none_help")),
        ),
        rx.cond(
            journal.more_there,
            aksel.button(
                text("ownjournal.events.more"),
                variant="secondary",
                loading=journal.loading_more,
                on_click=journal.more,
                class_name="own-more",
            ),
        ),
        custom_attrs={"data-testid": "own-events"},
    )


def _event(event: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(event.kind == "note", _note(event), _contact(event)),
        key=event.key,
        custom_attrs={"data-testid": "own-event"},
    )


def _contact(event: Any) -> rx.Component:
    return rx.fragment(
        rx.el.h3(
            event.at,
            " ",
            text_by("ownjournal.form", event.form, "consultation"),
            _where(event),
            class_name="ownjournal-h3",
        ),
        rx.cond(event.reason != "", rx.el.p(text("ownjournal.events.about", reason=event.reason))),
        rx.el.p(by_whom(event), class_name="privacy-quiet"),
    )


def _note(event: Any) -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            rx.el.h3(event.at, " ", event.title[Language.lang], _where(event), class_name="ownjournal-h3"),
            class_name="ownjournal-summary",
        ),
        _parts(event.parts),
        rx.cond(event.why != "", _corrected(event)),
        rx.el.p(
            text("ownjournal.events.by"), " ", by_whom(event), " ", event.signed, class_name="privacy-quiet"
        ),
        open=event.unfolded,
    )


def _parts(parts: Any) -> rx.Component:
    return rx.el.dl(
        rx.foreach(
            parts,
            lambda part: rx.el.div(
                rx.el.dt(part.label[Language.lang]), rx.el.dd(part.text, class_name="letters-text")
            ),
        ),
        class_name="ownjournal-parts",
    )


def _corrected(event: Any) -> rx.Component:
    """Why it was corrected, and how it stood before."""
    opened = journal.former_of == event.key
    return rx.fragment(
        rx.el.p(text("ownjournal.events.corrected", why=event.why)),
        aksel.button(
            rx.cond(opened, text("ownjournal.events.hide"), text("ownjournal.events.former")),
            size="small",
            variant="tertiary",
            on_click=journal.show_former(event.key),
            aria_expanded=opened,
            custom_attrs={"data-testid": "own-former"},
        ),
        rx.cond(
            opened,
            rx.el.div(
                rx.cond(journal.former_wrong, rx.el.p(text("ownjournal.events.former_wrong"), role="alert")),
                rx.foreach(
                    journal.former,
                    lambda one: rx.el.div(
                        _parts(one.parts),
                        rx.el.p(
                            text("ownjournal.events.stood", by=one.by, at=one.at), class_name="privacy-quiet"
                        ),
                    ),
                ),
                class_name="ownjournal-former",
            ),
        ),
    )


def _where(event: Any) -> rx.Component:
    return rx.cond(
        event.service != "",
        rx.el.span(" – ", text_by("ownjournal.service", event.service, "gp")),
    )
