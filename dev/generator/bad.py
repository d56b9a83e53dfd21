"""Messages that must not go straight through: broken bytes, foreign documents, impossible persons, ids."""

from __future__ import annotations

import msgspec

from dev.generator.biochemistry import panel
from dev.generator.catalogue import order
from dev.generator.model import Report
from dev.generator.writer import write

NESTING = 300


def bad_messages() -> dict[str, bytes]:
    """File name → bytes. The last two share a MsgId and differ in content."""
    good = panel(order("feil", "line", "2025-06-17T08:00:00"), ("hb", "crp", "k"))
    body = write(good)
    text = body.decode()
    return {
        "ikke-xml.xml": "Dette er et brev, ikke en melding. Ærlig talt.\n".encode(),
        "avkuttet.xml": body[: len(body) // 2],
        "tom.xml": b"",
        "feil-tegnsett.xml": text.encode("iso-8859-1"),
        "ukjent-tegnsett.xml": text.replace("UTF-8", "X-EGET").encode(),
        "doctype.xml": text.replace(
            "?>", '?>\n<!DOCTYPE Message [<!ENTITY svar SYSTEM "file:///etc/hostname">]>', 1
        ).encode(),
        "for-dyp.xml": _deep(text),
        "ukjent-navnerom.xml": text.replace("labsvar/2012-02-15", "labsvar/1999-01-01").encode(),
        "v13-flere-rapporter.xml": _two_reports(good),
        "uten-fodselsnummer.xml": text.replace("<OffId>13116900216</OffId>", "<OffId/>").encode(),
        "umulig-fodselsnummer.xml": text.replace("13116900216", "13116900217").encode(),
        "umulig-dato.xml": text.replace("2025-06-17T08:00:00", "2025-13-47T08:00:00").encode(),
        "samme-id-1.xml": _with_id(good, "hb"),
        "samme-id-2.xml": _with_id(good, "k"),
    }


def _deep(text: str) -> bytes:
    opened, closed = "<ResultItem>" * NESTING, "</ResultItem>" * NESTING
    return text.replace("</Patient>", f"{opened}{closed}</Patient>", 1).encode()


def _two_reports(good: Report) -> bytes:
    """v1.3 allows several reports in one message; the national service refuses them (NHN, mapping)."""
    text = write(msgspec.structs.replace(good, version="1.3")).decode()
    start, end = text.index("<ServReport>"), text.index("</ServReport>") + len("</ServReport>")
    return (text[:end] + "\n  " + text[start:end] + text[end:]).encode()


def _with_id(good: Report, keep: str) -> bytes:
    """The same MsgId with one result only: `hb` the first, `k` the last."""
    item = good.items[0] if keep == "hb" else good.items[2]
    return write(
        msgspec.structs.replace(
            good,
            msg_id="0d6f4b1e-6f0b-5c57-9a3e-5f1b1c0e7a11",
            number=f"{good.number}-{keep.upper()}",
            items=(item,),
        )
    )
