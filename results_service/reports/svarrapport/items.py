"""Reading ResultItem: investigations, results, comments and the items nested in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from results_service.reports.svarrapport.moments import parse_moment
from results_service.reports.svarrapport.parties import read_party
from results_service.reports.svarrapport.parts import (
    Code,
    DateResult,
    DiagComment,
    Fact,
    Interval,
    Item,
    NumResult,
    Quantity,
    Result,
    StructuredInfo,
    TextResult,
)
from results_service.reports.svarrapport.tree import Node
from results_service.reports.svarrapport.values import Values, read_code

MAX_DEPTH = 32
_WORDS_ALONE = "?"
_TYPES = frozenset(("", "N", "M", "C", "H", "A"))
_STATUSES = frozenset(("", *(str(n) for n in range(1, 16))))


class Keys:
    """Gives each item a key that is the same in every version: its id, else its place among its likes."""

    def __init__(self) -> None:
        self.ids: Counter[str] = Counter()
        self._likes: Counter[str] = Counter()

    def key(self, parent: str, identifier: str, codes: tuple[Code, ...], result: Result | None) -> str:
        if identifier:
            self.ids[identifier] += 1
            count = self.ids[identifier]
            return f"id:{identifier}" if count == 1 else f"id:{identifier}#{count}"
        like = f"{parent}/{_likeness(codes, result)}"
        self._likes[like] += 1
        return f"{like}#{self._likes[like]}"


def _likeness(codes: tuple[Code, ...], result: Result | None) -> str:
    """What tells an item without id from its neighbours: its first code, else the heading of its text."""
    if codes:
        return codes[0].value or codes[0].text
    if isinstance(result, TextResult) and result.heading:
        return result.heading.value
    return ""


def read_items(values: Values, patient: Node) -> tuple[Item, ...]:
    """Every ResultItem below Patient with all that is nested in it."""
    keys = Keys()
    found = _read_all(values, patient.every("ResultItem"), keys, ("", "ServReport/Patient/ResultItem"), 1)
    if any(count > 1 for count in keys.ids.values()):
        values.note("result-id-duplicate", path="ServReport/Patient/ResultItem")
    return found


def _read_all(
    values: Values, nodes: Sequence[Node], keys: Keys, above: tuple[str, str], depth: int
) -> tuple[Item, ...]:
    """The items of one level. `above`: the key of the parent, and the path they share."""
    if not nodes:
        return ()
    parent, path = above
    paths = [path] if len(nodes) == 1 else [f"{path}[{n}]" for n in range(1, len(nodes) + 1)]
    return tuple(
        [_read(values, node, keys, (parent, path), depth) for node, path in zip(nodes, paths, strict=True)]
    )


def _read(values: Values, node: Node, keys: Keys, above: tuple[str, str], depth: int) -> Item:
    parent, path = above
    codes, specs, investigation_comments = _read_investigations(values, node)
    result = _read_result(values, node)
    identifier = values.text(node, "IdResultItem")
    key = keys.key(parent, identifier, codes, result)
    nested_at = (key, f"{path}/ResultItem")
    if depth == MAX_DEPTH and "ResultItem" in node.by_tag:
        values.note("results-too-deep", node)
    nested = node.every("ResultItem") if depth < MAX_DEPTH else ()
    diag = node.first("DiagComment")
    return Item(
        key=key,
        id=identifier,
        ref_id=values.text(node, "RefIdResultItem"),
        serv_type=_known(values, node, "ServType", _TYPES, "item-type-unknown"),
        status=_known(values, node, "StatusInvestigation", _STATUSES, "item-status-unknown"),
        codes=codes,
        specs=specs,
        investigation_comments=investigation_comments,
        result=result,
        ref_intervals=_read_ref_intervals(values, node),
        deviation=values.code(node, "DevResultInd", "8244"),
        comment=values.text(node, "Comment"),
        date=values.moment(node, "InvDate"),
        status_change_date=values.moment(node, "StatusChangeDate"),
        description_date=values.moment(node, "DescrDate"),
        counter_sign_date=values.moment(node, "CounterSignDate"),
        validation_date=values.moment(node, "MedicalValidationDate"),
        specimen_ids=values.texts(node, "RefAnalysedSubject"),
        accredited=values.flag(node, "Accredited"),
        performers=tuple(
            [read_party(values, party, f"{path}/RelServProv") for party in node.every("RelServProv")]
        ),
        diag_comment=_read_diag_comment(values, diag) if diag else None,
        structured=tuple([_read_structured(values, info) for info in node.every("StructuredInfo")]),
        children=_read_all(values, nested, keys, nested_at, depth + 1),
        line=node.line,
        path=path,
    )


def _known(values: Values, node: Node, tag: str, known: frozenset[str], rule: str) -> str:
    """The V of a code; one outside its set is noted and kept, so that it can be shown as unknown.

    Words without a code are outside every set: what they say must not pass for what is inherited.
    """
    child = node.first(tag)
    if child is None:
        return ""
    attrs = child.read_attrs()
    value = attrs.get("V", "").strip() or (_WORDS_ALONE if attrs.get("DN", "").strip() else "")
    if value not in known:
        values.note(rule, child)
        values.leave(child)
    return value


def _read_investigations(
    values: Values, node: Node
) -> tuple[tuple[Code, ...], tuple[Code, ...], tuple[str, ...]]:
    """(codes, specifications, comments) of every Investigation."""
    codes: list[Code] = []
    specs: list[Code] = []
    comments: list[str] = []
    for investigation in node.every("Investigation"):
        codes.extend(values.codes(investigation, "Id"))
        specs.extend(values.codes(investigation, "Spec"))
        comments.extend(values.texts(investigation, "Comment"))
    return tuple(codes), tuple(specs), tuple(comments)


def _read_ref_intervals(values: Values, node: Node) -> tuple[str, ...]:
    return tuple([text for child in node.every("RefInterval") if (text := values.verbatim(child, "Descr"))])


def _read_result(values: Values, node: Node) -> Result | None:
    """The one result of an item, of whatever kind; what stands beside it, against the schema, is left."""
    if num := node.first("NumResult"):
        return _read_num(values, num)
    if text := node.first("TextResult"):
        return _read_text(values, text)
    if date := node.first("DateResult"):
        return _read_date(date)
    if interval := node.first("Interval"):
        return Interval(values.quantity(interval, "Low"), values.quantity(interval, "High"))
    return None


def _read_num(values: Values, node: Node) -> NumResult | None:
    comparator = values.value(node, "ArithmeticComp")
    quantity = values.quantity(node, "NumResultValue")
    if comparator and not quantity:
        values.leave(node)
    return NumResult(quantity, comparator) if quantity else None


def _read_text(values: Values, node: Node) -> TextResult:
    heading = values.code(node, "Heading", "8243")
    text, xhtml = values.rich(node, "TextResultValue")
    return TextResult(heading, text, xhtml, values.codes(node, "TextCode"), values.text(node, "Unit"))


def _read_date(node: Node) -> DateResult | None:
    child = node.first("DateResultValue")
    if child is None:
        return None
    sent = child.read_attrs().get("V", "").strip() or child.read_text()
    return DateResult(parse_moment(sent), sent) if sent else None


def _read_diag_comment(values: Values, node: Node) -> DiagComment | None:
    concept = values.code(node, "Concept")
    modifiers = [
        (values.code(modifier, "Name", "7305") or Code(), values.codes(modifier, "Value"))
        for modifier in node.every("Modifier")
    ]
    if concept is None and not modifiers:
        return None
    return DiagComment(concept or Code(), tuple(modifiers))


def _read_structured(values: Values, node: Node) -> StructuredInfo:
    facts: list[Fact] = []
    for child in [child for child in node.children if child.tag in _FACTS]:
        child.taken = True
        fact = _FACTS[child.tag](values, child)
        if fact is not None:
            facts.append(fact)
    return StructuredInfo(values.code(node, "Type") or Code(), tuple(facts))


def _text_fact(values: Values, node: Node) -> Fact | None:
    text = values.text(node, "Text")
    return Fact("text", text) if text else None


def _integer_fact(values: Values, node: Node) -> Fact | None:
    text = values.text(node, "Integer")
    return Fact("integer", text) if text else None


def _quantity_fact(values: Values, node: Node) -> Fact | None:
    quantity: Quantity | None = values.quantity(node, "Quantity")
    return Fact("quantity", quantity.value, quantity.unit) if quantity else None


def _code_fact(_values: Values, node: Node) -> Fact | None:
    child = node.first("Code")
    code = read_code(child) if child else None
    return Fact("code", code=code) if code else None


def _flag_fact(values: Values, node: Node) -> Fact | None:
    flag = values.flag(node, "Flag")
    return None if flag is None else Fact("flag", "true" if flag else "false")


_FACTS = {
    "TextInfo": _text_fact,
    "IntegerInfo": _integer_fact,
    "PhysicalInfo": _quantity_fact,
    "CodedInfo": _code_fact,
    "BooleanInfo": _flag_fact,
}
