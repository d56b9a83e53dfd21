"""Handing a mail to a mail server (RFC 5321). Blocking: called in a thread of its own."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path

from kit.settings import Settings

_TIMEOUT = 20.0  # seconds
_REFUSED = range(500, 600)


class MailFailed(Exception):
    """The mail was not handed over; the same may succeed later. The message is a kind or a reply code."""


class AddressRefused(Exception):
    """The mail server will never take a mail to this address."""


class Smtp:
    """The mail server of the settings."""

    def __init__(self, settings: Settings) -> None:
        self._host, self._port = settings.smtp_host, settings.smtp_port
        self._tls, self._user = settings.smtp_tls, settings.smtp_user
        self._password_file: Path | None = settings.smtp_password_file

    def send(self, mail: EmailMessage) -> None:
        """Hand the mail over. Raises `MailFailed` and `AddressRefused`; neither holds an address."""
        try:
            with self._connect() as server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            if codes and all(code in _REFUSED for code in codes):
                raise AddressRefused from None
            raise MailFailed(f"reply {codes[:1]}") from None
        except smtplib.SMTPResponseException as error:
            raise MailFailed(f"reply {error.smtp_code}") from None
        except (smtplib.SMTPException, OSError) as error:
            raise MailFailed(type(error).__name__) from None

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=_TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=_TIMEOUT)
        try:
            if self._tls == "starttls":
                server.starttls(context=context)
            if self._user and self._password_file is not None:
                server.login(self._user, self._password_file.read_text(encoding="utf-8").strip())
        except BaseException:
            server.close()
            raise
        return server
