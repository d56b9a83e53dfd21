"""The guard: untrusted bytes → one parsed element, or a coded refusal.

Nothing is fetched, nothing is expanded, nothing is repaired. Refusals name line and place only: a parser's
own texts quote what it read, and what it read is about a patient.
"""

from __future__ import annotations

import re

from lxml import etree

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 100
MAX_ELEMENTS = 100_000
MAX_ATTRIBUTES = 100  # on one element: reading n of them takes libxml2 n² steps

# Svarrapport v1.3 and v1.4 (HIS 80822, HITS 1102:2014).
NAMESPACES = {
    "http://www.kith.no/xmlstds/labsvar/2012-02-15": "1.4",
    "http://www.kith.no/xmlstds/labsvar/2008-12-01": "1.3",
}
_OLD_NAMESPACES = frozenset(
    {
        "http://www.kith.no/xmlstds/labsvar/2005-03-14",
        "http://www.kith.no/xmlstds/labsvar/2004-09-14",
    }
)
_MSGHEAD = "http://www.kith.no/xmlstds/msghead/2006-05-24"

_BOM = b"\xef\xbb\xbf"
_FOREIGN_MARKS = {
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"\x00<": "UTF-16",
    b"<\x00": "UTF-16",
    b"\x4c\x6f\xa7\x94": "EBCDIC",
}
_DECLARATION = re.compile(
    rb"""<\?xml\s+version\s*=\s*["']1\.0["'](?:\s+encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]{0,39})["'])?"""
    rb"""(?:\s+standalone\s*=\s*["'](?:yes|no)["'])?\s*\?>"""
)
_ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "utf-8", "iso-8859-1": "iso-8859-1"}
_SPACE = b" \t\r\n"
# U+0080 to U+009F stand for nothing that can be seen; what is written so is windows-1252: a dash, a quote.
_CONTROLS = bytes(range(0x80, 0xA0))
_SEEN = dict.fromkeys(_CONTROLS, "\N{REPLACEMENT CHARACTER}")
_WRITTEN_CONTROLS = re.compile(
    rb"\xc2[\x80-\x9f]|&#0*(?:12[89]|1[34][0-9]|15[0-9]);|&#x0*[89][0-9a-f];", re.IGNORECASE
)
_VISIBLE = "\N{REPLACEMENT CHARACTER}".encode()

_count_elements = etree.XPath("count(//*)")
_too_deep = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")
_too_many_attributes = etree.XPath(f"boolean(//*[@*[{MAX_ATTRIBUTES + 1}]])")
_UNDECLARED_ENTITY = etree.ErrorTypes.ERR_UNDECLARED_ENTITY
_RESOURCE_LIMITS = frozenset(
    {
        etree.ErrorTypes.ERR_RESOURCE_LIMIT,
        etree.ErrorTypes.ERR_NAME_TOO_LONG,
        etree.ErrorTypes.ERR_ENTITY_LOOP,
    }
)


class MessageRejected(Exception):
    """Bytes that are no svarrapport. `message` tells the sender's operator what to do; no personal data."""

    def __init__(self, code: str, message: str, line: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.line = line


def read_bytes(data: bytes, *, again: bool = False) -> etree._Element:
    """The root element of a svarrapport v1.3 or v1.4: `Message`, or the `MsgHead` around it.

    `again`: an original that was accepted before. Bytes that ISO-8859-1 has no character for are then U+FFFD
    and not refused: what has had a positive receipt is not lost to a rule that came later.

    Raises `MessageRejected` with one of the codes message-empty, message-too-large, encoding-not-supported,
    encoding-invalid, not-xml, doctype-not-allowed, entity-not-allowed, too-deep, too-many-elements,
    too-many-attributes, namespace-unknown, version-not-supported, not-a-svarrapport.
    """
    _check_size(data)
    body = data.removeprefix(_BOM)
    encoding = _encoding(body)
    if len(body) < len(data) and encoding != "utf-8":
        raise MessageRejected(
            "encoding-invalid", "The file starts as UTF-8 but declares another encoding: make them agree."
        )
    if again and encoding != "utf-8":
        body, encoding = body.decode(encoding).translate(_SEEN).encode(), "utf-8"
    _check_text(body, encoding)
    _check_prolog(body)
    root = _parse(body, encoding)
    _check_shape(root)
    _check_kind(root)
    return root


def _check_size(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise MessageRejected("message-too-large", f"A message may be at most {MAX_BYTES} bytes.")
    if not data.strip(_SPACE):
        raise MessageRejected("message-empty", "The message is empty: send the svarrapport as the body.")


def _encoding(body: bytes) -> str:
    for mark, name in _FOREIGN_MARKS.items():
        if body.startswith(mark):
            raise _foreign(name)
    if not body.startswith(b"<?xml") or body[5:6] not in (b" ", b"\t", b"\r", b"\n"):
        return "utf-8"
    declaration = _DECLARATION.match(body)
    if declaration is None:
        raise MessageRejected("not-xml", "The XML declaration must say version 1.0 and be well formed.", 1)
    declared = (declaration[1] or b"utf-8").decode("ascii").lower()
    if declared not in _ENCODINGS:
        raise _foreign(declared, 1)
    return _ENCODINGS[declared]


def _foreign(name: str, line: int | None = None) -> MessageRejected:
    return MessageRejected(
        "encoding-not-supported", f"The message is in {name}: write it in UTF-8 or ISO-8859-1.", line
    )


def _check_text(body: bytes, encoding: str) -> None:
    if encoding != "utf-8":  # every byte string is ISO-8859-1; the parser refuses what XML forbids
        if _is_utf_8_after_all(body):
            raise MessageRejected(
                "encoding-invalid",
                "The message declares ISO-8859-1 but is written in UTF-8: make the two agree.",
                1,
            )
        if len(body.translate(None, _CONTROLS)) < len(body):
            raise _foreign("windows-1252, though it declares ISO-8859-1")
        return
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise MessageRejected(
            "encoding-invalid",
            "The message holds bytes that are not UTF-8: declare encoding ISO-8859-1 if that is what it is.",
            line,
        ) from None


def _is_utf_8_after_all(body: bytes) -> bool:
    """No Norwegian text in ISO-8859-1 happens to be UTF-8: taken at its word, µ would be shown as Âµ."""
    if body.isascii():
        return False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _check_prolog(body: bytes) -> None:
    """Find a DOCTYPE before any parser reads it; it can stand only before the root element."""
    position = 0
    while True:
        position = _skip_space(body, position)
        if body.startswith(b"<!--", position):
            end = body.find(b"-->", position + 4)
        elif position and _DECLARATION.match(body, position):
            line = body.count(b"\n", 0, position) + 1
            raise MessageRejected(
                "not-xml", "The XML declaration must stand first: remove what stands before it.", line
            )
        elif body.startswith(b"<?", position):
            end = body.find(b"?>", position + 2)
        else:
            break
        if end < 0:
            raise MessageRejected("not-xml", "The message ends in the middle of a comment or declaration.")
        position = end + 2
        position += body[position : position + 1] == b">"
    line = body.count(b"\n", 0, position) + 1
    if body[position : position + 9].upper() == b"<!DOCTYPE":
        raise MessageRejected("doctype-not-allowed", "Remove the DOCTYPE: a message may hold none.", line)
    if not body.startswith(b"<", position):
        raise MessageRejected("not-xml", "The message is not XML: send the svarrapport as it is.", line)


def _skip_space(body: bytes, position: int) -> int:
    while position < len(body) and body[position] in _SPACE:
        position += 1
    return position


def _parser(encoding: str) -> etree.XMLParser:
    """A new parser for each message: it costs microseconds and keeps threads apart."""
    return etree.XMLParser(
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def _parse(body: bytes, encoding: str) -> etree._Element:
    """The root; characters that nobody can see become one that everybody does."""
    if b"\xc2" in body or b"&#" in body:
        body = _WRITTEN_CONTROLS.sub(_VISIBLE if encoding == "utf-8" else b"&#xFFFD;", body)
    try:
        return etree.fromstring(body, _parser(encoding))
    except etree.XMLSyntaxError as error:
        raise _refusal(error) from None
    except ValueError:
        raise MessageRejected("not-xml", "The message is not well-formed XML.") from None


def _refusal(error: etree.XMLSyntaxError) -> MessageRejected:
    line = error.lineno or None
    code = getattr(error, "code", None)
    if code in _RESOURCE_LIMITS:
        if "depth" in (error.msg or ""):
            return _deep(line)
        return MessageRejected("too-many-elements", "A name, text or attribute is longer than allowed.", line)
    if code == _UNDECLARED_ENTITY:
        return MessageRejected(
            "entity-not-allowed",
            "Write the character itself: only XML's five own entities are allowed.",
            line,
        )
    if code == etree.ErrorTypes.ERR_INVALID_CHAR:
        return MessageRejected(
            "not-xml",
            "The message holds a character that XML does not allow: remove it from the line given.",
            line,
        )
    return MessageRejected("not-xml", "The message is not well-formed XML: see the line given.", line)


def _deep(line: int | None = None) -> MessageRejected:
    return MessageRejected("too-deep", f"Elements may be nested at most {MAX_DEPTH} levels deep.", line)


def _check_shape(root: etree._Element) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise MessageRejected("doctype-not-allowed", "Remove the DOCTYPE: a message may hold none.")
    if _too_deep(root):
        raise _deep()
    if float(str(_count_elements(root))) > MAX_ELEMENTS:
        raise MessageRejected("too-many-elements", f"A message may hold at most {MAX_ELEMENTS} elements.")
    if _too_many_attributes(root):
        raise MessageRejected(
            "too-many-attributes", f"An element may have at most {MAX_ATTRIBUTES} attributes."
        )


def find_message(root: etree._Element) -> etree._Element:
    """The element `Message`, inside a MsgHead too; `root` itself where there is not exactly one."""
    if etree.QName(root).namespace != _MSGHEAD:
        return root
    inside = [e for e in root.iter("{*}Message") if etree.QName(e).namespace in NAMESPACES]
    return inside[0] if len(inside) == 1 else root


def _check_kind(root: etree._Element) -> None:
    name = etree.QName(find_message(root))
    line: int | None = getattr(root, "sourceline", None)
    if name.namespace in _OLD_NAMESPACES:
        raise MessageRejected(
            "version-not-supported", "Send svarrapport v1.3 or v1.4, not an earlier one.", line
        )
    if name.namespace == _MSGHEAD and next(root.iter("{*}Message"), None) is not None:
        return  # several messages, or one of another kind: the reader says which
    if name.namespace not in NAMESPACES:
        raise MessageRejected(
            "namespace-unknown",
            "The root element's namespace is none of svarrapport's: use that of v1.3 or v1.4.",
            line,
        )
    if name.localname != "Message":
        raise MessageRejected("not-a-svarrapport", "The root element must be Message.", line)
