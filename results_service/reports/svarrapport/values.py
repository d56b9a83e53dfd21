"""Reading the data types of kith.xsd (CS, CV, TS, PQ, BL, ST), noting what cannot be read."""

from __future__ import annotations

from functools import lru_cache

from results_service.reports.svarrapport.markup import plain, read_markup
from results_service.reports.svarrapport.model import Issue
from results_service.reports.svarrapport.moments import parse_moment
from results_service.reports.svarrapport.parts import Code, Moment, Quantity
from results_service.reports.svarrapport.rules import issue
from results_service.reports.svarrapport.tree import Node, paths

OID = "2.16.578.1.12.4.1.1."
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


class Values:
    """Reads children of a node by name; each is read once. Faults gather until `issues` tells them."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, Node | None, str]] = []
        self._unreadable: list[Node] = []

    def note(self, code: str, node: Node | None = None, *, path: str = "") -> None:
        """Add the issue of a rule, about a node or else a path."""
        self.noted.append((code, node, path))

    def issues(self, top: Node | None = None) -> list[Issue]:
        """All that was noted, with places in the tree below `top`."""
        nodes = [node for _, node, _ in self.noted if node is not None]
        where = iter(paths(top, nodes) if top is not None else [""] * len(nodes))
        return [
            issue(code, path) if node is None else issue(code, next(where), node.line)
            for code, node, path in self.noted
        ]

    def unreadable(self, top: Node) -> list[str]:
        """The paths of dates, numbers and the like that could not be read."""
        return paths(top, self._unreadable)

    def leave(self, node: Node) -> None:
        """List a part that says something, but nothing that can be read."""
        self._unreadable.append(node)

    def text(self, node: Node, tag: str) -> str:
        """The text of a child (kith ST), line breaks kept, "" when there is none."""
        child = node.first(tag)
        return _words(child) if child else ""

    def texts(self, node: Node, tag: str) -> tuple[str, ...]:
        """The texts of all children of that name, empty ones left out."""
        nodes = node.every(tag)
        return tuple([text for child in nodes if (text := _words(child))]) if nodes else ()

    def verbatim(self, node: Node, tag: str) -> str:
        """The text of a child exactly as sent; "" when it is blank."""
        child = node.first(tag)
        if child is None:
            return ""
        text = _words(child) if child.children else child.read_raw()
        return text if text.strip() else ""

    def rich(self, node: Node, tag: str) -> tuple[str, str]:
        """(plain text, sanitised XHTML) of a child that may hold markup."""
        child = node.first(tag)
        return read_markup(child) if child else ("", "")

    def code(self, node: Node, tag: str, code_set: str = "") -> Code | None:
        """The code of a child (CS or CV). `code_set`: the set a CS belongs to, as "8244"."""
        child = node.first(tag)
        return read_code(child, code_set) if child else None

    def codes(self, node: Node, tag: str, code_set: str = "") -> tuple[Code, ...]:
        """The codes of all children of that name, empty ones left out."""
        nodes = node.every(tag)
        return tuple([code for child in nodes if (code := read_code(child, code_set))]) if nodes else ()

    def value(self, node: Node, tag: str) -> str:
        """The V of a child (CS), "" when there is none."""
        child = node.first(tag)
        return child.read_attrs().get("V", "").strip() if child else ""

    def moment(self, node: Node, tag: str) -> Moment | None:
        """The point in time of a child (TS); an unreadable one is noted and listed as unmapped."""
        child = node.first(tag)
        if child is None:
            return None
        text = child.read_attrs().get("V", "").strip() or child.read_text()
        if not text:
            return None
        moment = parse_moment(text)
        if moment is None:
            self.note("date-unreadable", child)
            self.leave(child)
        return moment

    def flag(self, node: Node, tag: str) -> bool | None:
        """The value of a child (BL); one that is neither true nor false is listed as unmapped."""
        child = node.first(tag)
        if child is None:
            return None
        said = (child.read_attrs().get("V", "").strip() or child.read_text()).lower()
        flag = _FLAGS.get(said)
        if said and flag is None:
            self.leave(child)
        return flag

    def quantity(self, node: Node, tag: str) -> Quantity | None:
        """The number and unit of a child (PQ), both verbatim; None, and listed, when it holds no number."""
        child = node.first(tag)
        if child is None:
            return None
        attrs = child.read_attrs()
        value, unit = attrs.get("V", "").strip(), attrs.get("U", "").strip()
        if unit and not value:
            self.leave(child)
        return Quantity(value, unit) if value else None


def _words(node: Node) -> str:
    """A text; one that holds markup, against the schema, is read as a result's is: no word of it is lost."""
    return read_markup(node)[0] if node.children else plain(node.read_raw())


def read_code(node: Node, code_set: str = "") -> Code | None:
    """A CS or CV; None when it says nothing. The system is the OID sent, else that of `code_set`."""
    get = node.read_attrs().get
    value = " ".join(get("V", "").split())  # xs:token
    display, original = get("DN", "").strip(), get("OT", "").strip()
    if not (value or display or original):
        return None
    system = get("S")
    system = _oid(system) if system else ""
    return Code(value, system or (OID + code_set if code_set else ""), display, original)


@lru_cache(maxsize=1024)
def _oid(sent: str) -> str:
    return "".join(sent.split()).removeprefix("urn:oid:")
