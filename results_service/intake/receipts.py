"""Application receipts (AppRec 1.1 for v1.4, 1.0 for v1.3) as HIS 80415:2012 asks for them.

A message that waits for a person is safe here, so its receipt is positive at once (status 1): what is wrong
is solved with the sender by other means. Only what cannot be read or may not be sent is refused (status 2).
"""

from __future__ import annotations

import re
from datetime import datetime
from uuid import uuid5

from lxml import etree

from results_service.intake.models import Problem, Record, Status

_NAMESPACES = {
    "1.4": ("http://www.kith.no/xmlstds/apprec/2012-02-15", "v1.1 2012-02-15"),
    "1.3": ("http://www.kith.no/xmlstds/apprec/2004-11-21", "1.0 2004-11-21"),
}
_ERRORS_8221 = "2.16.578.1.12.4.1.1.8221"
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?")
# 8221 for what has a code of its own there; everything else that is refused is "other error in the content".
_CODES = {
    "not-xml": "T01",
    "not-a-svarrapport": "T10",
    "version-not-supported": "T10",
    "message-id-not-uuid": "E10",
    "sender-not-allowed": "S99",
    "sender-not-registered": "S99",
}
_OTHER = "T02"


def app_rec(record: Record) -> bytes | None:
    """The receipt as UTF-8 XML; None where the message could not be read far enough to name it."""
    if record.version is None or record.finished_at is None:
        return None
    original = record.serv_prov_id if record.version == "1.3" else record.msg_id
    if not original:
        return None
    namespace, mig = _NAMESPACES[record.version]
    root = etree.Element(f"{{{namespace}}}AppRec", nsmap={None: namespace})  # type: ignore[dict-item]
    _coded(root, "MsgType", V="APPREC", DN="Applikasjonskvittering")
    _text(root, "MIGversion", mig)
    _text(root, "SoftwareName", "Akson")
    _text(root, "GenDate", record.finished_at.isoformat(timespec="milliseconds"))
    _text(root, "Id", str(uuid5(record.id, "apprec")))
    _party(root, "Sender")
    _party(root, "Receiver", record.sender)
    _status(root, record)
    _original(root, record, original)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _status(root: etree._Element, record: Record) -> None:
    if record.status is not Status.REJECTED:
        _coded(root, "Status", V="1", DN="OK")
        return
    _coded(root, "Status", V="2", DN="Avvist")
    for problem in record.errors:
        _coded(root, "Error", V=_CODES.get(problem.code, _OTHER), S=_ERRORS_8221, DN=_line(problem))


def _line(problem: Problem) -> str:
    place = f" (line {problem.line})" if problem.line else ""
    return f"{problem.message}{place}"


def _original(root: etree._Element, record: Record, original: str) -> None:
    parent = etree.SubElement(root, _in(root, "OriginalMsgId"))
    _coded(parent, "MsgType", V="SVAR_LAB", DN="Svarrapport")
    _text(parent, "IssueDate", _date_time(record.gen_date, record.received_at))
    _text(parent, "Id", original)


def _party(root: etree._Element, role: str, key: str | None = None) -> None:
    parent = etree.SubElement(root, _in(root, role))
    institution = etree.SubElement(etree.SubElement(parent, _in(root, "HCP")), _in(root, "Inst"))
    if key is None:
        _text(institution, "Name", "Akson")
        return
    kind, _, value = key.rpartition(":")
    _text(institution, "Id", value)
    _coded(institution, "TypeId", V=kind or "ENH")


def _date_time(sent: str | None, otherwise: datetime) -> str:
    return sent if sent and _DATE_TIME.fullmatch(sent) else otherwise.isoformat(timespec="seconds")


def _text(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, _in(parent, name)).text = text


def _coded(parent: etree._Element, name: str, **attributes: str) -> None:
    etree.SubElement(parent, _in(parent, name), attributes)


def _in(element: etree._Element, name: str) -> str:
    return f"{{{etree.QName(element).namespace}}}{name}"
