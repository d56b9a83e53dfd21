"""Notices by e-mail: what such a mail says, how things stand, and what one can do."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.citizen.notices.email import FORM, SAID, Email
from portal.frame.acting import OWN, acting
from portal.ui import aksel
from portal.ui.text import text, text_by

email: Any = Email  # Reflex turns a state's attributes into Vars, which types do not tell


def notices_by_email() -> rx.Component:
    """The part of the page; nothing while one acts for another."""
    return rx.cond((acting.handle == OWN) & (email.standing != ""), _part())


def _part() -> rx.Component:
    return rx.el.section(
        aksel.heading(text("notices.email.heading"), level="2", size="small"),
        aksel.body_long(text("notices.email.lead"), class_name="own-lead"),
        rx.el.div(
            rx.cond(
                email.said != "",
                aksel.alert(
                    text_by("notices.email.said", email.said, "off"), variant="success", size="small"
                ),
            ),
            role="status",
            id=SAID,
            tab_index=-1,
        ),
        rx.cond(
            email.available,
            rx.match(
                email.standing,
                ("none", _address_form("notices.email.save")),
                ("waiting", _waiting()),
                ("refused", _refused()),
                _confirmed(),
            ),
            rx.fragment(
                aksel.alert(text("notices.email.unavailable"), variant="info", size="small"),
                rx.cond(email.standing != "none", _off()),
            ),
        ),
        class_name="log-download email-part",
        custom_attrs={"data-testid": "email"},
    )


def _address_form(button: str, *beside: rx.Component) -> rx.Component:
    return rx.el.form(
        aksel.text_field(
            label=text("notices.email.address"),
            value=email.written,
            on_change=lambda value: email.write("written", value),
            type="email",
            auto_complete="email",
            max_length=254,
            size="small",
            id=FORM,
        ),
        _wrong(),
        aksel.hstack(
            aksel.button(text(button), type="submit", size="small"), *beside, gap="space-8", wrap=True
        ),
        on_submit=lambda _: email.save(),
        class_name="privacy-form",
        no_validate=True,
    )


def _waiting() -> rx.Component:
    return rx.cond(
        email.changing,
        _changing(),
        aksel.vstack(
            aksel.body_short(text("notices.email.waiting", address=email.address)),
            rx.el.form(
                aksel.text_field(
                    label=text("notices.email.code"),
                    value=email.code,
                    on_change=lambda value: email.write("code", value),
                    input_mode="numeric",
                    auto_complete="one-time-code",
                    max_length=7,
                    size="small",
                ),
                _wrong(),
                aksel.button(text("notices.email.confirm"), type="submit", size="small"),
                on_submit=lambda _: email.confirm(),
                class_name="privacy-form",
            ),
            aksel.hstack(
                _button("send_again", email.send_again),
                _button("change", email.change(True)),
                _button("cancel", email.turn_off),
                gap="space-8",
                wrap=True,
            ),
            gap="space-12",
        ),
    )


def _refused() -> rx.Component:
    return aksel.vstack(
        aksel.alert(text("notices.email.refused", address=email.address), variant="warning", size="small"),
        _address_form("notices.email.save", _button("turn_off", email.turn_off)),
        gap="space-12",
    )


def _confirmed() -> rx.Component:
    return aksel.vstack(
        aksel.body_short(text("notices.email.on", address=email.address)),
        aksel.switch(
            text("notices.email.anytime"),
            description=text("notices.email.anytime_help"),
            checked=email.anytime,
            on_change=email.choose_times,
            size="small",
        ),
        rx.cond(
            email.changing,
            _changing(),
            aksel.vstack(
                _wrong(),
                aksel.hstack(
                    _button("change", email.change(True)),
                    _button("turn_off", email.turn_off),
                    gap="space-8",
                    wrap=True,
                ),
                gap="space-8",
            ),
        ),
        gap="space-12",
    )


def _changing() -> rx.Component:
    return _address_form("notices.email.save", _button("leave", email.change(False)))


def _off() -> rx.Component:
    return aksel.vstack(
        aksel.body_short(text("notices.email.kept", address=email.address)),
        _wrong(),
        _button("turn_off", email.turn_off),
        gap="space-8",
    )


def _button(key: str, on_click: Any) -> rx.Component:
    return aksel.button(
        text(f"notices.email.{key}"), size="small", variant="secondary", type="button", on_click=on_click
    )


def _wrong() -> rx.Component:
    return rx.el.div(
        rx.cond(
            email.wrong != "",
            aksel.alert(text_by("notices.email.wrong", email.wrong, "other"), variant="error", size="small"),
        ),
        role="alert",
    )
