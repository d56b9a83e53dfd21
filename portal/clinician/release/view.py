"""The panel below a report: whether the patient sees it, and releasing it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.release.state import HEADING, Release
from portal.ui import aksel
from portal.ui.text import text, text_by

release: Any = Release  # Reflex turns a state's attributes into Vars, which types do not tell


def release_panel(report_id: Any) -> rx.Component:
    """The panel for the report with this id (a Var)."""
    return rx.el.section(
        rx.cond(
            release.report == report_id,
            _panel(report_id),
            aksel.button(
                text("release.open"),
                size="small",
                variant="secondary",
                on_click=release.open(report_id),
                custom_attrs={"data-testid": "release-open"},
            ),
        ),
        class_name="release-panel results-noprint",
        custom_attrs={"data-testid": "release"},
    )


def _panel(report_id: Any) -> rx.Component:
    return aksel.box(
        aksel.vstack(
            aksel.heading(text("release.heading"), level="2", size="xsmall", id=HEADING, tab_index=-1),
            rx.el.div(
                rx.cond(release.view.stands != "", aksel.body_short(_stands())),
                role="status",
                custom_attrs={"data-testid": "release-stands"},
            ),
            rx.cond(
                release.view.done.length() > 0,
                rx.el.ul(rx.foreach(release.view.done, _done), class_name="own-list"),
            ),
            rx.cond(release.view.can_release, _form(report_id)),
            rx.cond(release.view.can_agree | (release.view.agreement != ""), _agreement(report_id)),
            rx.el.div(
                rx.cond(
                    release.wrong != "",
                    aksel.alert(
                        text_by("release.wrong", release.wrong, "other"), variant="error", size="small"
                    ),
                ),
                role="alert",
            ),
            aksel.button(
                text("release.close"),
                size="small",
                variant="tertiary",
                on_click=release.close,
                class_name="own-more",
            ),
            gap="space-12",
        ),
        padding="space-16",
        background="neutral-soft",
        border_radius="8",
    )


def _stands() -> Any:
    return rx.cond(
        (release.view.stands == "waits-2") & (release.view.by_itself != ""),
        text("release.waits_until", day=release.view.by_itself),
        text_by("release.stands", release.view.stands, "never"),
    )


def _done(done: Any) -> rx.Component:
    said = rx.cond(
        done.kind == "released",
        text("release.released_by", by=done.by, day=done.day),
        text("release.reviewed_by", by=done.by, day=done.day),
    )
    return rx.el.li(said, rx.cond(done.comment != "", rx.el.div("«", done.comment, "»")))


def _agreement(report_id: Any) -> rx.Component:
    """The standing agreement: what it means, whether there is one, and making or ending it."""
    holds = release.view.agreement != ""
    return aksel.vstack(
        aksel.heading(text("release.agreement.heading"), level="3", size="xsmall"),
        rx.cond(
            holds,
            aksel.body_short(
                text("release.agreement.holds", day=release.view.agreed_day, by=release.view.agreed_by)
            ),
            aksel.body_short(text("release.agreement.meaning")),
        ),
        aksel.button(
            rx.cond(holds, text("release.agreement.end"), text("release.agreement.make")),
            size="small",
            variant="secondary",
            loading=release.sending,
            on_click=rx.cond(holds, release.end_agreement(report_id), release.agree_on(report_id)),
            class_name="own-more",
            custom_attrs={"data-testid": "release-agreement"},
        ),
        gap="space-8",
    )


def _form(report_id: Any) -> rx.Component:
    return aksel.vstack(
        aksel.textarea(
            label=text("release.comment"),
            description=text("release.comment_help"),
            value=release.comment,
            on_change=release.write,
            max_length=2000,
            size="small",
        ),
        aksel.checkbox(text("release.agreed"), checked=release.agreed, on_change=release.agree, size="small"),
        aksel.button(
            text("release.send"),
            size="small",
            loading=release.sending,
            on_click=release.send(report_id),
            class_name="own-more",
            custom_attrs={"data-testid": "release-send"},
        ),
        gap="space-12",
    )
