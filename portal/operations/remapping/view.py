"""Which messages, what that touches, the order, and how far the orders are."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.frame.states import empty_view, loading_view, problem_view
from portal.operations.remapping.state import REASONS, Remapping
from portal.ui import aksel
from portal.ui.forms import done_view
from portal.ui.text import text, text_by

seen: Any = Remapping  # Reflex turns a state's attributes into Vars, which types do not tell
KINDS = ("CLIN", "MBIO", "MGEN", "FARM", "IMTR", "PAT", "RAD", "NUK", "LAB", "AN", "HIST", "CYTO")
NUMBERS = ("changed", "failed", "gone")


def remapping_view() -> rx.Component:
    """The whole page."""
    return aksel.vstack(
        aksel.heading(text("operations.remap.heading"), level="1", size="large"),
        aksel.body_long(text("operations.remap.help"), class_name="own-lead"),
        rx.cond(
            seen.problem != "",
            problem_view(
                seen.problem,
                seen.problem_code,
                aksel.button(
                    text("operations.again"), size="small", variant="secondary", on_click=seen.refresh
                ),
            ),
        ),
        rx.cond(
            seen.loaded,
            aksel.vstack(
                _form(),
                _reach(),
                done_view(seen.ordered, text("operations.remap.ordered")),
                _orders(),
                gap="space-24",
            ),
            rx.cond(seen.problem == "", loading_view(6)),
        ),
        gap="space-16",
    )


def _form() -> rx.Component:
    return rx.el.form(
        aksel.vstack(
            aksel.hstack(
                _choice(
                    "sender",
                    "all_sender",
                    rx.foreach(seen.senders, lambda s: rx.el.option(s.name, value=s.key)),
                ),
                _choice(
                    "kind",
                    "all_kind",
                    rx.fragment(
                        *[rx.el.option(text(f"operations.kind.{code}"), value=code) for code in KINDS]
                    ),
                ),
                _day("first"),
                _day("last"),
                gap="space-16",
                wrap=True,
            ),
            _fault("period-invalid", "day-missing"),
            aksel.button(
                text("operations.remap.ask"),
                type="submit",
                size="small",
                variant="secondary",
                custom_attrs={"data-testid": "ask"},
            ),
            gap="space-12",
            align="start",
        ),
        on_submit=seen.ask,
    )


def _choice(field: str, everything: str, options: rx.Component) -> rx.Component:
    return aksel.select(
        rx.el.option(text(f"operations.volumes.{everything}"), value=""),
        options,
        label=text(f"operations.volumes.column.{field}"),
        name=field,
        size="small",
        custom_attrs={"data-testid": f"remap-{field}"},
    )


def _day(field: str) -> rx.Component:
    return aksel.text_field(
        label=text(f"operations.remap.{field}"),
        name=field,
        type="date",
        size="small",
        custom_attrs={"data-testid": field},
    )


def _fault(*codes: str) -> rx.Component:
    about = [seen.fault == code for code in codes]
    here = about[0] if len(about) == 1 else about[0] | about[1]
    return rx.cond(
        here,
        aksel.alert(
            text_by("operations.remap.fault", seen.fault, "other"),
            variant="warning",
            size="small",
            role="alert",
        ),
    )


def _reach() -> rx.Component:
    """What it touches is told before anything can be ordered."""
    return rx.cond(
        seen.asked,
        aksel.box(
            rx.el.p(
                text("operations.remap.reach", messages=seen.messages, originals=seen.originals),
                role="status",
                custom_attrs={"data-testid": "reach"},
            ),
            rx.cond(
                seen.originals > 0,
                rx.el.form(
                    aksel.vstack(
                        aksel.select(
                            rx.el.option(text("operations.remap.choose"), value=""),
                            *[
                                rx.el.option(text(f"operations.remap.reason.{code}"), value=code)
                                for code in REASONS
                            ],
                            label=text("operations.remap.why"),
                            name="reason",
                            size="small",
                            custom_attrs={"data-testid": "remap-reason"},
                        ),
                        _fault("reason-missing"),
                        aksel.button(
                            text("operations.remap.do"),
                            type="submit",
                            size="small",
                            custom_attrs={"data-testid": "order"},
                        ),
                        gap="space-12",
                        align="start",
                    ),
                    on_submit=seen.order,
                ),
            ),
            padding="space-16",
            border_width="1",
            border_color="neutral-subtle",
            border_radius="8",
        ),
    )


def _orders() -> rx.Component:
    columns = ("which", "why", "made", "done", *NUMBERS)
    return rx.el.section(
        aksel.hstack(
            aksel.heading(text("operations.remap.orders"), level="2", size="medium"),
            aksel.button(
                text("operations.remap.refresh"), size="xsmall", variant="tertiary", on_click=seen.refresh
            ),
            gap="space-16",
            align="center",
        ),
        rx.cond(
            seen.orders.length() > 0,
            rx.el.div(
                aksel.table(
                    aksel.table_header(
                        aksel.table_row(
                            *[
                                aksel.table_column_header(
                                    text(f"operations.remap.column.{c}"),
                                    scope="col",
                                    align="right" if c in NUMBERS else "left",
                                )
                                for c in columns
                            ]
                        )
                    ),
                    aksel.table_body(rx.foreach(seen.orders, _order)),
                    size="small",
                    zebra_stripes=True,
                    custom_attrs={"data-testid": "orders"},
                ),
                class_name="ops-scroll",
                tab_index=0,
                role="region",
                aria_label=text("operations.remap.orders"),
            ),
            empty_view(text("operations.remap.none"), text("operations.remap.none_help")),
        ),
    )


def _order(one: Any) -> rx.Component:
    return aksel.table_row(
        aksel.table_header_cell(
            rx.cond(one.sender != "", one.sender, text("operations.volumes.all_sender")),
            ", ",
            rx.cond(
                one.kind != "",
                text_by("operations.kind", one.kind, "other"),
                text("operations.volumes.all_kind"),
            ),
            rx.el.br(),
            one.first,
            "–",
            one.last,
            scope="row",
        ),
        aksel.table_data_cell(text_by("operations.remap.reason", one.reason, "codes-loaded")),
        aksel.table_data_cell(one.made, rx.el.br(), one.by),
        aksel.table_data_cell(
            text("operations.remap.of", done=one.done, total=one.total),
            rx.el.br(),
            rx.cond(
                one.state == "finished",
                aksel.tag(text("operations.remap.finished"), size="xsmall", variant="success-moderate"),
                rx.el.span(one.share, " %"),
            ),
        ),
        *[aksel.table_data_cell(value, align="right") for value in (one.changed, one.failed, one.gone)],
    )
