"""Property and example tests of the guard: any byte string is a svarrapport's root or a coded refusal."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from results_service.intake.guard import MAX_BYTES, MessageRejected, find_message, read_bytes

V14 = "http://www.kith.no/xmlstds/labsvar/2012-02-15"
V13 = "http://www.kith.no/xmlstds/labsvar/2008-12-01"
SECRET = "Kari Nordmann"


def nested(levels: int) -> bytes:
    inner = "<a>" * (levels - 1) + "</a>" * (levels - 1)
    return f'<Message xmlns="{V14}">{inner}</Message>'.encode()


BAD = {
    "empty": (b"", "message-empty"),
    "only white space": (b" \r\n\t ", "message-empty"),
    "6 MB": (b"<a>" + b"x" * (6 * 1024 * 1024), "message-too-large"),
    "text": (b"not XML at all", "not-xml"),
    "zero bytes": (b"\x00\x00", "not-xml"),
    "gzip": (b"\x1f\x8b\x08\x00", "encoding-invalid"),
    "an open element": (f'<Message xmlns="{V14}"><MsgId>{SECRET}'.encode(), "not-xml"),
    "mismatched tags": (f'<Message xmlns="{V14}"><a>{SECRET}</b></Message>'.encode(), "not-xml"),
    "XML 1.1": (b'<?xml version="1.1"?><Message/>', "not-xml"),
    "UTF-16": ("<Message/>".encode("utf-16"), "encoding-not-supported"),
    "UTF-16 without a mark": ("<Message/>".encode("utf-16-le"), "encoding-not-supported"),
    "windows-1252": (b'<?xml version="1.0" encoding="windows-1252"?><a/>', "encoding-not-supported"),
    "UTF-7": (b'<?xml version="1.0" encoding="utf-7"?><a/>', "encoding-not-supported"),
    "ISO bytes called UTF-8": (b'<?xml version="1.0" encoding="UTF-8"?><a>\xe6</a>', "encoding-invalid"),
    "ISO bytes, nothing said": (b"<a>bl\xe5</a>", "encoding-invalid"),
    "a UTF-8 mark on ISO": (
        b'\xef\xbb\xbf<?xml version="1.0" encoding="ISO-8859-1"?><a/>',
        "encoding-invalid",
    ),
    "DOCTYPE": (b"<!DOCTYPE Message><Message/>", "doctype-not-allowed"),
    "DOCTYPE behind comments": (
        b"<?xml version='1.0'?>\n<!-- - -->\n<?x y?><!DOCTYPE a><a/>",
        "doctype-not-allowed",
    ),
    "entity expansion": (
        b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>',
        "doctype-not-allowed",
    ),
    "an external entity": (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "doctype-not-allowed"),
    "an undeclared entity": (f'<Message xmlns="{V14}">&oslash;</Message>'.encode(), "entity-not-allowed"),
    "101 levels": (nested(101), "too-deep"),
    "300 levels": (nested(300), "too-deep"),
    "100 000 levels": (nested(100_000), "too-deep"),
    "too many elements": (
        f'<Message xmlns="{V14}">{"<a/>" * 100_000}</Message>'.encode(),
        "too-many-elements",
    ),
    "a very long name": (b"<" + b"a" * 4_000_000 + b"/>", "too-many-elements"),
    "no namespace": (b"<Message/>", "namespace-unknown"),
    "another namespace": (b'<Message xmlns="urn:example"/>', "namespace-unknown"),
    "version 1.2": (
        b'<Message xmlns="http://www.kith.no/xmlstds/labsvar/2005-03-14"/>',
        "version-not-supported",
    ),
    "a MsgHead without a message": (
        b'<MsgHead xmlns="http://www.kith.no/xmlstds/msghead/2006-05-24"/>',
        "namespace-unknown",
    ),
    "another root": (f'<ServReport xmlns="{V14}"/>'.encode(), "not-a-svarrapport"),
}


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b'<?xml version="1.0" encoding="windows-1252"?><a/>', "windows-1252"),
        (b'<?xml version="1.0" encoding="ISO-8859-15"?><a/>', "iso-8859-15"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><a>3,5 \x96 5,0</a>', "windows-1252"),
        ("<a/>".encode("utf-16"), "UTF-16"),
        ("<a/>".encode("utf-32"), "UTF-32"),
        ('<?xml version="1.0"?><a/>'.encode("cp037"), "EBCDIC"),
    ],
)
def test_given_another_encoding_when_read_then_it_is_refused_by_name(data: bytes, name: str) -> None:
    with pytest.raises(MessageRejected) as caught:
        read_bytes(data)
    assert caught.value.code == "encoding-not-supported"
    assert name in caught.value.message


def test_given_such_bytes_accepted_before_when_read_again_then_something_is_seen_in_their_place() -> None:
    data = f'<?xml version="1.0" encoding="ISO-8859-1"?><Message xmlns="{V14}">å 3,5\x965,0</Message>'
    sent = data.encode("iso-8859-1")
    assert read_bytes(sent, again=True).text == "å 3,5\N{REPLACEMENT CHARACTER}5,0"
    with pytest.raises(MessageRejected):
        read_bytes(sent)
    with pytest.raises(MessageRejected):  # another encoding is refused each time
        read_bytes(sent.replace(b"ISO-8859-1", b"windows-1252"), again=True)


@pytest.mark.parametrize(
    ("encoding", "dash"),
    [
        ("UTF-8", "\x96"),
        *(
            (encoding, sign)
            for encoding in ("UTF-8", "ISO-8859-1")
            for sign in ("&#150;", "&#x96;", "&#0150;")
        ),
    ],
)
def test_given_a_sign_nobody_can_see_when_read_then_something_is_seen_in_its_place(
    encoding: str, dash: str
) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?><Message xmlns="{V14}">å 3,5{dash}5,0</Message>'
    assert read_bytes(data.encode(encoding)).text == "å 3,5\N{REPLACEMENT CHARACTER}5,0"


@pytest.mark.parametrize("words", ["µmol/l", "Påvist", "Ørebro å"])
def test_given_iso_declared_and_utf_8_written_when_read_then_refused_and_not_shown_garbled(
    words: str,
) -> None:
    data = f'<?xml version="1.0" encoding="ISO-8859-1"?><Message xmlns="{V14}">{words}</Message>'
    with pytest.raises(MessageRejected, match="encoding-invalid") as caught:
        read_bytes(data.encode())
    assert "declares ISO-8859-1 but is written in UTF-8" in caught.value.message
    assert read_bytes(data.encode("iso-8859-1")).text == words
    assert read_bytes(data.encode(), again=True).tag == f"{{{V14}}}Message"  # accepted before: not lost


@pytest.mark.parametrize("sign", ["\x00", "&#0;", "&#7;", "\x1f", "\ufffe"])
def test_given_a_character_xml_forbids_when_read_then_that_is_what_is_said(sign: str) -> None:
    with pytest.raises(MessageRejected, match="not-xml") as caught:
        read_bytes(f'<Message xmlns="{V14}">\n<a>{sign}</a></Message>'.encode())
    assert caught.value.line == 2
    assert "character that XML does not allow" in caught.value.message


def test_given_something_before_the_declaration_when_read_then_it_is_said_where() -> None:
    with pytest.raises(MessageRejected, match="not-xml") as caught:
        read_bytes(f'\n<?xml version="1.0"?><Message xmlns="{V14}"/>'.encode())
    assert "must stand first" in caught.value.message
    assert caught.value.line == 2


def with_attributes(count: int) -> bytes:
    attributes = " ".join(f'b{number}="1"' for number in range(count))
    return f'<Message xmlns="{V14}"><a {attributes}/></Message>'.encode()


def test_given_very_many_attributes_when_read_then_refused_before_they_are_read() -> None:
    fits, many = (with_attributes(count) for count in (100, 200_000))
    assert len(read_bytes(fits)[0].attrib) == 100
    with pytest.raises(MessageRejected, match="too-many-attributes"):
        read_bytes(many)


@pytest.mark.parametrize("name", BAD)
def test_given_bad_bytes_when_read_then_refused_with_the_code_and_nothing_quoted(name: str) -> None:
    data, code = BAD[name]
    with pytest.raises(MessageRejected) as caught:
        read_bytes(data)
    assert caught.value.code == code
    assert caught.value.message.endswith(".")
    assert SECRET not in caught.value.message + str(caught.value)


@pytest.mark.parametrize("namespace", [V14, V13])
@pytest.mark.parametrize("encoding", ["UTF-8", "utf-8", "ISO-8859-1", "iso-8859-1"])
def test_given_either_encoding_when_read_then_letters_are_right(namespace: str, encoding: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>'
    text = f'{declaration}<Message xmlns="{namespace}"><a>blåbærsyltetøy</a></Message>'
    root = read_bytes(text.encode(encoding))
    assert root.findtext("{*}a") == "blåbærsyltetøy"


def test_given_100_levels_and_a_byte_order_mark_when_read_then_accepted() -> None:
    root = read_bytes(b"\xef\xbb\xbf" + nested(100))
    assert root.tag == f"{{{V14}}}Message"


def test_given_a_doctype_inside_a_comment_when_read_then_it_is_only_a_comment() -> None:
    root = read_bytes(f'<Message xmlns="{V14}"><!-- <!DOCTYPE x> --></Message>'.encode())
    assert len(root) == 0


def test_given_a_fault_on_line_three_when_read_then_the_line_is_told() -> None:
    with pytest.raises(MessageRejected) as caught:
        read_bytes(f'<Message xmlns="{V14}">\n<a>\n</b></Message>'.encode())
    assert caught.value.line == 3


XML_PIECES = st.sampled_from(
    [
        b"<?xml version='1.0' encoding='utf-8'?>",
        b'<?xml version="1.0" encoding="ISO-8859-1"?>',
        f'<Message xmlns="{V14}">'.encode(),
        b"</Message>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
        b"<!--",
        b"-->",
        b"<![CDATA[",
        b"]]>",
        b"&b;",
        b"&#x0;",
        b"<a b='",
        b"'/>",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\x00",
        b"\xe5",
    ]
)


def read_or_refuse(data: bytes) -> None:
    refusal = None
    try:
        tag = read_bytes(data).tag
    except MessageRejected as error:
        refusal = error
    assert (
        (refusal.code and refusal.message) if refusal else tag in (f"{{{V14}}}Message", f"{{{V13}}}Message")
    )


@given(st.binary(max_size=300))
@example(b"<")
@example(b"<?xml ")
@example(b"\x4c\x6f\xa7\x94")
def test_given_any_bytes_when_read_then_a_root_or_a_coded_refusal(data: bytes) -> None:
    read_or_refuse(data)


@given(st.lists(st.one_of(XML_PIECES, st.binary(max_size=8)), max_size=12).map(b"".join))
def test_given_bytes_like_xml_when_read_then_a_root_or_a_coded_refusal(data: bytes) -> None:
    read_or_refuse(data)


def test_given_exactly_the_largest_size_when_read_then_size_is_no_fault() -> None:
    head, tail = f'<Message xmlns="{V14}"><a>'.encode(), b"</a></Message>"
    root = read_bytes(head + b"x" * (MAX_BYTES - len(head) - len(tail)) + tail)
    assert root is not None


def test_given_a_msghead_around_one_message_when_looked_into_then_the_message_is_found() -> None:
    head = "http://www.kith.no/xmlstds/msghead/2006-05-24"
    inner = f'<Document><Content><Message xmlns="{V14}"><MsgId>m</MsgId></Message></Content></Document>'
    root = read_bytes(f'<MsgHead xmlns="{head}">{inner}</MsgHead>'.encode())
    assert find_message(root).findtext("{*}MsgId") == "m"
