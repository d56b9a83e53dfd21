"""Taking a v1.3 message of several reports apart: each with what stood around it, nothing of the others."""

from __future__ import annotations

from lxml import etree

from results_service.intake import parts
from results_service.intake.guard import find_message, read_bytes
from results_service.intake.parts import split
from tests.integration.intake.messages import V13, V14, sample
from tests.unit.intake.test_validity import MSGHEAD


def together(count: int, namespace: str = V13) -> bytes:
    data = sample(namespace=namespace).xml()
    start, end = data.index(b"<ServReport>"), data.index(b"</ServReport>") + len(b"</ServReport>")
    reports = b"\n".join(
        data[start:end].replace(b"</ServProvId>", b"-%d</ServProvId>" % n) for n in range(count)
    )
    return data[:start] + reports + data[end:]


def names(part: bytes) -> list[str]:
    return [
        name.text or "" for name in find_message(read_bytes(part)).iterfind("{*}ServReport/{*}ServProvId")
    ]


def test_given_several_then_each_stands_alone_in_their_order_with_the_header() -> None:
    data = together(3)
    found = split(read_bytes(data))
    assert [name[0].rpartition("-")[2] for name in map(names, found)] == ["0", "1", "2"]
    header = [etree.tostring(child) for child in read_bytes(data)[:4]]
    for part in found:
        assert len(names(part)) == 1
        assert [etree.tostring(child) for child in read_bytes(part)[:4]] == header


def test_given_an_envelope_then_each_part_has_it() -> None:
    body = together(2).partition(b"?>")[2]
    envelope = f'<MsgHead xmlns="{MSGHEAD}"><MsgInfo/>'.encode() + body + b"</MsgHead>"
    found = split(read_bytes(envelope))
    assert [etree.QName(read_bytes(part)).localname for part in found] == ["MsgHead"] * 2
    assert [len(names(part)) for part in found] == [1, 1]


def test_given_one_report_or_v14_or_too_many_or_too_large_then_it_is_not_taken_apart() -> None:
    assert split(read_bytes(together(1))) == []
    assert split(read_bytes(together(2, V14))) == []
    assert len(split(read_bytes(together(parts.MAX_PARTS)))) == parts.MAX_PARTS
    assert split(read_bytes(together(parts.MAX_PARTS + 1))) == []


def test_given_a_large_header_then_it_is_not_repeated_without_bound() -> None:
    large = together(90).replace(b"<MsgId>", b"<MsgVersion>" + b"x" * 400_000 + b"</MsgVersion><MsgId>")
    root = read_bytes(large)
    assert split(root) == []
    assert len(root.findall("{*}ServReport")) == 90  # the message itself is as it was
