"""Agreements on seeing results before they are assessed, as a part of the page."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.citizen.privacy.agreements import Agreements
from portal.citizen.privacy.parts import meaning, part, row, rows, small_button, wrong
from portal.frame.acting import acting
from portal.ui.text import text

agreements: Any = Agreements  # Reflex turns a state's attributes into Vars, which types do not tell


def earlier_viewing() -> rx.Component:
    """The part of the page, when they are of whom the page names."""
    return rx.cond(
        agreements.of == acting.handle,
        part(
            "agreement",
            rx.cond(
                agreements.holding.length() > 0,
                text("privacy.agreement.some", count=agreements.holding.length()),
                text("privacy.agreement.none"),
            ),
            meaning("agreement"),
            rows(agreements.holding, _holding, text("privacy.agreement.heading")),
            wrong(agreements.wrong),
            rows(agreements.ended, _ended, text("privacy.agreement.ended")),
        ),
    )


def _holding(one: Any) -> rx.Component:
    end = small_button("privacy.agreement.end", agreements.end(one.id), one.place)
    return row([one.place, one.by, text("privacy.since", since=one.since)], end)


def _ended(one: Any) -> rx.Component:
    return row([one.place, one.by, text("privacy.past.line", since=one.since, ended=one.ended)])
