"""What the administrator's pages share: faults of a form, days, and small pieces of view."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import reflex as rx

from kit.norway import OSLO
from portal.ui import aksel
from portal.ui.dates import show_day
from portal.ui.text import text, text_by

OWN_ROLES = ("pleieassistent", "hjemmehjelp", "miljoarbeider", "student", "administrativ", "annet")
LINK_REASONS = ("hired", "moved", "left", "leave", "correction")
SUBSTITUTE_REASONS = ("holiday", "illness", "leave", "vacancy", "correction")

FIELD_OF = {
    "national-id-format": "number",
    "national-id-check-digit": "number",
    "national-id-date": "number",
    "person-id-missing": "number",
    "number-of-other-name": "number",
    "too-young": "number",
    "period-backwards": "valid_to",
    "period-unlikely": "valid_from",
    "organisation-ended": "valid_from",
    "name-invalid": "family_name",
    "role-not-authorised": "role",
    "role-unknown": "role",
    "reason-unknown": "reason",
    "organisation-not-yours": "org_number",
    "hpr-invalid": "substitute_hpr",
    "own-substitute": "substitute_hpr",
    "substitute-unknown": "substitute_hpr",
    "substitute-not-authorised": "substitute_hpr",
    "substitute-overlaps": "substitute_hpr",
}
"""A refusal of the registers → the field it is about; the others are about the whole form."""
WHOLE = frozenset(
    {
        "link-overlaps",
        "changed-meanwhile",
        "office-not-yours",
        "not-oneself",
        "personnel-unknown",
        "link-unknown",
    }
    | {"gp-unknown", "body-invalid", "substitution-unknown"}
)


class FormFault(Exception):
    """A field that cannot be read: `code` is its text below `administration.fault`."""

    def __init__(self, field: str, code: str = "field-missing") -> None:
        super().__init__(code)
        self.field = field
        self.code = code


def needed(form: dict[str, Any], *fields: str) -> None:
    """Raises `FormFault` for the first of `fields` that is empty."""
    for field in fields:
        if not str(form.get(field) or "").strip():
            raise FormFault(field)


def day_of(form: dict[str, Any], field: str) -> str | None:
    """A field's day as ISO text, None when empty; raises `FormFault`."""
    value = str(form.get(field) or "").strip()
    if not value:
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise FormFault(field, "date-invalid") from None


def today() -> date:
    """Today in Norway."""
    return datetime.now(OSLO).date()


def shown_day(iso: Any) -> str:
    """`2026-11-23` → `23.11.2026`; empty for None."""
    return show_day(str(iso)) if iso else ""


def error_of(state: Any, field: str) -> Any:
    """The text of the form's fault where it is about `field`."""
    return rx.cond(state.fault_field == field, text_by("administration.fault", state.fault, "other"), "")


def outcome(state: Any) -> rx.Component:
    """What the last save did: told to screen readers as it comes."""
    return rx.el.div(
        rx.cond(
            state.done != "",
            aksel.alert(
                text_by("administration.done", state.done, "unchanged"), variant="success", size="small"
            ),
        ),
        rx.cond(
            (state.fault != "") & (state.fault_field == ""),
            aksel.alert(
                text_by("administration.fault", state.fault, "other"), variant="warning", size="small"
            ),
        ),
        role="status",
        custom_attrs={"data-testid": "outcome"},
    )


def period(one: Any) -> Any:
    """`since`–`until` in words; `until` may be empty."""
    return rx.cond(
        one.until != "",
        text("administration.from_to", since=one.since, until=one.until),
        text("administration.from_on", day=one.since),
    )


def role_of(code: Any) -> Any:
    """The name of a role."""
    return text_by("administration.role", code, "other")


def date_field(state: Any, field: str, label: Any, value: Any = "") -> rx.Component:
    """A day, by the browser's own date field."""
    return aksel.text_field(
        label=label,
        name=field,
        type="date",
        default_value=value,
        size="small",
        error=error_of(state, field),
        custom_attrs={"data-testid": field},
    )


def choice(state: Any, field: str, label: Any, options: Any) -> rx.Component:
    """A choice that must be made."""
    return aksel.select(
        rx.el.option(text("administration.choose"), value=""),
        options,
        label=label,
        name=field,
        size="small",
        error=error_of(state, field),
        custom_attrs={"data-testid": field},
    )


def codes(prefix: str, known: tuple[str, ...]) -> rx.Component:
    """Options of codes with their texts."""
    return rx.fragment(*[rx.el.option(text(f"{prefix}.{code}"), value=code) for code in known])


def scrolling(name: Any, content: rx.Component) -> rx.Component:
    """Wide tables scroll by themselves on narrow screens, by keyboard too."""
    return rx.el.div(content, class_name="ops-scroll ops-list", tab_index=0, role="region", aria_label=name)


def columns(prefix: str, names: tuple[str, ...], *, right: tuple[str, ...] = ()) -> rx.Component:
    """The head of a table."""
    return aksel.table_header(
        aksel.table_row(
            *[
                aksel.table_column_header(
                    text(f"{prefix}.{name}"), scope="col", align="right" if name in right else "left"
                )
                for name in names
            ]
        )
    )


def paging(state: Any, shown: Any, page: int) -> rx.Component:
    """Forth and back."""
    more = state.skip + page < state.total
    return rx.cond(
        state.total > page,
        aksel.hstack(
            aksel.button(
                text("administration.earlier"),
                size="small",
                variant="secondary",
                disabled=state.skip == 0,
                on_click=state.turn(-1),
            ),
            aksel.detail(
                text("administration.shown", first=state.skip + 1, count=shown, total=state.total),
                aria_live="polite",
            ),
            aksel.button(
                text("administration.later"),
                size="small",
                variant="secondary",
                disabled=rx.cond(more, False, True),
                on_click=state.turn(1),
            ),
            gap="space-12",
            align="center",
            wrap=True,
        ),
    )
