"""Texts of results as plain paragraphs. Markup is read, never passed on: nothing reaches the page as HTML.

`TextResultValue` may hold an XHTML subset (svarrapport 1.4, anyType). Line breaks, paragraphs, list points
and table rows keep their lines; emphasis is kept for whole paragraphs; scripts and styles are dropped.
"""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Literal

ParagraphKind = Literal["text", "point", "heading"]

_TAGS = (
    "html|body|div|p|br|hr|strong|b|em|i|u|ul|ol|li|table|thead|tbody|tr|td|th|span|pre|h[1-6]|sub|sup|font|"
    "blockquote|dl|dt|dd|a|script|style"
)
# "p<0.05", "<5" and a lone "<b>" are text: only an element that ends, or a line break, makes a text XHTML.
_MARKUP = re.compile(
    rf"</(?:\w+:)?(?:{_TAGS})\s*>|<(?:\w+:)?(?:br|hr)\s*/?>|<(?:\w+:)?(?:{_TAGS})(?:\s[^<>]*)?/>",
    re.IGNORECASE,
)
_BLOCK = frozenset(
    ("div", "p", "hr", "ul", "ol", "table", "tr", "pre", "blockquote", "dl", "dt", "dd", "html", "body")
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_STRONG = frozenset(("strong", "b"))
_HIDDEN = frozenset(("script", "style"))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; `text` may hold line breaks, which are to be shown."""

    text: str
    kind: str = "text"
    strong: bool = False


def paragraphs(text: str) -> list[Paragraph]:
    """The paragraphs of a plain or XHTML text, in order; none for a blank text."""
    if not _MARKUP.search(text):
        plain = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n ")
        return [Paragraph(part.strip("\n")) for part in re.split(r"\n\s*\n", plain) if part.strip()]
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.done()


def plain(text: str) -> str:
    """The same as one text with line breaks."""
    return "\n".join(part.text for part in paragraphs(text))


class _Reader(HTMLParser):
    """Collects paragraphs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._found: list[Paragraph] = []
        self._pieces: list[tuple[str, bool]] = []
        self._kind: ParagraphKind = "text"
        self._strong = 0
        self._hidden = 0
        self._verbatim = 0

    def handle_starttag(
        self,
        tag: str,
        attrs: list[tuple[str, str | None]],  # noqa: ARG002 - the parser's signature
    ) -> None:
        """Starts a line, a paragraph or an emphasis."""
        name = tag.rpartition(":")[2]
        self._hidden += name in _HIDDEN
        self._strong += name in _STRONG
        self._verbatim += name == "pre"
        if name == "br":
            self._pieces.append(("\n", False))
        elif name in ("td", "th"):
            self._pieces.append((" · " if self._has_text() else "", False))
        elif name == "li":
            self._flush("point")
        elif name in _HEADINGS:
            self._flush("heading")
        elif name in _BLOCK:
            self._flush("text")

    def handle_endtag(self, tag: str) -> None:
        """Ends what the start tag began."""
        name = tag.rpartition(":")[2]
        self._hidden = max(0, self._hidden - (name in _HIDDEN))
        self._strong = max(0, self._strong - (name in _STRONG))
        self._verbatim = max(0, self._verbatim - (name == "pre"))
        if name in _BLOCK or name in _HEADINGS or name == "li":
            self._flush("text")

    def handle_data(self, data: str) -> None:
        """Text; whitespace means nothing outside pre."""
        if self._hidden:
            return
        self._pieces.append((data if self._verbatim else re.sub(r"\s+", " ", data), self._strong > 0))

    def _has_text(self) -> bool:
        return any(piece.strip() for piece, _ in self._pieces)

    def _flush(self, next_kind: ParagraphKind) -> None:
        joined = "".join(piece for piece, _ in self._pieces)
        lines = joined if self._verbatim else "\n".join(line.strip() for line in joined.split("\n"))
        if lines.strip():
            strong = all(bold for piece, bold in self._pieces if piece.strip(" \n·"))
            self._found.append(Paragraph(lines.strip("\n "), self._kind, strong))
        self._pieces, self._kind = [], next_kind

    def done(self) -> list[Paragraph]:
        """What was read."""
        self._flush("text")
        return self._found
