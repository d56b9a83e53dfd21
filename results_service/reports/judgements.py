"""What an operator may judge of a held message, and what the store then does. One table, with reasons.

A judgement answers the one question that held the message; everything else is decided as for any message, so
that a released message can be held again for another reason.
"""

from __future__ import annotations

from msgspec import Struct

from results_service.reports.versions import HoldReason


class Judgement(Struct, frozen=True):
    """One row: the hold it answers, the kinds of message (7309) it fits, and why it is safe."""

    code: str
    answers: HoldReason
    serv_types: str
    reason: str


JUDGEMENTS = {
    judgement.code: judgement
    for judgement in (
        Judgement(
            "another-report",
            "report-number-reused",
            "NMA",
            "The laboratory used the number twice: stored as a report of its own, the earlier one untouched."
            " A later message under the number goes to the one with its sampling date and requisition, or"
            " waits.",
        ),
        Judgement(
            "report-of-its-own-person",
            "person-changed",
            "NMA",
            "The laboratory used the number for two persons: each keeps what names that person. The first"
            " report goes on telling that its number was used for somebody else; so does this one.",
        ),
        Judgement(
            "for-the-report-it-names",
            "message-id-reused",
            "MC",
            "The laboratory gave one MsgId to two messages: the change or cancellation counts for the report"
            " whose number it carries.",
        ),
    )
}


def answered_by(judgement: str | None, held: str, serv_type: str) -> bool:
    """Whether a judgement answers the hold of a message of this type."""
    row = JUDGEMENTS.get(judgement or "")
    return row is not None and row.answers == held and serv_type in row.serv_types
