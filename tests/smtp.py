"""A real mail server on loopback for tests: keeps what it takes, and answers as it is told."""

from __future__ import annotations

import contextlib
import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


@dataclass
class Mailbox:
    """What came in, and what to answer instead: `refuse` to the receiver, `fail` after the contents."""

    host: str = "127.0.0.1"
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    refuse: str = ""
    fail: str = ""


class _Handler(socketserver.StreamRequestHandler):
    box: Mailbox
    context: ssl.SSLContext | None
    implicit: bool

    def setup(self) -> None:
        if self.context is not None and self.implicit:
            self.request = self.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        self._say("220 test")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(":")[0].split(" ")[0].upper()
            self.box.commands.append(verb)
            if verb == "QUIT":
                self._say("221 bye")
                return
            getattr(self, f"_{verb.lower()}", self._other)(line)

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def _other(self, _: str) -> None:
        self._say("250 ok")

    def _ehlo(self, _: str) -> None:
        starttls = self.context is not None and not self.implicit
        self._say("250-test\r\n250-STARTTLS\r\n250 8BITMIME" if starttls else "250-test\r\n250 8BITMIME")

    def _starttls(self, _: str) -> None:
        self._say("220 go on")
        assert self.context is not None
        self.request = self.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def _rcpt(self, line: str) -> None:
        if self.box.refuse:
            self._say(self.box.refuse)
            return
        self.box.receivers.append(line.partition("<")[2].partition(">")[0])
        self._say("250 ok")

    def _data(self, _: str) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if self.box.fail:
            self._say(self.box.fail)
            return
        mail = message_from_bytes(b"".join(lines).replace(b"\r\n", b"\n"), policy=policy.default)
        self.box.mails.append(mail)
        self._say("250 taken")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A client that leaves is no fault of the test."""


@contextlib.contextmanager
def mail_server(context: ssl.SSLContext | None = None, *, implicit: bool = False) -> Iterator[Mailbox]:
    """A running server; with `context` it speaks TLS: from the start (`implicit`), else by STARTTLS."""
    box = Mailbox()
    handler = type("Handler", (_Handler,), {"box": box, "context": context, "implicit": implicit})
    with _Server((box.host, 0), handler) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
