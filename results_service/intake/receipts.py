"""Application receipts (AppRec 1.1 for v1.4, 1.0 for v1.3) as HIS 80415:2012 asks for them.

A message that waits for a person is safe here, so its receipt is positive at once (status 1): what is wrong
is solved with the sender by other means. Only what cannot be read or may not be sent is refused (status 2).
"""

from __future__ import annotations

import re
from datetime import datetime
from uuid import uuid5

from lxml import etree

from kit.norway import OSLO
from results_service.intake.models import Problem, Record, Status
from results_service.reports.fhir.report import main_field
from results_service.reports.svarrapport.moments import parse_moment

_NAMESPACES = {
    "1.4": ("http://www.kith.no/xmlstds/apprec/2012-02-15", "v1.1 2012-02-15"),
    "1.3": ("http://www.kith.no/xmlstds/apprec/2004-11-21", "1.0 2004-11-21"),
}
_ERRORS_8221 = "2.16.578.1.12.4.1.1.8221"
# XML Schema dateTime (part 2, 3.2.7), whose zones end at 14 hours.
_DATE_TIME = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?"
)
# 8221 for what has a code of its own there; everything else that is refused is "other error in the content".
_CODES = {
    "not-xml": "T01",
    "message-id-missing": "T02",
    "generated-date-missing": "T02",
    "several-reports": "T02",
    "schema-element-unexpected": "T02",
    "schema-element-missing": "T02",
    "schema-content": "T02",
    "schema-attribute": "T02",
    "not-a-svarrapport": "T10",
    "unknown-message-type": "T10",
    "version-not-supported": "T10",
    "message-id-not-uuid": "E10",
    "sender-not-allowed": "S99",
    "sender-not-registered": "S99",
}
_OTHER = "X99"
_NAME = "name"


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
    _party(root, "Receiver", record.sender or record.organisation)
    _status(root, record)
    _original(root, record, original)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _status(root: etree._Element, record: Record) -> None:
    if record.status is not Status.REJECTED:
        _coded(root, "Status", V="1", DN="OK")
        return
    _coded(root, "Status", V="2", DN="Avvist")
    for problem in record.errors:
        _coded(root, "Error", V=_code(problem, record.version), S=_ERRORS_8221, DN=_line(problem))


def _code(problem: Problem, version: str | None) -> str:
    if version == "1.3" and problem.code == "several-reports":
        return _OTHER  # its schema allows them
    return _CODES.get(problem.code, _OTHER)


def _line(problem: Problem) -> str:
    place = f" (line {problem.line})" if problem.line else ""
    return f"{problem.message}{place}"


def _original(root: etree._Element, record: Record, original: str) -> None:
    parent = etree.SubElement(root, _in(root, "OriginalMsgId"))
    is_imaging = main_field(record.kind or "", "") == "BLD"
    _coded(parent, "MsgType", V="SVAR_RTG" if is_imaging else "SVAR_LAB", DN="Svarrapport")
    _text(parent, "IssueDate", _date_time(record.gen_date, record.received_at))
    _text(parent, "Id", original)


def _party(root: etree._Element, role: str, key: str | None = None) -> None:
    parent = etree.SubElement(root, _in(root, role))
    institution = etree.SubElement(etree.SubElement(parent, _in(root, "HCP")), _in(root, "Inst"))
    if key is None:
        _text(institution, "Name", "Akson")
        return
    kind, _, value = key.partition(":") if ":" in key else ("ENH", "", key)
    if kind == _NAME:  # a sender that names itself, and no id
        _text(institution, "Name", value)
        return
    _text(institution, "Id", value)
    _coded(institution, "TypeId", V=kind)


def _date_time(sent: str | None, otherwise: datetime) -> str:
    """GenDate as sent where it is a dateTime; another form of a point in time as one."""
    moment = parse_moment(sent or "")
    if sent and moment and _DATE_TIME.fullmatch(sent):
        return sent
    at = moment.at.astimezone(OSLO) if moment else otherwise
    return at.isoformat(timespec="seconds")


def _text(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, _in(parent, name)).text = text


def _coded(parent: etree._Element, name: str, **attributes: str) -> None:
    etree.SubElement(parent, _in(parent, name), attributes)


def _in(element: etree._Element, name: str) -> str:
    return f"{{{etree.QName(element).namespace}}}{name}"
