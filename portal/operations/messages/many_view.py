"""Messages by what is wrong and whose they are, and the same for all messages of one such cause."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.operations.messages.letter_view import asking_select, letter_text
from portal.operations.messages.many import Many
from portal.operations.messages.message_view import reasons
from portal.operations.messages.reasons import ASK_REASONS, REPLAY_REASONS, RESOLVE_REASONS
from portal.operations.messages.state import WorkList
from portal.ui import aksel
from portal.ui.text import text, text_by

work: Any = WorkList
many: Any = Many
_COLUMNS = ("wrong", "sender", "count", "oldest", "taken")


def causes_view() -> rx.Component:
    """A line for each cause: how many, the oldest, how many somebody has taken."""
    return rx.el.section(
        aksel.heading(text("team.causes.heading"), level="2", size="small", spacing=True),
        rx.el.div(
            aksel.table(
                aksel.table_header(
                    aksel.table_row(
                        *[
                            aksel.table_column_header(
                                text(f"team.causes.{column}"),
                                scope="col",
                                align="right" if column in ("count", "taken") else "left",
                            )
                            for column in _COLUMNS
                        ],
                        aksel.table_column_header(text("operations.column.open"), scope="col", align="right"),
                    )
                ),
                aksel.table_body(rx.foreach(work.causes, _cause)),
                size="small",
                custom_attrs={"data-testid": "causes"},
            ),
            class_name="ops-scroll ops-list",
            tab_index=0,
            role="region",
            aria_label=text("team.causes.heading"),
        ),
    )


def _cause(one: Any) -> rx.Component:
    wrong = text_by("operations.code", one.code, "other", otherwise=one.code)
    return aksel.table_row(
        aksel.table_header_cell(wrong, scope="row", class_name="ops-wraps"),
        aksel.table_data_cell(one.sender),
        aksel.table_data_cell(
            one.count, rx.el.span(" ", text("team.causes.messages"), class_name="ops-narrow"), align="right"
        ),
        aksel.table_data_cell(
            rx.el.span(text("team.causes.oldest"), ": ", class_name="ops-narrow"),
            one.oldest,
            rx.el.div(age(one), class_name="ops-subtle"),
        ),
        aksel.table_data_cell(
            rx.cond(one.taken > 0, one.taken, ""),
            rx.cond(one.taken > 0, rx.el.span(" ", text("team.causes.taken"), class_name="ops-narrow")),
            align="right",
        ),
        aksel.table_data_cell(
            aksel.button(
                text("operations.show"),
                rx.el.span(" ", wrong, ", ", one.sender, class_name="akson-hidden"),
                size="xsmall",
                variant="secondary",
                on_click=work.choose_cause(one.code, one.key, one.sender),
            ),
            align="right",
        ),
    )


def age(row: Any) -> Any:
    """How long a message has waited."""
    units = ("days", "day", "hours", "hour", "minutes", "minute")
    cases = [(unit, text(f"operations.age.{unit}", count=row.age)) for unit in units]
    return rx.match(row.age_unit, *cases, text("operations.age.now"))


def many_view() -> rx.Component:
    """What was done with many, and, when a cause is chosen, what can be done with all of it."""
    return rx.fragment(
        rx.el.div(
            rx.cond(
                (many.action != "") & (many.at == work.turned),
                aksel.alert(
                    rx.cond(
                        many.busy,
                        text("team.many.under_way", done=many.done, left=many.left),
                        rx.match(
                            many.action,
                            *[
                                (one, text(f"team.many.did.{one}", count=many.done))
                                for one in ("replay", "resolve", "take", "ask", "reopen")
                            ],
                            "",
                        ),
                    ),
                    variant="info",
                    size="small",
                ),
            ),
            role="status",
            custom_attrs={"data-testid": "many-done"},
        ),
        rx.cond(work.code != "", _chosen()),
    )


def _chosen() -> rx.Component:
    return aksel.box(
        rx.el.h2(
            text_by("operations.code", work.code, "other", otherwise=work.code),
            rx.cond(work.sender_name != "", rx.fragment(" – ", work.sender_name)),
            " (",
            work.total,
            ")",
            id="cause-heading",
            tab_index=-1,
            class_name="ops-h2",
        ),
        aksel.hstack(
            aksel.button(
                text("team.causes.all"),
                size="small",
                variant="secondary",
                on_click=work.all_causes,
                custom_attrs={"data-testid": "show-all"},
            ),
            rx.cond(
                work.which != "resolved",
                _button("take", text("team.many.take")),
            ),
            rx.cond(
                (work.which == "resolved") | (work.which == "asked"), _button("reopen", text("team.reopen"))
            ),
            gap="space-12",
            wrap=True,
        ),
        rx.cond(
            (work.total > 0) & (work.which != "resolved"),
            aksel.read_more(
                aksel.hgrid(
                    rx.cond(work.rows[0].replay == "held", rx.fragment(), _replay()),
                    rx.cond(work.which != "rejected", _resolve()),
                    rx.cond((work.which == "open") & (work.sender != ""), _letter()),
                    columns={"xs": 1, "md": 2},
                    gap="space-24",
                ),
                header=text("team.many.heading", count=work.total),
                size="small",
                class_name="ops-caption",
            ),
        ),
        padding="space-16",
        border_width="1",
        border_color="neutral-subtle",
        border_radius="8",
    )


def _button(action: str, label: Any) -> rx.Component:
    return aksel.button(
        label,
        size="small",
        variant="secondary",
        loading=many.busy,
        on_click=getattr(many, action),
        custom_attrs={"data-testid": f"{action}-all"},
    )


def _replay() -> rx.Component:
    return rx.el.form(
        aksel.vstack(
            aksel.heading(text("operations.replay.title"), level="3", size="xsmall"),
            aksel.body_long(text("operations.replay.help")),
            reasons("operations.replay_reason", REPLAY_REASONS),
            _send(text("operations.replay_all", count=work.total), "replay-all"),
            gap="space-12",
            align="start",
        ),
        on_submit=many.replay,
    )


def _resolve() -> rx.Component:
    """The browser does not send the form before it is ticked that all of them are meant."""
    return rx.el.form(
        aksel.vstack(
            aksel.heading(text("operations.resolve.title"), level="3", size="xsmall"),
            aksel.body_long(text("operations.resolve.help")),
            reasons("operations.resolve_reason", RESOLVE_REASONS),
            aksel.checkbox(
                text("team.many.sure", count=work.total), size="small", custom_attrs={"required": True}
            ),
            _send(text("team.many.resolve", count=work.total), "resolve-all"),
            gap="space-12",
            align="start",
        ),
        on_submit=many.resolve,
    )


def _send(label: Any, name: str) -> rx.Component:
    return aksel.button(
        label, type="submit", size="small", loading=many.busy, custom_attrs={"data-testid": name}
    )


def _letter() -> rx.Component:
    """One text for all of them, and the note that it was sent."""
    letter = text(
        "team.letter.many",
        sender=work.sender_name,
        count=many.named,
        wrong=text_by("operations.code", work.code, "other", otherwise=work.code),
        code=work.code,
        lines=many.lines,
        ask=text_by("team.letter.ask_many", many.asking, ASK_REASONS[0]),
    )
    of = (many.of[0] == work.code) & (many.of[1] == work.sender) & (many.of[2] == work.whose)
    written = (many.lines != "") & of
    return aksel.vstack(
        aksel.heading(text("team.letter.title"), level="3", size="xsmall"),
        aksel.body_long(text("team.letter.help")),
        asking_select(many, "asking-all"),
        rx.cond(
            written,
            rx.fragment(
                rx.cond(
                    many.left_out > 0,
                    aksel.body_short(text("team.letter.left_out", count=many.left_out), weight="semibold"),
                ),
                letter_text(
                    letter,
                    aksel.button(
                        text("team.letter.do_many", count=many.named),
                        size="small",
                        loading=many.busy,
                        on_click=many.ask,
                        custom_attrs={"data-testid": "ask-all"},
                    ),
                    "letter-all",
                ),
            ),
            aksel.button(
                text("team.letter.write", count=work.total),
                size="small",
                on_click=many.write,
                custom_attrs={"data-testid": "write-letter"},
            ),
        ),
        gap="space-12",
        align="start",
    )
