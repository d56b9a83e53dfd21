"""The lists of messages, the reasons that operators give, and the refusals that are told in words."""

from __future__ import annotations

LISTS = ("open", "asked", "rejected", "resolved")
WHOSE = ("mine", "free")
OVERTAKEN = ("changed-meanwhile", "taken-by-other", "not-waiting", "judgement-unfit")
REPLAY_REASONS = ("fault-fixed", "sender-registered", "codes-loaded", "time-has-come")
RESOLVE_REASONS = ("handled-with-sender", "sent-again", "sent-in-error", "not-for-this-service")
CORRECTION_REASONS = ("sender-told-in-writing", "sender-told-by-telephone", "technical-fault-in-file")
ASK_REASONS = ("send-corrected", "confirm", "withdraw")
CONFLICTS = (
    *("held-stays-held", "original-gone", "not-waiting", "not-opened", "judgement-unfit"),
    *("note-length", "note-number", "correction-same", "correction-other-person"),
    *("correction-other-sender", "correction-unreadable", "correction-nobody", "correction-elsewhere"),
    *("changed-meanwhile", "taken-by-other", "find-length", "find-number"),
)
"""Refusals that say something about the message, not about a fault of ours."""
