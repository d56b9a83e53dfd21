"""Reading ServReq (the requisition) and InfItem (what it told about the patient)."""

from __future__ import annotations

from results_service.reports.svarrapport.parts import Code, InfItem, Reason, Requisition
from results_service.reports.svarrapport.tree import Node
from results_service.reports.svarrapport.values import Values

# Some systems write the word where they have no id; it must not tie two requisitions together.
_NO_ID = frozenset({"", "NULL"})


def read_requisition(values: Values, node: Node) -> Requisition:
    """ServReq → `Requisition`."""
    return Requisition(
        id=_read_id(values, node, "Id"),
        id_by_provider=_read_id(values, node, "IdByServProvider"),
        issue_date=values.moment(node, "IssueDate"),
        receipt_date=values.moment(node, "ReceiptDate"),
        payment=values.code(node, "PaymentCat", "4101"),
        kind=values.code(node, "MsgDescr", "8202"),
        priority=values.code(node, "RequestedPrioReport", "7303"),
        comment=values.text(node, "ReqComment"),
        comments=tuple(_read_reason(values, child, "8234") for child in node.every("Comment")),
        reasons=tuple(_read_reason(values, child, "8231") for child in node.every("ReasonAsText")),
        reservations=values.codes(node, "Reservation"),
    )


def _read_id(values: Values, node: Node, tag: str) -> str:
    text = values.text(node, tag)
    return "" if text.upper() in _NO_ID else text


def _read_reason(values: Values, node: Node, headings: str) -> Reason:
    heading: Code | None = values.code(node, "Heading", headings)
    text, _xhtml = values.rich(node, "TextResultValue")
    return Reason(heading, text, values.code(node, "TextCode"))


def read_info(values: Values, node: Node) -> InfItem | None:
    """InfItem → `InfItem`, None when it says nothing. A type alone says something: what was told of."""
    observation = node.first("Observation")
    kind = values.code(node, "Type", "8233") or Code()
    start, end, original = (values.moment(node, tag) for tag in ("StartDateTime", "EndDateTime", "OrgDate"))
    text, comment, coded = _read_observed(values, observation) if observation else ("", "", None)
    info = InfItem(kind, text, comment, coded, start, end, original)
    return info if info != InfItem(Code()) else None


def _read_observed(values: Values, node: Node) -> tuple[str, str, Code | None]:
    text, _xhtml = values.rich(node, "Description")
    return text, values.text(node, "Comment"), values.code(node, "CodedDescr")
