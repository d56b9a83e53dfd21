"""Citizens' pages: what was fetched for one person is never shown under another's name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import reflex as rx

import portal.portal  # noqa: F401 - every state is there before a page is made, as in the product
from portal.citizen.access_log.view import access_log_view
from portal.citizen.journal.view import own_journal_view
from portal.citizen.notices.view import notices_view
from portal.citizen.privacy.view import privacy_view
from portal.citizen.results.view import own_results_view

ACTING = "acting.handle_rx_state_"


def conditions(view: rx.Component, mark: str) -> Iterator[list[str]]:
    """For each place where `mark` stands: the conditions it is shown under, outermost first."""

    def within(part: Any, under: list[str]) -> Iterator[list[str]]:
        if "cond_state" in part:
            said = str(part["cond_state"])
            yield from within(part["true_value"], [*under, said])
            yield from within(part["false_value"], [*under, f"!({said})"])
            return
        own = {key: value for key, value in part.items() if key != "children"}
        if mark in str(own):
            yield under
        for child in part.get("children", ()):
            yield from within(child, under)

    yield from within(view.render(), [])


def is_of_whom_the_page_names(under: list[str], state: str) -> bool:
    return any(f"{state}.of_rx_state_" in one and ACTING in one and "===" in one for one in under)


PARTS = [
    (own_results_view, "own_results", '"data-testid":"own-reports"'),
    (own_results_view, "own_results", "own_results.replaced"),
    (own_results_view, "own_orders", '"data-testid":"own-orders"'),
    (own_results_view, "own_over_time", '"data-testid":"own-values"'),
    (own_journal_view, "own_journal", '"data-testid":"own-journal"'),
    (access_log_view, "access_log", '"data-testid":"access-log"'),
    (notices_view, "notices", '"data-testid":"notices"'),
    (privacy_view, "privacy", '"data-testid":"part-sperring"'),
    (privacy_view, "agreements", '"data-testid":"part-agreement"'),
]


@pytest.mark.parametrize(("view", "state", "mark"), PARTS)
def test_what_was_fetched_for_one_is_not_shown_under_the_name_of_another(
    view: Callable[[], rx.Component], state: str, mark: str
) -> None:
    found = [*conditions(view(), mark)]
    assert found
    assert all(is_of_whom_the_page_names(under, state) for under in found)


def test_ordered_tests_are_shown_where_results_are_refused_or_down() -> None:
    (found,) = conditions(own_results_view(), '"data-testid":"own-orders"')
    assert not any("own_results.loaded" in one or "own_results.problem" in one for one in found)
