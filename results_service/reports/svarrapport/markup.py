"""Text with markup: TextResultValue may hold an XHTML subset (HIS 80822, TextResultValue is anyType).

The plain text keeps every line break; the markup is rebuilt from an allow-list, without attributes, and goes
through nh3 as a second wall. Raised and lowered digits become characters of their own: 10<sup>9</sup> is 10⁹.
"""

from __future__ import annotations

import re
from html import escape

import nh3

from results_service.reports.svarrapport.tree import Node

_INLINE = frozenset({"b", "strong", "i", "em", "u", "span", "small", "code"})
_BLOCK = frozenset(
    {"p", "div", "ul", "ol", "li", "table", "caption", "thead", "tbody", "tfoot", "tr", "pre", "blockquote"}
    | {"dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6"}
)
_CELL = frozenset({"td", "th"})
_VOID = frozenset({"br", "hr"})
_FILLED = ""  # a break that holds words, against XHTML: they follow it
ALLOWED = set(_INLINE | _BLOCK | _CELL | _VOID)
# Left out as elements, but within a line. Other unknown ones stand apart, so that no words grow together.
_RUNNING = frozenset(
    {"a", "abbr", "acronym", "big", "cite", "del", "dfn", "font", "ins", "kbd", "mark", "q", "s", "samp"}
    | {"strike", "sub", "sup", "tt", "var"}
)
_NO_WORDS = frozenset({"script", "style"})
_NOT_SHOWN = frozenset({"object", "iframe"})
_SCRIPTS = {
    "sup": str.maketrans("0123456789+-=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾"),
    "sub": str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"),
}
_MANY_BREAKS = re.compile(r"\n{3,}")
_TRAILING = re.compile(r"(?<![ \t])[ \t]+\n")  # from the first of them alone: else n spaces cost n² steps
_FOLDED = re.compile(r"[ \t\r\n]+")
_HTML_VOID = re.compile(r"<(br|hr)>")


def plain(text: str) -> str:
    """Text without markup: line breaks as `\\n`, no white space around it."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip()


def read_markup(node: Node) -> tuple[str, str]:
    """A text element → (plain text, sanitised XHTML or "" where no markup was sent).

    The node is taken, but for what has no words that could be shown (an image, an embedded document): that is
    left, so that it is listed.
    """
    if not node.children:
        return plain(node.read_raw()), ""
    writer = _Writer()
    text, html = writer.run(node)
    node.swallow()
    for left in writer.left:
        left.taken = False
    cleaned = nh3.clean(html, tags=ALLOWED, attributes={}, url_schemes=set(), link_rel=None)
    cleaned = _HTML_VOID.sub(r"<\1/>", cleaned)
    return text, f'<div xmlns="http://www.w3.org/1999/xhtml">{cleaned.strip()}</div>' if text else ""


class _Writer:
    """Writes plain text and markup side by side in one walk, without recursion."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.html: list[str] = []
        self.left: list[Node] = []
        self._above: list[str] = []

    def run(self, node: Node) -> tuple[str, str]:
        self._words(node.text)
        # Entries: a node to open, or one to close.
        stack: list[tuple[Node, bool]] = [(child, True) for child in reversed(node.children)]
        while stack:
            entry, opens = stack.pop()
            if opens:
                self._open(entry, stack)
            else:
                self._close(entry)
        text = _TRAILING.sub("\n", "".join(self.text))
        return _MANY_BREAKS.sub("\n\n", text).strip(), "".join(self.html)

    def _open(self, node: Node, stack: list[tuple[Node, bool]]) -> None:
        tag = node.tag.lower()
        if tag in _NO_WORDS or tag in _NOT_SHOWN or _is_picture(node):
            if tag not in _NO_WORDS:
                self.left.append(node)
            self._words(node.tail)
            return
        if tag in _VOID:
            self.html.append(f"<{tag}/>")
            self.text.append("\n")
            if not node.text and not node.children:
                self._words(node.tail)
                return
            tag = _FILLED
        else:
            self._begin(tag)
        self._above.append(tag)
        stack.append((node, False))
        stack.extend((child, True) for child in reversed(node.children))
        self._words(node.text)

    def _close(self, node: Node) -> None:
        tag = self._above.pop()
        if tag in ALLOWED:
            self.html.append(f"</{tag}>")
        if _stands_apart(tag):
            self._break(tag)
        self._words(node.tail)

    def _begin(self, tag: str) -> None:
        if _stands_apart(tag):
            self._break(tag)
        elif tag in _CELL and self.text and not self.text[-1].endswith("\n"):
            self.text.append("\t")
        if tag in ALLOWED:
            self.html.append(f"<{tag}>")

    def _words(self, text: str) -> None:
        """Running text; white space counts once, as in XHTML, but for what is preformatted."""
        if not text:
            return
        for tag, table in _SCRIPTS.items():
            if tag in self._above:
                text = text.translate(table)
        if "pre" in self._above:
            folded = text.replace("\r\n", "\n").replace("\r", "\n")
        else:
            folded = _FOLDED.sub(" ", text)
            if not self.text or self.text[-1].endswith(("\n", " ")):
                folded = folded.lstrip(" ")
        self.text.append(folded)
        self.html.append(escape(text, quote=False))

    def _break(self, tag: str) -> None:
        if self.text and not self.text[-1].endswith("\n"):
            self.text.append("\n")
            if tag not in ALLOWED:
                self.html.append("<br/>")


def _stands_apart(tag: str) -> bool:
    """Whether a line of its own begins and ends with an element."""
    return tag in _BLOCK or not (tag in ALLOWED or tag in _RUNNING)


def _is_picture(node: Node) -> bool:
    """An element that is there for what its attributes point at."""
    return not node.children and not node.text.strip() and node.tag.lower() in ("img", "embed", "image")
