"""What a mail says, and what it never says; and what counts as an address."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_record.notice_mail.message import compose
from core_record.notice_mail.models import Language, MailKind, normal_address
from core_record.notices.models import NoticeKind

MAIL = UUID("018f0000-0000-7000-8000-000000000001")
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("kind", get_args(MailKind))
def test_a_mail_has_no_contents_and_no_link_but_the_front_page(kind: str, language: str) -> None:
    mail = compose(
        kind,
        language,
        to="line@example.org",
        sender="varsel@akson.example",
        portal="https://akson.example",
        mail_id=MAIL,
        at=AT,
        code="123456",
    )
    body = mail.get_content()
    assert mail["Message-ID"] == f"<{MAIL}@akson.example>"
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", language)
    assert ("123456" in body) is (kind == "code")
    assert re.findall(r"https?://\S+", body) == (["https://akson.example,"] if kind == "news" else [])
    assert not any(one.value in body for one in NoticeKind)
    assert "Reply-To" not in mail


def test_a_mail_sent_again_is_the_same_mail() -> None:
    def made(at: datetime) -> str:
        return str(
            compose("news", "nb", to="a@b.no", sender="v@a.no", portal="https://a", mail_id=MAIL, at=at)[
                "Message-ID"
            ]
        )

    assert made(AT) == made(datetime(2026, 12, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("line@example.org", "line@example.org"),
        (" Line.Danser+akson@Example.ORG ", "Line.Danser+akson@example.org"),
        ("line@blåbær.no", "line@xn--blbr-roah.no"),
        ("a'b@x.y.no", "a'b@x.y.no"),
    ],
)
def test_addresses_are_taken_as_mail_servers_take_them(text: str, address: str) -> None:
    assert normal_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "line",
        "line@",
        "@example.org",
        "line@example",
        "line@@example.org",
        "a@b@example.org",
        "li ne@example.org",
        "line@example.org\r\nBcc: x@y.no",
        "line\n@example.org",
        "blåbær@example.org",
        ".line@example.org",
        "line@-x.no",
        "line@x..no",
        f"{'a' * 65}@example.org",
        "a@" + ".".join(["b" * 60] * 5) + ".no",
        '"line danser"@example.org',
        "line@[127.0.0.1]",
    ],
)
def test_what_is_no_single_address_is_refused(text: str) -> None:
    assert normal_address(text) is None


@given(st.text(max_size=80))
def test_no_address_breaks_out_of_its_header(text: str) -> None:
    found = normal_address(text)
    assert found is None or not re.search(r"[\s,;<>\"\x00-\x1f]", found)
