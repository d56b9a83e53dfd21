"""What a receipt needs of a message: its names, read from its first elements."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree
from msgspec import Struct, structs

from results_service.intake.guard import NAMESPACES, MessageRejected, find_message, read_bytes
from results_service.intake.models import Outcome, Problem, Status

_KIND = re.compile(r"[A-ZÆØÅ_]{2,12}")


class Header(Struct, frozen=True):
    """What a receipt needs of a message, read without judging the rest."""

    version: str | None = None
    msg_id: str | None = None
    gen_date: str | None = None
    serv_prov_id: str | None = None
    sender: str | None = None
    strict: bool = False
    kind: str | None = None

    def outcome(self, status: Status, errors: Iterable[Problem], warnings: Iterable[Problem] = ()) -> Outcome:
        """An outcome that carries these names."""
        return Outcome(
            status=status,
            errors=list(dict.fromkeys(errors)),
            warnings=list(dict.fromkeys(warnings)),
            **structs.asdict(self),
        )


def read_all_the_same(data: bytes) -> Header:
    """The same of a refused message in a wrong encoding; empty where nothing can be read of it."""
    try:
        return read_header(find_message(read_bytes(data, again=True)))
    except MessageRejected:
        return Header()


def read_header(message: etree._Element) -> Header:
    """Name a message from its first elements, whatever the rest is like."""
    generated = message.find("{*}GenDate")
    return Header(
        version=NAMESPACES.get(etree.QName(message).namespace or ""),
        msg_id=_short(message.findtext("{*}MsgId")),
        gen_date=_short(generated.get("V")) if generated is not None else None,
        serv_prov_id=_short(message.findtext("{*}ServReport/{*}ServProvId")),
        kind=_kind(message.find("{*}ServReport/{*}MsgDescr")),
    )


def _kind(element: etree._Element | None) -> str | None:
    """MsgDescr (8202): the code alone, and only where it can be one."""
    code = (element.get("V") or "").strip() if element is not None else ""
    return code if _KIND.fullmatch(code) else None


def _short(text: str | None) -> str | None:
    return (text or "").strip()[:200] or None
