"""Text with markup: TextResultValue may hold an XHTML subset (HIS 80822, TextResultValue is anyType).

The plain text keeps every line break; the markup is rebuilt from an allow-list, without attributes, and goes
through nh3 as a second wall.
"""

from __future__ import annotations

import re
from html import escape

import nh3

from results_service.reports.svarrapport.tree import Node

_INLINE = frozenset({"b", "strong", "i", "em", "u", "sub", "sup", "span", "small", "code"})
_BLOCK = frozenset(
    {"p", "div", "ul", "ol", "li", "table", "thead", "tbody", "tr", "pre", "blockquote", "h1", "h2", "h3"}
)
_CELL = frozenset({"td", "th"})
_VOID = frozenset({"br", "hr"})
ALLOWED = set(_INLINE | _BLOCK | _CELL | _VOID)
_DROPPED = frozenset({"script", "style", "object", "iframe", "head", "title"})
_MANY_BREAKS = re.compile(r"\n{3,}")
_TRAILING = re.compile(r"[ \t]+\n")
_FOLDED = re.compile(r"[ \t\r\n]+")
_HTML_VOID = re.compile(r"<(br|hr)>")


def plain(text: str) -> str:
    """Text without markup: line breaks as `\\n`, no white space around it."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip()


def read_markup(node: Node) -> tuple[str, str]:
    """A text element → (plain text, sanitised XHTML or "" where no markup was sent). The node is taken."""
    if not node.children:
        return plain(node.read_raw()), ""
    text, html = _Writer().run(node)
    node.swallow()
    cleaned = nh3.clean(html, tags=ALLOWED, attributes={}, url_schemes=set(), link_rel=None)
    cleaned = _HTML_VOID.sub(r"<\1/>", cleaned)
    return text, f'<div xmlns="http://www.w3.org/1999/xhtml">{cleaned.strip()}</div>' if text else ""


class _Writer:
    """Writes plain text and markup side by side in one walk, without recursion."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.html: list[str] = []

    def run(self, node: Node) -> tuple[str, str]:
        self._words(node.text)
        # Entries: a node to open, or (closing tag, break?, text after it).
        stack: list[Node | tuple[str, bool, str]] = list(reversed(node.children))
        while stack:
            entry = stack.pop()
            if isinstance(entry, Node):
                self._open(entry, stack)
            else:
                self._close(*entry)
        text = _TRAILING.sub("\n", "".join(self.text))
        return _MANY_BREAKS.sub("\n\n", text).strip(), "".join(self.html)

    def _open(self, node: Node, stack: list[Node | tuple[str, bool, str]]) -> None:
        tag = node.tag.lower()
        if tag in _DROPPED:
            self._words(node.tail)
            return
        if tag in _VOID:
            self.html.append(f"<{tag}/>")
            self.text.append("\n")
            self._words(node.tail)
            return
        known = tag in ALLOWED
        if tag in _BLOCK:
            self._break()
        elif tag in _CELL and self.text and not self.text[-1].endswith("\n"):
            self.text.append("\t")
        self.html.append(f"<{tag}>" if known else "")
        stack.append((f"</{tag}>" if known else "", tag in _BLOCK, node.tail))
        stack.extend(reversed(node.children))
        self._words(node.text)

    def _close(self, tag: str, is_block: bool, tail: str) -> None:
        self.html.append(tag)
        if is_block:
            self._break()
        self._words(tail)

    def _words(self, text: str) -> None:
        """Running text; white space counts once, as in XHTML."""
        if not text:
            return
        folded = _FOLDED.sub(" ", text)
        if not self.text or self.text[-1].endswith(("\n", " ")):
            folded = folded.lstrip(" ")
        self.text.append(folded)
        self.html.append(escape(text, quote=False))

    def _break(self) -> None:
        if self.text and not self.text[-1].endswith("\n"):
            self.text.append("\n")
