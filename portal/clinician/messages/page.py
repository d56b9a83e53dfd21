"""Messages and referrals of the place one works at, and its absences."""

from __future__ import annotations

import reflex as rx

from portal.clinician.messages.absence import AbsenceState
from portal.clinician.messages.new import NewLetter
from portal.clinician.messages.state import Messages
from portal.clinician.messages.view import messages_view

load = [Messages.load, NewLetter.load, AbsenceState.load]


def unit_messages_page() -> rx.Component:
    """The page's content, within the frame (which shows whom one has open)."""
    return messages_view()
