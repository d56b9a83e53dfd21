"""One's own results."""

from __future__ import annotations

import reflex as rx

from portal.citizen.results.orders import OwnOrders
from portal.citizen.results.state import OwnResults
from portal.citizen.results.view import own_results_view

load = [OwnResults.load, OwnOrders.load]


def own_results_page() -> rx.Component:
    """The page's content, within the frame."""
    return own_results_view()
