"""Handing a mail over to a real mail server: what it takes, refuses and fails; TLS that cannot be trusted."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core_record.notice_mail.smtp import AddressRefused, MailFailed, Smtp
from kit.settings import Settings
from tests.smtp import Mailbox, mail_server


def mail() -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "varsel@akson.example", "line@example.org", "Nytt varsel"
    made.set_content("Det er et nytt varsel.\n.\n..prikker\n")
    return made


def smtp(box: Mailbox, tls: str = "none", **more: Any) -> Smtp:
    return Smtp(Settings(smtp_host=box.host, smtp_port=box.port, smtp_tls=tls, **more))  # type: ignore[arg-type]


def certified(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS with a certificate of its own making, and that certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = folder / "cert.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, secret)
    return context, pem


def test_a_mail_arrives_as_it_was_written() -> None:
    with mail_server() as box:
        smtp(box).send(mail())
    (came,) = box.mails
    assert came["Subject"] == "Nytt varsel"
    assert came.get_content() == mail().get_content()
    assert box.receivers == ["line@example.org"]


def test_an_address_that_is_refused_for_good_is_told_apart_from_one_refused_for_now() -> None:
    with mail_server() as box:
        box.refuse = "550 no such mailbox"
        with pytest.raises(AddressRefused):
            smtp(box).send(mail())
        box.refuse = "450 try again"
        with pytest.raises(MailFailed, match="450"):
            smtp(box).send(mail())
    assert box.mails == []


@pytest.mark.parametrize("answer", ["451 later", "554 not taken"])
def test_contents_that_are_not_taken_are_a_failure(answer: str) -> None:
    with mail_server() as box:
        box.fail = answer
        with pytest.raises(MailFailed, match=answer[:3]):
            smtp(box).send(mail())


def test_a_server_that_is_down_is_a_failure() -> None:
    with mail_server() as box:
        pass
    with pytest.raises(MailFailed, match="ConnectionRefusedError"):
        smtp(box).send(mail())


@pytest.mark.parametrize(("tls", "implicit"), [("tls", True), ("starttls", False)])
def test_tls_serves_a_trusted_server_alone(
    tls: str, implicit: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, pem = certified(tmp_path)
    with mail_server(context, implicit=implicit) as box:
        with pytest.raises(MailFailed, match="SSLCertVerificationError"):
            smtp(box, tls).send(mail())
        assert box.mails == []
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        smtp(box, tls).send(mail())
    assert len(box.mails) == 1


def test_without_starttls_at_the_server_nothing_goes_in_the_clear() -> None:
    with mail_server() as box, pytest.raises(MailFailed):
        smtp(box, "starttls").send(mail())
    assert "MAIL" not in box.commands
