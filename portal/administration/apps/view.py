"""The list of apps, and one opened: what it may, on what agreement, and the decision."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.administration.apps.state import AppsKept
from portal.administration.shared import choice, codes, columns, role_of, scrolling
from portal.frame.apps import use_view
from portal.frame.states import empty_view, loading_view, problem_view
from portal.ui import aksel
from portal.ui.text import text, text_by

REASONS = ("reviewed", "agreement", "agreement-ended", "security", "incident", "not-needed", "correction")
_COLOURS = {"approved": "success", "suspended": "danger", "withdrawn": "neutral"}
seen: Any = AppsKept  # Reflex turns a state's attributes into Vars, which types do not tell


def apps_view() -> rx.Component:
    """The whole page."""
    again = aksel.button(text("administration.again"), size="small", variant="secondary", on_click=seen.load)
    return aksel.vstack(
        rx.el.h1(text("apps.kept.heading"), tab_index=-1, class_name="ops-h1"),
        aksel.body_long(text("apps.kept.lead"), class_name="own-lead"),
        rx.cond(seen.problem != "", problem_view(seen.problem, seen.problem_code, again)),
        rx.el.div(
            rx.cond(
                seen.done != "",
                aksel.alert(text_by("apps.done", seen.done, "approved"), variant="success", size="small"),
            ),
            role="status",
            custom_attrs={"data-testid": "outcome"},
        ),
        rx.cond(
            seen.opened.key != "",
            _opened(),
            rx.fragment(
                rx.cond(seen.loaded, _list(), rx.cond(seen.problem == "", loading_view(6))),
                rx.cond(seen.loaded, rx.cond(seen.entering, _application(), _offer_to_enter())),
            ),
        ),
        gap="space-20",
    )


def _list() -> rx.Component:
    return rx.cond(
        seen.found.length() > 0,
        scrolling(
            text("apps.kept.heading"),
            aksel.table(
                columns("apps.column", ("name", "organisation", "state", "until", "do"), right=("do",)),
                aksel.table_body(rx.foreach(seen.found, _row)),
                size="small",
                zebra_stripes=True,
                custom_attrs={"data-testid": "apps"},
            ),
        ),
        empty_view(text("apps.kept.none"), text("apps.kept.none_help")),
    )


def _offer_to_enter() -> rx.Component:
    return aksel.button(
        text("apps.enter"),
        size="small",
        variant="secondary",
        on_click=seen.enter(True),
        class_name="own-more",
        custom_attrs={"data-testid": "enter"},
    )


def _application() -> rx.Component:
    """The vendor's application, pasted as it came."""
    fault = rx.cond(
        seen.fault_field == "application", text_by("apps.application", seen.fault, "body-invalid"), ""
    )
    return rx.el.form(
        aksel.vstack(
            aksel.textarea(
                label=text("apps.paste"),
                description=text("apps.paste_help"),
                name="application",
                min_rows=6,
                error=fault,
                custom_attrs={"data-testid": "application"},
            ),
            aksel.hstack(
                aksel.button(text("apps.propose"), type="submit", size="small"),
                aksel.button(
                    text("apps.leave"),
                    type="button",
                    size="small",
                    variant="secondary",
                    on_click=seen.enter(False),
                ),
                gap="space-8",
                wrap=True,
            ),
            gap="space-16",
        ),
        on_submit=seen.propose,
        class_name="app-application",
    )


def _row(one: Any) -> rx.Component:
    return aksel.table_row(
        aksel.table_header_cell(one.name, rx.el.div(one.vendor, class_name="ops-subtle"), scope="row"),
        aksel.table_data_cell(one.organisation),
        aksel.table_data_cell(_state(one)),
        aksel.table_data_cell(one.until),
        aksel.table_data_cell(
            aksel.button(
                text("apps.open_details"),
                rx.el.span(" ", one.name, ", ", one.organisation, class_name="akson-hidden"),
                size="xsmall",
                variant="secondary",
                on_click=seen.open(one.key),
            ),
            align="right",
        ),
    )


def _state(one: Any) -> rx.Component:
    colour = rx.match(one.state, *_COLOURS.items(), "warning")
    return aksel.tag(text_by("apps.state", one.state, "proposed"), size="small", data_color=colour)


def _opened() -> rx.Component:
    one = seen.opened
    return aksel.vstack(
        aksel.button(
            text("administration.back"),
            size="small",
            variant="tertiary",
            on_click=seen.close,
            class_name="own-more",
        ),
        aksel.heading(one.name, level="2", size="medium"),
        aksel.hstack(_state(one), aksel.body_short(one.organisation), gap="space-8", wrap=True),
        aksel.body_long(one.purpose, class_name="own-lead"),
        use_view(one),
        _facts(one),
        rx.cond(
            one.next.to(list[str]).length() > 0,
            _decision(one),
            aksel.body_long(text("apps.kept.ended")),
        ),
        _history(),
        gap="space-16",
        align="start",
        custom_attrs={"data-testid": "app-opened"},
    )


def _facts(one: Any) -> rx.Component:
    def fact(key: str, *value: Any) -> rx.Component:
        return rx.fragment(rx.el.dt(text(f"apps.fact.{key}")), rx.el.dd(*value))

    roles = rx.foreach(
        one.roles.to(list[str]), lambda role: aksel.tag(role_of(role), size="small", variant="outline")
    )
    return rx.el.dl(
        fact("vendor", one.vendor),
        fact("client", one.client_id),
        fact("roles", rx.cond(one.roles.to(list[str]).length() > 0, roles, text("apps.all_roles"))),
        fact("address", rx.cond(one.address != "", one.address, text("apps.no_address"))),
        fact("agreement", one.agreement),
        fact("until", one.until),
        rx.cond(one.decided_by != "", fact("decided", one.decided_by, " ", one.decided_on)),
        class_name="app-use",
    )


def _history() -> rx.Component:
    return rx.cond(
        seen.steps.length() > 0,
        rx.el.section(
            aksel.heading(text("apps.history"), level="3", size="small", spacing=True),
            rx.el.ol(
                rx.foreach(seen.steps, _step),
                class_name="app-history",
                custom_attrs={"data-testid": "app-history"},
            ),
        ),
    )


def _step(step: Any) -> rx.Component:
    return rx.el.li(
        rx.el.strong(step.day),
        " ",
        text_by("apps.state", step.state, "proposed"),
        rx.cond(step.asked, rx.fragment(", ", text("apps.asked"))),
        rx.cond(step.who != "", rx.fragment(" · ", step.who)),
        rx.cond(
            step.reason != "proposed", rx.fragment(": ", text_by("apps.reason", step.reason, "correction"))
        ),
    )


def _decision(one: Any) -> rx.Component:
    return rx.el.form(
        aksel.vstack(
            choice(
                seen,
                "state",
                text("apps.decision"),
                rx.foreach(
                    one.next.to(list[str]),
                    lambda state: rx.el.option(text_by("apps.decide", state, "withdrawn"), value=state),
                ),
            ),
            choice(seen, "reason", text("administration.reason"), codes("apps.reason", REASONS)),
            rx.cond(
                (seen.fault != "") & (seen.fault_field == ""),
                aksel.alert(text_by("apps.fault", seen.fault, "other"), variant="warning", size="small"),
            ),
            aksel.button(text("apps.save"), type="submit", size="small"),
            gap="space-16",
            align="start",
        ),
        on_submit=seen.decide,
    )
