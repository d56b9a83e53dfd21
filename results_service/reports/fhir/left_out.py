"""What a reader must be told is not here: parts of a message that found no place and may bear on the results.

The operator has every path (the intake record); whoever reads the report is told that something is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_NUMBER = re.compile(r"\[\d+\]")
# Who sent, asked and pays, addresses and further ids: nothing that a result is read by.
_ADMINISTRATIVE = re.compile(
    r"(?!ServReport(/|$)).*"  # the envelope
    r"|(ServReport/)(.*/)?(ServProvider|Requester|RelServProv|ResponsibleHcp|CopyDest|PaymentResponsible)(/.*)?"
    r"|ServReport/(Ack|ServReq|ServReq/(ServType|Ack))"
    r"|ServReport/Patient/(IdByServProvider|IdByRequester|Relation|AdditionalId|AdmLocation)(/.*)?"
    r"|ServReport/Patient/(AnalysedSubject/)+ServType"
)
_ONE = "1 opplysning i meldingen fra laboratoriet har ikke plass her og vises ikke. Spør laboratoriet."
_SEVERAL = "{} opplysninger i meldingen fra laboratoriet har ikke plass her og vises ikke. Spør laboratoriet."


def left_out(unmapped: Iterable[str]) -> int:
    """How many of the unmapped paths may bear on the results."""
    plain = {path: _NUMBER.sub("", path) for path in unmapped}
    return sum(1 for path in plain.values() if not _ADMINISTRATIVE.fullmatch(path))


def notice_of(unmapped: Iterable[str]) -> str:
    """The sentence for the reader; "" when nothing of that kind is left out."""
    count = left_out(unmapped)
    return "" if not count else _ONE if count == 1 else _SEVERAL.format(count)
