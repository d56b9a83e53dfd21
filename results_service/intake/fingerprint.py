"""What makes two messages copies of each other: the content, receiver data aside.

A laboratory sends one report to several receivers under one MsgId (HIS 80822, section on copies), in the
format version that each can read. Such copies differ in who receives them, in version markers and in the
display names of codes from fixed lists; everything else must be equal.
"""

from __future__ import annotations

import hashlib

from results_service.reports.svarrapport.tree import Node

# Who the copy goes to, and which format it is written in: no part of what the laboratory says.
_RECEIVER = frozenset({"CopyDest", "Requester"})
_VERSION = frozenset({"Type", "MsgVersion", "MIGversion"})


def fingerprint(top: Node) -> bytes:
    """32 bytes that are equal for copies; `top` is a svarrapport's `Message`."""
    parts: list[str] = []
    for node in top.children:
        if node.tag not in _VERSION:
            _write(node, parts)
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=32).digest()


def _write(node: Node, parts: list[str]) -> None:
    tag = node.tag
    if tag in _RECEIVER or (tag == "ResponsibleHcp" and _is_requester(node)):
        return
    parts.append("<" + tag)
    if node.attrs:
        _write_attributes(dict(node.attrs), parts)
    parts.append(node.text.strip())
    for child in node.children:
        _write(child, parts)
        if tail := child.tail.strip():
            parts.append("~" + tail)
    parts.append(">")


def _write_attributes(attrs: dict[str, str], parts: list[str]) -> None:
    if "S" not in attrs and "V" in attrs:  # CS: a code from the list its place fixes
        attrs.pop("DN", None)
    parts.extend([f"{key}={value}" for key, value in sorted(attrs.items())])


def _is_requester(node: Node) -> bool:
    """A ResponsibleHcp of relation REK repeats the receiver in copies to another requester."""
    relations = node.by_tag.get("Relation") or []
    return bool(relations) and dict(relations[0].attrs).get("V") == "REK"
