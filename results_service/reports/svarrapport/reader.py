"""The reader: an lxml tree of a svarrapport → `ReadMessage`. Never raises on what a sender can send."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from results_service.reports.svarrapport.model import Message, ReadMessage, Version
from results_service.reports.svarrapport.parts import Moment
from results_service.reports.svarrapport.report import Frame, read_report
from results_service.reports.svarrapport.tree import Node, build, leftovers, local_name
from results_service.reports.svarrapport.values import Values

VERSIONS: dict[str, Version] = {
    "http://www.kith.no/xmlstds/labsvar/2012-02-15": "1.4",
    "http://www.kith.no/xmlstds/labsvar/2008-12-01": "1.3",
}
_TEST = "TEST"
_CLOCKS_DIFFER = timedelta(days=1)  # clocks and time zones of senders that are a little wrong


def read_message(root: Any) -> ReadMessage:
    """The root element of a message (lxml) → what it says, and everything that is wrong with it.

    Takes svarrapport v1.3 and v1.4, bare or inside one MsgHead v1.2 envelope.
    """
    values = Values()
    envelope = Envelope(values, root)
    root = envelope.message
    version = VERSIONS.get(_namespace(root.tag)) if root is not None else None
    if root is None or version is None or local_name(root.tag) != "Message":
        if not values.noted:
            values.note("unknown-message-type")
        return ReadMessage(None, values.issues())
    top = build(root)
    message = _read(values, top, version, envelope)
    issues = values.issues(top)
    if any(issue.severity == "reject" for issue in issues):
        return ReadMessage(None, issues, top)
    return ReadMessage(message, issues, top)


class Envelope:
    """The MsgHead a message may come in: where the message is, and what the envelope itself says.

    `documents`: how many it holds besides the message.
    """

    def __init__(self, values: Values, root: Any) -> None:
        self.message: Any = root
        self.test = False
        self.documents = 0
        self.patients: frozenset[str] = frozenset()
        if not isinstance(root.tag, str):
            self.message = None
        elif local_name(root.tag) == "MsgHead":
            self._open(values, root)

    def _open(self, values: Values, root: Any) -> None:
        inside = [e for e in root.iter("{*}Message") if _namespace(e.tag) in VERSIONS]
        if len(inside) > 1:
            values.note("several-reports")
        self.message = inside[0] if len(inside) == 1 else None
        self.documents = sum(1 for each in root.findall("{*}Document") if self.message not in each.iter())
        status = root.find("{*}MsgInfo/{*}ProcessingStatus")
        self.test = status is not None and (status.get("V") or "").upper() in ("D", "T", _TEST)
        numbers = root.findall("{*}MsgInfo/{*}Patient/{*}Ident/{*}Id")
        self.patients = frozenset("".join((n.text or "").split()) for n in numbers) - {""}


def _namespace(tag: str) -> str:
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def _read(values: Values, top: Node, version: Version, envelope: Envelope) -> Message | None:
    """The message below the root; None when a part is missing without which nothing can be kept."""
    kind = values.value(top, "Type")
    for tag in ("MsgVersion", "MIGversion"):
        child = top.first(tag)
        if child is not None:
            child.read_text()
    generated = values.moment(top, "GenDate")
    msg_id = values.text(top, "MsgId")
    test = envelope.test or values.value(top, "Status").upper() == _TEST
    reports = top.every("ServReport")
    _check_frame(values, msg_id, generated, reports)
    if generated is None or len(reports) != 1:
        return None
    frame = Frame(version, msg_id, generated, kind, test, envelope.documents)
    message = read_report(values, reports[0], frame)
    if envelope.patients and message.patient.number not in envelope.patients:
        values.note("envelope-patient-differs", reports[0])
    unmapped = (*values.unreadable(top), *leftovers(top))
    return replace(message, unmapped=unmapped)


def _check_frame(values: Values, msg_id: str, generated: Moment | None, reports: Sequence[Node]) -> None:
    if not msg_id:
        values.note("message-id-missing")
    elif not _is_uuid(msg_id):
        values.note("message-id-not-uuid", path="MsgId")
    if generated is None:
        values.note("generated-date-missing", path="GenDate")
    elif generated.at > datetime.now(UTC) + _CLOCKS_DIFFER:
        values.note("generated-date-in-future", path="GenDate")
    if not reports:
        values.note("report-missing")
    elif len(reports) > 1:
        values.note("several-reports", reports[1])


def _is_uuid(text: str) -> bool:
    parts = text.split("-")
    if [len(part) for part in parts] != [8, 4, 4, 4, 12]:
        return False
    return all(c in "0123456789abcdefABCDEF" for part in parts for c in part)
