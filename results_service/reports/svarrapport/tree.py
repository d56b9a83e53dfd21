"""The message as plain nodes that remember what has been read.

One pass over the lxml tree; after it only lines and paths are asked of libxml2. Whatever no reader took is
listed with its path, so that nothing of a message is lost without a trace. Nodes do not know their parent:
without circles they are freed at once, and a path is worked out only for the few nodes it is asked for.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

_NO_CHILDREN: dict[str, list[Node]] = {}
_KITH = ("V", "DN", "S", "OT", "U")  # the attributes of CS, CV, TS, PQ, BL


class _Names(dict[str, str]):
    """`{namespace}Name` → `Name`, each worked out once; senders choose names, so that it must not grow."""

    def __missing__(self, tag: str) -> str:
        if len(self) >= _MOST_NAMES:
            self.clear()
        name = self[tag] = sys.intern(tag.rpartition("}")[2])
        return name


_MOST_NAMES = 1024
_names = _Names()


def local_name(tag: str) -> str:
    """`{namespace}Name` → `Name`."""
    return _names[tag]


class Node(Struct, gc=False, eq=False):
    """An element: local name, text, attributes, children. Reading a part of it marks that part as taken.

    `is_mixed`: text of its own stands between its children or after them. `attrs_taken`: those that kith's
    types have; `swallowed`: all of it.
    """

    element: Any
    tag: str
    text: str
    tail: str
    attrs: list[tuple[str, str]]
    children: Sequence[Node]
    by_tag: dict[str, list[Node]]
    is_mixed: bool = False
    taken: bool = False
    text_taken: bool = False
    attrs_taken: bool = False
    swallowed: bool = False

    def __repr__(self) -> str:
        return f"Node({self.tag})"  # what stands in it is about a patient

    @property
    def line(self) -> int | None:
        """The line of the element in the message as received."""
        line = self.element.sourceline
        return int(line) if line else None

    def first(self, tag: str) -> Node | None:
        """The first child of that name that nobody has taken; it is taken now."""
        for child in self.by_tag.get(tag, ()):
            if not child.taken:
                child.taken = True
                return child
        return None

    def every(self, tag: str) -> Sequence[Node]:
        """All children of that name; they are taken now."""
        found = self.by_tag.get(tag, ())
        for child in found:
            child.taken = True
        return found

    def read_text(self) -> str:
        """The node's own text without the white space around it (kith ST)."""
        self.text_taken = True
        return self.text.strip()

    def read_raw(self) -> str:
        """The node's own text exactly as sent."""
        self.text_taken = True
        return self.text

    def read_attrs(self) -> dict[str, str]:
        """The attributes (kith CS, CV, TS, PQ, BL)."""
        self.attrs_taken = True
        return dict(self.attrs)

    def swallow(self) -> None:
        """Take the node with all that is below it, as read or deliberately not given out."""
        stack = [self]
        while stack:
            node = stack.pop()
            node.taken = node.text_taken = node.attrs_taken = node.swallowed = True
            node.is_mixed = False
            stack.extend(node.children)


def build(root: Any) -> Node:
    """An lxml element with all below it, comments and processing instructions left out → nodes."""
    top = Node(root, _names[root.tag], root.text or "", "", root.items(), (), _NO_CHILDREN)
    stack = [top] if len(root) else []
    while stack:
        _fill(stack.pop(), stack)
    return top


def _fill(parent: Node, stack: list[Node]) -> None:
    """Give a node its children; those that have some themselves are put on the stack."""
    children: list[Node] = []
    by_tag: dict[str, list[Node]] = {}
    parent.children, parent.by_tag = children, by_tag
    for element in parent.element:
        tag, tail = element.tag, element.tail or ""
        if type(tag) is str:
            name = _names[tag]
            node = Node(element, name, element.text or "", tail, element.items(), (), _NO_CHILDREN)
            children.append(node)
            if name in by_tag:
                by_tag[name].append(node)
            else:
                by_tag[name] = [node]
            if len(element):
                stack.append(node)
        elif tail and not tail.isspace():
            _append_text(parent, children, tail)
        if tail and not tail.isspace():
            parent.is_mixed = True


def _append_text(parent: Node, children: list[Node], text: str) -> None:
    """Text after a comment belongs to whatever stands before the comment."""
    if children:
        children[-1].tail += text
    else:
        parent.text += text


def paths(top: Node, nodes: Iterable[Node]) -> list[str]:
    """The paths of some nodes, in their order; numbered from 1 among siblings of one name, "" for the top."""
    return element_paths({top.element: ""}, (node.element for node in nodes))


def element_paths(known: dict[Any, str], elements: Iterable[Any]) -> list[str]:
    """The same of lxml elements, below some whose paths are known."""
    return [_path(element, known) for element in elements]


def _path(element: Any, known: dict[Any, str]) -> str:
    """The path of an element below one whose path is known; siblings' paths are noted on the way."""
    way = []
    while element not in known:
        way.append(element)
        element = element.getparent()
    found = known[element]
    for child in reversed(way):
        _name_children(child.getparent(), known)
        found = known[child]
    return found


def _name_children(parent: Any, known: dict[Any, str]) -> None:
    """Add the paths of all children of an element whose own path is known."""
    above = known[parent]
    children = [(child, local_name(child.tag)) for child in parent if isinstance(child.tag, str)]
    counts = Counter(tag for _, tag in children)
    seen: Counter[str] = Counter()
    for child, tag in children:
        seen[tag] += 1
        step = tag if counts[tag] == 1 else f"{tag}[{seen[tag]}]"
        known[child] = f"{above}/{step}" if above else step


def leftovers(top: Node) -> list[str]:
    """Paths of everything that holds something and was not taken; a whole subtree is one path."""
    hits = _untaken(top)
    if not hits:
        return []
    where = paths(top, (node for node, _ in hits))
    return [path + part for path, (_, part) in zip(where, hits, strict=True)]


def _untaken(top: Node) -> list[tuple[Node, str]]:
    """(node, "" or which part of it) in document order."""
    found: list[tuple[Node, str]] = []
    stack = [top]
    while stack:
        node = stack.pop()
        if not node.taken and node is not top:
            if _holds_something(node):
                found.append((node, ""))
            continue
        if not node.text_taken and node.text and not node.text.isspace():
            found.append((node, "/text()"))
        if node.attrs and not node.swallowed and _says_something(node.attrs, _KITH * node.attrs_taken):
            found.append((node, "/attributes()"))
        if node.is_mixed:
            found.extend((c, "/following-text()") for c in node.children if c.tail and not c.tail.isspace())
        if node.children:
            stack.extend(reversed(node.children))
    return found


def _says_something(attrs: list[tuple[str, str]], read: tuple[str, ...] = ()) -> bool:
    """Whether an attribute of the message's own (not xsi), besides those read, has a value."""
    for name, value in attrs:  # noqa: SIM110 - half the time of any()
        if value and name not in read and "}" not in name:
            return True
    return False


def _holds_something(node: Node) -> bool:
    stack = [node]
    while stack:
        current = stack.pop()
        if current.text.strip() or _says_something(current.attrs):
            return True
        if any(child.tail.strip() for child in current.children):
            return True
        stack.extend(current.children)
    return False
