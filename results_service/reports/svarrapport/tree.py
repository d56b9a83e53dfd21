"""The message as plain nodes that remember what has been read.

One pass over the lxml tree; after it nothing touches libxml2. Whatever no reader took is listed with its
path, so that nothing of a message is lost without a trace. Nodes do not know their parent: without circles
they are freed at once, and a path is worked out only for the few nodes it is asked for.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

_NOTHING: dict[str, str] = {}


@lru_cache(maxsize=1024)
def local_name(tag: str) -> str:
    """`{namespace}Name` → `Name`."""
    return sys.intern(tag.rpartition("}")[2])


class Node:
    """An element: local name, text, attributes, children. Reading a part of it marks that part as taken."""

    __slots__ = ("_element", "attrs", "attrs_taken", "children", "tag", "tail", "taken", "text", "text_taken")

    def __init__(self, element: Any, tag: str) -> None:
        self.tag = tag
        self.text: str = element.text or ""
        self.tail: str = element.tail or ""
        items = element.items()
        self.attrs: dict[str, str] = dict(items) if items else _NOTHING
        self.children: list[Node] = []
        self.taken = False
        self.text_taken = False
        self.attrs_taken = False
        self._element = element

    @property
    def line(self) -> int | None:
        """The line of the element in the message as received."""
        line = self._element.sourceline
        return int(line) if line else None

    def first(self, tag: str) -> Node | None:
        """The first child of that name that nobody has taken; it is taken now."""
        for child in self.children:
            if child.tag == tag and not child.taken:
                child.taken = True
                return child
        return None

    def every(self, tag: str) -> list[Node]:
        """All children of that name; they are taken now."""
        found = [child for child in self.children if child.tag == tag]
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
        return self.attrs

    def swallow(self) -> None:
        """Take the node with all that is below it, as read or deliberately not given out."""
        stack = [self]
        while stack:
            node = stack.pop()
            node.taken = node.text_taken = node.attrs_taken = True
            for child in node.children:
                child.tail = ""
            stack.extend(node.children)


def build(root: Any) -> Node:
    """An lxml element with all below it, comments and processing instructions left out → nodes."""
    top = Node(root, local_name(root.tag))
    top.tail = ""
    stack = [(top, root)]
    while stack:
        parent, element = stack.pop()
        children = parent.children
        for child in element:
            tag = child.tag
            if isinstance(tag, str):
                node = Node(child, local_name(tag))
                children.append(node)
                if len(child):
                    stack.append((node, child))
            elif child.tail and child.tail.strip():
                _append_text(parent, child.tail)
    return top


def _append_text(parent: Node, text: str) -> None:
    """Text after a comment belongs to whatever stands before the comment."""
    if parent.children:
        parent.children[-1].tail += text
    else:
        parent.text += text


def paths(top: Node, nodes: Iterable[Node]) -> list[str]:
    """The paths of some nodes, in their order; numbered from 1 among siblings of one name, "" for the top."""
    wanted = list(nodes)
    if not wanted:
        return []
    parents = _parents(top)
    known: dict[int, str] = {id(top): ""}
    for node in wanted:
        way = []
        while id(node) not in known:
            way.append(node)
            node = parents[id(node)]  # noqa: PLW2901 - climbing
        for child in reversed(way):
            _name_children(parents[id(child)], known)
    return [known[id(node)] for node in wanted]


def _parents(top: Node) -> dict[int, Node]:
    found: dict[int, Node] = {}
    stack = [top]
    while stack:
        node = stack.pop()
        for child in node.children:
            found[id(child)] = node
        stack.extend(node.children)
    return found


def _name_children(parent: Node, known: dict[int, str]) -> None:
    """Add the paths of all children of a node whose own path is known."""
    above = known[id(parent)]
    counts = Counter(child.tag for child in parent.children)
    seen: Counter[str] = Counter()
    for child in parent.children:
        seen[child.tag] += 1
        step = child.tag if counts[child.tag] == 1 else f"{child.tag}[{seen[child.tag]}]"
        known[id(child)] = f"{above}/{step}" if above else step


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
        if node.attrs and not node.attrs_taken and _says_something(node.attrs):
            found.append((node, "/attributes()"))
        children = node.children
        if children:
            found.extend((c, "/following-text()") for c in children if c.tail and not c.tail.isspace())
            stack.extend(reversed(children))
    return found


def _says_something(attrs: dict[str, str]) -> bool:
    """Whether an attribute of the message's own (not xsi) has a value."""
    return any(value and "}" not in name for name, value in attrs.items())


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
