"""Who may see: each topic in plain words, how it stands now, and what one can do."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.citizen.page import citizen_page
from portal.citizen.privacy.agreements_view import earlier_viewing
from portal.citizen.privacy.blocking import SURE, WORDS, Blocking
from portal.citizen.privacy.giving_view import powers_of_attorney
from portal.citizen.privacy.parts import meaning, part, row, rows, search_for, small_button, wrong
from portal.citizen.privacy.state import ALL, FIELD, RESERVE, SAID, Privacy
from portal.citizen.privacy.transform import FIELDS
from portal.frame.acting import OWN, acting
from portal.ui import aksel
from portal.ui.text import text, text_by

privacy: Any = Privacy  # Reflex turns a state's attributes into Vars, which types do not tell
blocking: Any = Blocking


def privacy_view() -> rx.Component:
    """The whole page."""
    return citizen_page("privacy", privacy, _content(), lead_of=True)


def _content() -> rx.Component:
    return aksel.vstack(
        rx.el.div(
            rx.cond(
                privacy.said != "",
                aksel.alert(text_by("privacy.said", privacy.said, "other"), variant="success", size="small"),
            ),
            role="status",
            id=SAID,
            tab_index=-1,
            custom_attrs={"data-testid": "said"},
        ),
        _restrictions(),
        _blocks(),
        _consents(),
        earlier_viewing(),
        rx.cond(acting.handle == OWN, powers_of_attorney()),
        _reservation(),
        rx.cond(privacy.past.length() > 0, _past()),
        gap="space-12",
        class_name="privacy-parts",
    )


def _count(found: Any, key: str) -> Any:
    return rx.cond(
        found.length() > 0, text(f"privacy.{key}.some", count=found.length()), text(f"privacy.{key}.none")
    )


def _withdraw(one: Any) -> rx.Component:
    return small_button("privacy.withdraw", privacy.withdraw(one.id), _named(one))


def _named(one: Any) -> Any:
    """What a setting covers, in words."""
    return rx.match(
        one.scope,
        ("field", text_by("own.field", one.what, "AN")),
        ("source", text("privacy.scope.source", name=one.what)),
        ("reader", rx.cond(one.kind == "sperring", text("privacy.scope.reader", name=one.what), one.what)),
        text_by("privacy.kind", one.kind, "sperring"),
    )


def _since(one: Any) -> Any:
    return rx.cond(
        one.until != "",
        text("privacy.since_until", since=one.since, until=one.until),
        text("privacy.since", since=one.since),
    )


def _restrictions() -> rx.Component:
    here = privacy.wrong_at == "restriction"
    return part(
        "sperring",
        _count(privacy.restrictions, "sperring"),
        meaning("sperring"),
        rows(
            privacy.restrictions,
            lambda one: row([_named(one), _since(one)], _withdraw(one)),
            text("privacy.sperring.heading"),
        ),
        wrong(privacy.wrong, privacy.wrong_at == "sperring"),
        aksel.radio_group(
            *[
                aksel.radio(
                    text(f"privacy.sperring.{scope}"),
                    value=scope,
                    description=text(f"privacy.sperring.{scope}_help"),
                )
                for scope in ("all", "field", "source", "reader")
            ],
            legend=text("privacy.sperring.new"),
            value=privacy.scope,
            on_change=privacy.choose_scope,
            size="small",
        ),
        rx.match(
            privacy.scope,
            (ALL, rx.fragment()),
            (FIELD, _fields()),
            search_for(
                privacy,
                text("privacy.sperring.organisation"),
                privacy.choose_organisation,
                privacy.chosen,
                "privacy.choose",
            ),
        ),
        wrong(privacy.wrong, here),
        aksel.button(
            text("privacy.sperring.make"), size="small", on_click=privacy.restrict, class_name="own-more"
        ),
    )


def _fields() -> rx.Component:
    return aksel.select(
        *[rx.el.option(text(f"own.field.{code}"), value=code) for code in FIELDS],
        label=text("privacy.sperring.which_field"),
        size="small",
        value=privacy.field,
        on_change=privacy.choose_field,
        class_name="privacy-narrow",
    )


def _blocks() -> rx.Component:
    return part(
        "blokkering",
        _count(privacy.blocks, "blokkering"),
        meaning("blokkering"),
        rows(
            privacy.blocks,
            lambda one: row([one.what, _since(one)], _withdraw(one)),
            text("privacy.blokkering.heading"),
        ),
        wrong(privacy.wrong, privacy.wrong_at == "blokkering"),
        rx.cond(blocking.chosen == "", _who(), _sure()),
    )


def _who() -> rx.Component:
    return aksel.vstack(
        search_for(
            blocking,
            text("privacy.blokkering.name"),
            blocking.choose,
            blocking.chosen,
            "privacy.blokkering.choose",
            id=WORDS,
        ),
        wrong(blocking.wrong),
        gap="space-12",
    )


def _sure() -> rx.Component:
    return aksel.local_alert(
        aksel.local_alert_header(
            aksel.local_alert_title(text("privacy.blokkering.sure", name=blocking.name), as_="h3")
        ),
        aksel.local_alert_content(
            aksel.body_long(text("privacy.blokkering.always"), spacing=True),
            aksel.body_long(text("privacy.blokkering.undo"), spacing=True),
            wrong(blocking.wrong),
            aksel.hstack(
                aksel.button(text("privacy.blokkering.confirm"), size="small", on_click=blocking.confirm),
                aksel.button(
                    text("privacy.cancel"), size="small", variant="secondary", on_click=blocking.leave
                ),
                gap="space-8",
                wrap=True,
            ),
        ),
        status="warning",
        id=SURE,
        tab_index=-1,
    )


def _consents() -> rx.Component:
    return part(
        "samtykke",
        _count(privacy.consents, "samtykke"),
        meaning("samtykke"),
        rows(
            privacy.consents,
            lambda one: row([one.what, _since(one)], _withdraw(one)),
            text("privacy.samtykke.heading"),
        ),
        wrong(privacy.wrong, privacy.wrong_at == "samtykke"),
    )


def _reservation() -> rx.Component:
    reserved = privacy.reservations.length() > 0
    return part(
        "reservasjon",
        rx.cond(reserved, text("privacy.reservasjon.some"), text("privacy.reservasjon.none")),
        meaning("reservasjon"),
        rx.el.ul(
            *[
                rx.el.li(text(f"privacy.reservasjon.{key}"))
                for key in ("deleted", "later", "stays", "journal", "back")
            ],
            class_name="own-list privacy-text",
        ),
        rows(
            privacy.reservations,
            lambda one: row(
                [
                    text("privacy.reservasjon.since", since=one.since),
                    text_by("privacy.reservasjon.deletion", one.deletion, "done"),
                ],
                _withdraw(one),
            ),
            text("privacy.reservasjon.heading"),
        ),
        rx.cond(
            ~reserved,
            rx.cond(
                privacy.reserving,
                _reserving(),
                aksel.button(
                    text("privacy.reservasjon.begin"),
                    size="small",
                    variant="secondary",
                    on_click=privacy.begin_reservation,
                    class_name="own-more",
                ),
            ),
            wrong(privacy.wrong, privacy.wrong_at == "reservasjon"),
        ),
    )


def _reserving() -> rx.Component:
    return aksel.local_alert(
        aksel.local_alert_header(aksel.local_alert_title(text("privacy.reservasjon.sure"), as_="h3")),
        aksel.local_alert_content(
            aksel.body_long(text("privacy.reservasjon.final"), spacing=True),
            aksel.checkbox(
                text("privacy.reservasjon.understand"),
                checked=privacy.understood,
                on_change=privacy.understand,
                size="small",
            ),
            wrong(privacy.wrong, privacy.wrong_at == "reservasjon"),
            aksel.hstack(
                aksel.button(
                    text("privacy.reservasjon.confirm"),
                    size="small",
                    data_color="danger",
                    on_click=privacy.reserve,
                ),
                aksel.button(
                    text("privacy.cancel"),
                    size="small",
                    variant="secondary",
                    on_click=privacy.leave_reservation,
                ),
                gap="space-8",
                wrap=True,
                padding_block="space-12 0",
            ),
        ),
        status="warning",
        id=RESERVE,
        tab_index=-1,
    )


def _past() -> rx.Component:
    def one(past: Any) -> rx.Component:
        return row(
            [
                rx.fragment(text_by("privacy.kind", past.kind, "sperring"), ": ", _named(past)),
                text("privacy.past.line", since=past.since, ended=past.ended),
            ]
        )

    return part(
        "past",
        text("privacy.past.some", count=privacy.past.length()),
        meaning("past"),
        rows(privacy.past, one, text("privacy.past.heading")),
    )
