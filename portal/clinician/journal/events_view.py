"""What happened: contacts and notes, newest first, narrowed by words, service, author and kind."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.journal.contacting import SERVICES, Contacting
from portal.clinician.journal.moving_view import move_button, move_form, mover
from portal.clinician.journal.state import seen
from portal.clinician.journal.writing import NoteWriter
from portal.frame.states import empty_view
from portal.ui import aksel
from portal.ui.language import Language
from portal.ui.text import text, text_by

writer: Any = NoteWriter
contacting: Any = Contacting
EVENTS = "journal-events"


def events_view() -> rx.Component:
    """The list of contacts and notes."""
    return rx.el.section(
        rx.el.h2(text("journal.events.heading"), id=EVENTS, tab_index=-1, class_name="journal-h2"),
        _filters(),
        rx.el.p(
            text("journal.events.shown", shown=seen.events.length(), total=seen.total),
            class_name="results-subtle",
            aria_live="polite",
        ),
        rx.cond(
            seen.events.length() > 0,
            rx.el.ol(rx.foreach(seen.events, _event), class_name="journal-plain"),
            empty_view(text("journal.events.none"), text("journal.events.none_body")),
        ),
        rx.cond(
            seen.older,
            aksel.button(
                text("journal.events.older"),
                size="small",
                variant="secondary",
                on_click=seen.more,
                custom_attrs={"data-testid": "older"},
            ),
        ),
        custom_attrs={"data-testid": "journal-events"},
    )


def _filters() -> rx.Component:
    def choice(name: str, value: Any, *options: rx.Component) -> rx.Component:
        return aksel.select(
            rx.el.option(text("journal.events.all"), value=""),
            *options,
            label=text(f"journal.events.{name}"),
            size="small",
            value=value,
            on_change=lambda chosen: seen.narrow(name, chosen),
            custom_attrs={"data-testid": f"filter-{name}"},
        )

    return rx.el.div(
        aksel.text_field(
            label=text("journal.events.search"),
            size="small",
            auto_complete="off",
            on_change=lambda words: seen.narrow("words", words).debounce(200),
            custom_attrs={"data-testid": "journal-search"},
        ),
        choice(
            "service",
            seen.service,
            *[rx.el.option(text(f"journal.option.{one}"), value=one) for one in SERVICES],
        ),
        choice("author", seen.author, rx.foreach(seen.authors, lambda name: rx.el.option(name, value=name))),
        choice(
            "kind",
            seen.kind,
            *[
                rx.el.option(text(f"journal.events.kind_{one}"), value=one)
                for one in ("contact", "note", "draft")
            ],
        ),
        role="search",
        class_name="journal-filters results-noprint",
    )


def _event(event: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(event.kind == "note", _note(event), _contact(event)),
        class_name=rx.cond(event.state == "draft", "journal-event journal-draft", "journal-event"),
        custom_attrs={"data-testid": "journal-event"},
    )


def _contact(event: Any) -> rx.Component:
    def step(name: str) -> rx.Component:
        return aksel.button(
            text(f"journal.contact.{name}"),
            size="xsmall",
            variant="tertiary",
            on_click=contacting.move(event.key, name),
            custom_attrs={"data-testid": f"contact-{name}"},
        )

    return rx.el.div(
        rx.el.h3(
            event.when, " ", text_by("journal.form", event.form, "consultation"), class_name="journal-h3"
        ),
        aksel.tag(text_by("journal.state", event.state, "planned"), size="xsmall", variant="info-moderate"),
        rx.el.p(
            rx.cond(event.service != "", rx.el.span(text_by("journal.option", event.service, "other"))),
            rx.cond(event.reason != "", rx.el.span(event.reason)),
            rx.cond(event.who != "", rx.el.span(event.who)),
            class_name="journal-by journal-dotted",
        ),
        rx.el.div(
            rx.match(
                event.state,
                ("planned", rx.fragment(step("arrive"), step("start"))),
                ("arrived", step("start")),
                ("in-progress", step("finish")),
                rx.fragment(),
            ),
            move_button(event.key, event.own & ~event.of_plan, event.when),
            class_name="journal-actions results-noprint",
        ),
        rx.cond((mover.entry != "") & (mover.at == event.key), move_form()),
    )


def _service(event: Any) -> rx.Component:
    return rx.cond(event.service != "", rx.el.span(text_by("journal.option", event.service, "other"), " · "))


def _note(event: Any) -> rx.Component:
    """The newest are read at once; a long one is folded where the reader folds it."""
    return rx.el.article(
        rx.el.details(
            rx.el.summary(
                rx.el.h3(event.when, " ", event.title[Language.lang], class_name="journal-h3"),
                rx.cond(
                    event.state == "draft",
                    aksel.tag(
                        rx.cond(event.corrects, text("journal.note.correction"), text("journal.note.draft")),
                        size="xsmall",
                        variant="warning-moderate",
                    ),
                ),
                rx.cond(
                    event.conflict,
                    aksel.tag(text("journal.note.conflict"), size="xsmall", variant="warning-moderate"),
                ),
                rx.cond(
                    event.why != "",
                    aksel.tag(text("journal.note.corrected"), size="xsmall", variant="neutral-moderate"),
                ),
                rx.el.span(
                    _service(event),
                    rx.cond(
                        event.signed != "",
                        text("journal.note.signed", by=event.who, at=event.signed),
                        text("journal.note.written", by=event.who),
                    ),
                    class_name="journal-by",
                ),
                rx.el.span(event.snippet, class_name="journal-snippet"),
            ),
            rx.el.dl(rx.foreach(event.parts, _part), class_name="journal-parts"),
            rx.cond(
                event.why != "", rx.el.p(text("journal.note.why", why=event.why), class_name="journal-by")
            ),
            _actions(event),  # with its text: one corrects or moves what one has read
            open=event.unfolded,
        ),
        rx.cond(seen.opened == event.key, _former()),
        rx.cond((mover.entry != "") & (mover.at == event.key), move_form()),
    )


def _part(part: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(part.label[Language.lang]),
        rx.el.dd(part.text, class_name="results-text"),
        class_name="journal-part",
    )


def _act(words: Any, on_click: Any, name: str) -> rx.Component:
    return aksel.button(
        words, size="xsmall", variant="tertiary", on_click=on_click, custom_attrs={"data-testid": name}
    )


def _actions(event: Any) -> rx.Component:
    return rx.el.div(
        rx.cond(
            event.state == "draft",
            _act(text("journal.note.go_on"), writer.take_up(event.key), "go-on"),
            _act(
                rx.cond(event.begun, text("journal.note.correct_on"), text("journal.note.correct")),
                writer.take_up(event.key),
                "correct",
            ),
        ),
        rx.cond(
            event.why != "",
            _act(
                rx.cond(seen.opened == event.key, text("journal.note.hide"), text("journal.note.former")),
                seen.show_former(event.key),
                "former",
            ),
        ),
        move_button(event.key, event.own & ~event.corrects, event.when),
        class_name="journal-actions results-noprint",
    )


def _former() -> rx.Component:
    return rx.el.div(
        rx.foreach(
            seen.former,
            lambda one: rx.el.div(
                rx.el.p(text("journal.note.former_by", by=one.who, at=one.when), class_name="journal-by"),
                rx.el.dl(rx.foreach(one.parts, _part), class_name="journal-parts"),
            ),
        ),
        class_name="journal-former",
        custom_attrs={"data-testid": "former-versions"},
    )
