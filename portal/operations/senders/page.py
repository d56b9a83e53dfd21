"""Senders: who has gone quiet, and how much each sends."""

from __future__ import annotations

import reflex as rx

from portal.operations.senders.state import Senders
from portal.operations.senders.view import senders_view

load = Senders.load


def senders_page() -> rx.Component:
    """The page's content, within the frame."""
    return senders_view()
