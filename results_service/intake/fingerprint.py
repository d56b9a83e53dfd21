"""What makes two messages copies of each other: the content, receiver data aside.

A laboratory sends one report to several receivers under one MsgId (HIS 80822, section on copies), in the
format version that each can read. Such copies differ in who receives them, in version markers and in the
display names of codes from fixed lists; everything else must be equal.
"""

from __future__ import annotations

import hashlib

from lxml import etree

# Who the copy goes to, and which format it is written in: no part of what the laboratory says.
_RECEIVER = frozenset({"CopyDest", "Requester"})
_VERSION = frozenset({"Type", "MsgVersion", "MIGversion"})


def fingerprint(root: etree._Element) -> bytes:
    """32 bytes that are equal for copies; `root` is a parsed svarrapport without XML comments."""
    parts: list[str] = []
    for element in root:
        if _name(element) not in _VERSION:
            _write(element, parts)
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=32).digest()


def _write(element: etree._Element, parts: list[str]) -> None:
    name = _name(element)
    if name in _RECEIVER or _is_requester(element, name):
        return
    parts.append("<" + name)
    fixed = "S" not in element.attrib and "V" in element.attrib  # CS: a code from the list its place fixes
    parts.extend(
        f"{key!s}={value!s}" for key, value in sorted(element.attrib.items()) if not (fixed and key == "DN")
    )
    parts.append((element.text or "").strip())
    for child in element:
        _write(child, parts)
        if tail := (child.tail or "").strip():
            parts.append("~" + tail)
    parts.append(">")


def _is_requester(element: etree._Element, name: str) -> bool:
    """A ResponsibleHcp of relation REK repeats the receiver in copies to another requester."""
    if name != "ResponsibleHcp":
        return False
    relation = element.find("{*}Relation")
    return relation is not None and relation.get("V") == "REK"


def _name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
