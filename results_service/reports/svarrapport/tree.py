"""The message as plain nodes that remember what has been read.

One pass over the lxml tree; after it nothing touches libxml2. Whatever no reader took is listed with its
path, so that nothing of a message is lost without a trace.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1024)
def local_name(tag: str) -> str:
    """`{namespace}Name` → `Name`."""
    return tag.rpartition("}")[2]


class Node:
    """An element: local name, text, attributes, children. Reading a part of it marks that part as taken."""

    __slots__ = (
        "_element",
        "attrs",
        "attrs_taken",
        "children",
        "parent",
        "tag",
        "tail",
        "taken",
        "text",
        "text_taken",
    )

    def __init__(self, element: Any, parent: Node | None) -> None:
        self.tag = local_name(element.tag)
        self.text: str = element.text or ""
        self.tail: str = element.tail or ""
        self.attrs: dict[str, str] = dict(element.items())
        self.children: list[Node] = []
        self.parent = parent
        self.taken = False
        self._element = element
        self.text_taken = False
        self.attrs_taken = False

    @property
    def line(self) -> int | None:
        """The line of the element in the message as received."""
        line = self._element.sourceline
        return int(line) if line else None

    @property
    def path(self) -> str:
        """The way from the root, without the root itself; positions where siblings share the name."""
        steps = []
        node: Node | None = self
        while node is not None and node.parent is not None:
            steps.append(node.step)
            node = node.parent
        return "/".join(reversed(steps))

    @property
    def step(self) -> str:
        """This node's part of a path: its name, numbered from 1 when it has siblings of the same name."""
        if self.parent is None:
            return self.tag
        alike = [child for child in self.parent.children if child.tag == self.tag]
        return self.tag if len(alike) == 1 else f"{self.tag}[{alike.index(self) + 1}]"

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
            node.tail = ""
            stack.extend(node.children)

    def leftovers(self) -> list[str]:
        """Paths of everything below that holds something and was not taken; a whole subtree is one path."""
        found: list[str] = []
        stack = [self]
        while stack:
            node = stack.pop()
            found.extend(_own_leftovers(node))
            for child in reversed(node.children):
                if child.tail.strip():
                    found.append(f"{child.path}/following-text()")
                if child.taken:
                    stack.append(child)
                elif _holds_something(child):
                    found.append(child.path)
        return found


def build(root: Any) -> Node:
    """An lxml element with all below it, comments and processing instructions left out → nodes."""
    top = Node(root, None)
    top.tail = ""
    stack = [(top, root)]
    while stack:
        parent, element = stack.pop()
        for child in element:
            if isinstance(child.tag, str):
                node = Node(child, parent)
                parent.children.append(node)
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


def _own_leftovers(node: Node) -> Iterator[str]:
    if not node.text_taken and node.text.strip():
        yield f"{node.path}/text()" if node.parent else "text()"
    if not node.attrs_taken and any("}" not in name and value for name, value in node.attrs.items()):
        yield f"{node.path}/attributes()" if node.parent else "attributes()"


def _holds_something(node: Node) -> bool:
    stack = [node]
    while stack:
        current = stack.pop()
        if current.text.strip() or any("}" not in name and v for name, v in current.attrs.items()):
            return True
        if any(child.tail.strip() for child in current.children):
            return True
        stack.extend(current.children)
    return False
