"""One report: who and when, what stands out, its results by field of medicine, and its versions."""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.clinician.release.view import release_panel
from portal.clinician.results.back_view import back_home
from portal.clinician.results.marks import status_tags, warning
from portal.clinician.results.narrative_view import narrative
from portal.clinician.results.state import seen
from portal.clinician.results.tables_view import resistance_table, results_table
from portal.clinician.results.versions_view import old_version, versions
from portal.frame.states import problem_view
from portal.ui import aksel
from portal.ui.text import text, text_by

_REPORT: Any = seen.report


def report_view() -> rx.Component:
    """The open report."""
    return rx.el.article(
        _back(),
        report_body(),
        release_panel(_REPORT.id),
        versions(),
        class_name="results-report",
        custom_attrs={"data-testid": "report"},
    )


def report_body() -> rx.Component:
    """What the report says: heading, what stands out, results, comments."""
    return rx.fragment(
        rx.el.h1(
            rx.cond(_REPORT.kind != "", _REPORT.kind, text("results.kind_unknown")),
            id="report-heading",
            tab_index=-1,
            class_name="results-h1",
        ),
        status_tags(_REPORT.status, _REPORT.preliminary, False),
        rx.cond(_REPORT.test, rx.el.p(text("results.test_band"), class_name="results-test")),
        rx.cond(
            seen.report_problem != "",
            problem_view(seen.report_problem, seen.report_problem_code),
        ),
        old_version(),
        _facts(),
        _stands_out(),
        _comments(),
        _results(),
        _gone(),
        _facts_of(text("results.information"), _REPORT.information),
        _facts_of(text("results.samples"), _REPORT.samples, one_line=True),
    )


def _back() -> rx.Component:
    return rx.el.div(
        aksel.button(
            "← ",
            back_home(),
            size="small",
            variant="tertiary",
            on_click=seen.back_to_list,
            custom_attrs={"data-testid": "back"},
        ),
        class_name="results-noprint",
    )


def _facts() -> rx.Component:
    """Sampling, first answer and this version are three times, each named."""
    stated = (
        ("answered", _REPORT.answered),
        ("issued", _REPORT.issued),
        ("laboratory", _REPORT.laboratory),
        ("requester", _REPORT.requester),
    )
    if_stated = (("ordered", _REPORT.ordered), ("approved", _REPORT.approved), ("number", _REPORT.number))
    return rx.el.dl(
        _fact(
            rx.cond(_REPORT.discipline == "radiology", text("results.examined"), text("results.sampled")),
            rx.cond(_REPORT.sampled != "", _REPORT.sampled, text("results.not_stated")),
        ),
        *[
            _fact(text(f"results.{key}"), rx.cond(value != "", value, text("results.not_stated")))
            for key, value in stated
        ],
        *[rx.cond(value != "", _fact(text(f"results.{key}"), value)) for key, value in if_stated],
        class_name="results-facts",
    )


def _fact(name: Any, value: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(name), rx.el.dd(value))


def _stands_out() -> rx.Component:
    return rx.fragment(
        rx.cond(
            _REPORT.cancelled,
            aksel.local_alert(
                aksel.local_alert_header(aksel.local_alert_title(text("results.cancelled_title"), as_="h2")),
                aksel.local_alert_content(text("results.cancelled_body")),
                status="error",
                size="small",
                class_name="results-alert",
            ),
        ),
        rx.cond(
            _REPORT.prominent.length() > 0,
            warning(
                rx.foreach(
                    _REPORT.prominent,
                    lambda code: rx.el.p(
                        rx.el.strong(text_by("results.prominent", code, "VA")), class_name="results-line"
                    ),
                )
            ),
        ),
        rx.foreach(_REPORT.notices, _notice),
    )


def _notice(notice: Any) -> rx.Component:
    """What the service says of the report: what it is, which result, and the report to read it with."""
    return warning(
        rx.el.p(rx.el.strong(text_by("results.notice", notice.code, "other")), class_name="results-line"),
        rx.cond(
            notice.name != "",
            rx.el.p(
                notice.name,
                rx.cond(notice.stated != "", rx.el.span(": ", text("results.stated", value=notice.stated))),
                rx.cond(notice.stored != "", rx.el.span(", ", text("results.stored", value=notice.stored))),
                class_name="results-line",
            ),
        ),
        rx.cond(
            notice.report_id != "",
            aksel.button(
                text("results.open_other"),
                size="xsmall",
                variant="secondary",
                on_click=seen.open_report(notice.report_id),
            ),
        ),
    )


def _comments() -> rx.Component:
    return rx.cond(
        (_REPORT.comments.length() + _REPORT.other_codes.length()) > 0,
        rx.el.section(
            rx.el.h2(text("results.comments"), class_name="results-h2"),
            rx.foreach(_REPORT.other_codes, lambda said: rx.el.p(said, class_name="results-text")),
            rx.foreach(_REPORT.comments, lambda said: rx.el.p(said, class_name="results-text")),
            class_name="results-said",
        ),
    )


def _results() -> rx.Component:
    nothing = (_REPORT.blocks.length() == 0) & (_REPORT.resistance.drugs.length() == 0)
    has_rows = (seen.result_rows.length() > 0) | (seen.rows_hidden > 0)
    return rx.el.section(
        rx.el.h2(text("results.results"), class_name="akson-hidden"),
        rx.cond(has_rows, results_table()),
        rx.cond(_REPORT.resistance.drugs.length() > 0, resistance_table()),
        rx.cond(_REPORT.blocks.length() > 0, narrative()),
        rx.cond(
            nothing & ~has_rows & ~_REPORT.cancelled,
            rx.el.p(text("results.none"), class_name="results-subtle"),
        ),
    )


def _gone() -> rx.Component:
    return rx.cond(
        _REPORT.gone.length() > 0,
        rx.el.section(
            rx.el.h2(text("results.gone.heading"), class_name="results-h2"),
            rx.el.p(text("results.gone.help"), class_name="results-subtle"),
            rx.el.ul(rx.foreach(_REPORT.gone, rx.el.li)),
            class_name="results-said",
            custom_attrs={"data-testid": "gone"},
        ),
    )


def _facts_of(heading: Any, facts: Any, *, one_line: bool = False) -> rx.Component:
    return rx.cond(
        facts.length() > 0,
        rx.el.section(
            rx.el.h2(heading, class_name="results-h2"),
            rx.foreach(facts, _fact_line if one_line else _fact_text),
            class_name="results-section",
        ),
    )


def _fact_text(fact: Any) -> rx.Component:
    return rx.el.div(
        rx.cond(fact.heading != "", rx.el.h3(fact.heading, class_name="results-h3")),
        rx.cond(fact.text != "", rx.el.p(fact.text, class_name="results-text")),
    )


def _fact_line(fact: Any) -> rx.Component:
    return rx.el.p(
        rx.cond(fact.heading != "", rx.el.strong(fact.heading, " ")), fact.text, class_name="results-line"
    )
