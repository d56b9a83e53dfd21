"""Changes of register rows as JSON → lines to read: what changed, from what to what, by whom and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from portal.administration.shared import columns, role_of, scrolling, shown_day
from portal.ui import aksel
from portal.ui.dates import show_moment
from portal.ui.text import text, text_by

Json = dict[str, Any]
_DAYS = frozenset({"valid_from", "valid_to"})
_ROLES = frozenset({"role", "code"})
_SAID_ELSEWHERE = frozenset({"org_number"})


@dataclass
class Field:
    """One field of a row; `role` is true where the values are codes of roles."""

    name: str
    before: str
    after: str
    role: bool
    was: bool


@dataclass
class Change:
    """One change; `reason` has the prefix of its texts (`link_reason`, `substitute_reason`) in `reasons`."""

    at: str
    register: str
    name: str
    place: str
    new: bool
    source: str
    by: str
    reason: str
    reasons: str
    fields: list[Field] = field(default_factory=list)


def changes(answer: Json) -> list[Change]:
    """A page of changes."""
    return [_change(one) for one in answer.get("items", [])]


def _change(one: Json) -> Change:
    before, after = one.get("before"), one["after"]
    register = str(one["register"])
    return Change(
        at=show_moment(str(one["at"])),
        register=register,
        name=str(one.get("name") or ""),
        place=str(one.get("place") or ""),
        new=before is None,
        source=str(one["source"]),
        by=str(one.get("actor_name") or ""),
        reason=str(one.get("reason") or ""),
        reasons="substitute" if register == "gp_substitute" else "link",
        fields=_fields(before, after),
    )


def _fields(before: Json | None, after: Json) -> list[Field]:
    found = []
    for name, value in after.items():
        was = (before or {}).get(name)
        if name in _SAID_ELSEWHERE or value == was or (before is None and value is None):
            continue
        found.append(Field(name, _said(name, was), _said(name, value), name in _ROLES, before is not None))
    return found


def _said(name: str, value: Any) -> str:
    if value is None:
        return ""
    return shown_day(value) if name in _DAYS else str(value)


def changes_table(found: Any) -> rx.Component:
    """The table of changes."""
    names = ("at", "what", "who", "change", "by")
    return scrolling(
        text("administration.changes.heading"),
        aksel.table(
            columns("administration.changes.column", names),
            aksel.table_body(rx.foreach(found, _row)),
            size="small",
            zebra_stripes=True,
            custom_attrs={"data-testid": "changes"},
        ),
    )


def _row(one: Any) -> rx.Component:
    return aksel.table_row(
        aksel.table_header_cell(one.at, scope="row"),
        aksel.table_data_cell(
            text_by("administration.register_name", one.register, "other"),
            rx.cond(one.new, rx.el.span(" (", text("administration.changes.new"), ")")),
        ),
        aksel.table_data_cell(
            one.name, rx.cond(one.place != "", rx.el.div(one.place, class_name="ops-subtle"))
        ),
        aksel.table_data_cell(
            rx.el.ul(rx.foreach(one.fields.to(list[Field]), _field), class_name="ops-faults")
        ),
        aksel.table_data_cell(
            rx.cond(one.by != "", one.by, text_by("administration.source", one.source, "other")),
            rx.cond(one.reason != "", rx.el.div(_reason(one), class_name="ops-subtle")),
        ),
    )


def _reason(one: Any) -> Any:
    return rx.cond(
        one.reasons == "substitute",
        text_by("administration.substitute_reason", one.reason, "correction", otherwise=one.reason),
        text_by("administration.link_reason", one.reason, "correction", otherwise=one.reason),
    )


def _field(one: Any) -> rx.Component:
    return rx.el.li(
        text_by("administration.field", one.name, "other"),
        ": ",
        rx.cond(one.was, rx.el.span(_value(one, one.before), " → ")),
        _value(one, one.after),
    )


def _value(one: Any, value: Any) -> Any:
    return rx.cond(value == "", "–", rx.cond(one.role, role_of(value), value))
