"""The unit's messages and referrals: lists, one opened, what is done with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import reflex as rx

from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import Entry, JournalClient, Written
from portal.clients.unit import Listed
from portal.clinician.messages.sending import SENT_OTHERWISE, send_once
from portal.clinician.messages.transform import (
    KINDS,
    OF_KIND,
    RECEIVED,
    SENT,
    Letter,
    Line,
    answer,
    entry_id,
    entry_kind,
    letter,
    lines,
)
from portal.clinician.start.opening import open_listed, patient_of
from portal.frame.layout import JOURNAL
from portal.session.current import current
from portal.session.guard import requires
from portal.session.journal import journal_of, session_of, unit_client
from portal.session.models import Kind
from portal.session.places import need_lists

LETTER = "letter-heading"


class Messages(rx.State):
    """The lists and what is opened. Items with numbers, and entries, stay on the server.

    `_answer_id` is a new reply's own: sent again it is the same reply.
    """

    chosen: str = RECEIVED
    settled: bool = False
    mine: bool = False
    lines: list[Line] = []  # noqa: RUF012 - Reflex copies defaults
    loading: bool = True
    opened: Letter = Letter()
    doing: str = ""
    said: str = ""
    wrong: str = ""
    problem: str = ""
    code: str = ""
    _items: dict[str, Listed] = {}  # noqa: RUF012
    _entries: dict[str, list[Entry]] = {}  # noqa: RUF012
    _answer_id: str = ""
    _wanted: str = ""

    @rx.event
    @requires(Kind.CLINICIAN)
    async def load(self) -> Any:
        """Fetch the list that is chosen, open what was asked for elsewhere; what is written stays."""
        wanted, self._wanted = self._wanted, ""
        if wanted:
            self.chosen, self.settled, self.mine = RECEIVED, False, False
        await self._read()
        return await self._open(wanted) if wanted else None

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose(self, chosen: str) -> None:
        """Show what was received, or what was sent."""
        if chosen in KINDS:
            self.chosen, self.opened, self.said, self.wrong = chosen, Letter(), "", ""
            await self._read()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def show_settled(self, wanted: bool) -> None:
        """Also what is done with."""
        self.settled = wanted
        await self._read()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def show_mine(self, wanted: bool) -> None:
        """Only one's own, and theirs whom one stands in for."""
        self.mine = wanted
        await self._read()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def open(self, key: str) -> Any:
        """Open a message or referral; the receiver's opening marks a message as read."""
        return await self._open(key)

    async def _open(self, key: str) -> Any:
        listed = self._items.get(key)
        if listed is None:
            return None
        self.opened, self.doing, self.said, self.wrong = Letter(), "", "", ""
        try:
            await self._show(listed)
            if self.opened.kind == "message" and self.opened.state == "sent" and self.opened.can_answer:
                client = await self._client(listed)
                await client.api.ask("POST", f"/journal/Communication/{entry_id(listed)}/$read", Entry)
                await self._show(listed)
        except ServiceProblem as problem:
            self.wrong = problem.code
            return None
        return rx.set_focus(LETTER)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def close(self) -> None:
        """Put what is opened away."""
        self.opened, self.doing, self.wrong = Letter(), "", ""

    @rx.event
    @requires(Kind.CLINICIAN)
    async def begin(self, doing: str) -> None:
        """Begin an `answer`, or the reason of a `reject` or `withdraw`."""
        self.doing = doing if doing in ("answer", "reject", "withdraw") and doing != self.doing else ""
        self._answer_id, self.wrong = str(uuid4()), ""

    @rx.event
    @requires(Kind.CLINICIAN)
    async def send(self, form: dict[str, Any]) -> None:
        """Send what was begun; the text stays in the page until it is sent."""
        listed, entry = self._items.get(self.opened.key), self._entry()
        words = str(form.get("words", "")).strip()
        if listed is None or entry is None or not self.doing:
            return
        if not words:
            self.wrong = "words-missing"
            return
        await self._do(listed, self._write(listed, entry, self.doing, words))

    @rx.event
    @requires(Kind.CLINICIAN)
    async def accept(self) -> None:
        """Take a referral on."""
        listed, entry = self._items.get(self.opened.key), self._entry()
        if listed is not None and entry is not None:
            self.doing = "accept"
            await self._do(listed, self._write(listed, entry, "accept", ""))

    @rx.event
    @requires(Kind.CLINICIAN)
    async def put_away(self) -> None:
        """What came of something sent has been seen."""
        listed = self._items.get(self.opened.key)
        if listed is None or not self.opened.can_put_away:
            return
        try:
            await (await unit_client(self)).seen(listed.item.id)
        except ServiceProblem as problem:
            self.wrong = problem.code
            return
        self.opened, self.said = Letter(), "put-away"
        await self._read()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def open_journal(self) -> AsyncIterator[Any]:
        """Open the person whom it is about."""
        now, listed = await current(self), self._items.get(self.opened.key)
        if now is None or listed is None:
            return
        try:
            await open_listed(self, now, listed)
        except ServiceProblem as problem:
            self.wrong = problem.code
            return
        yield rx.redirect(JOURNAL)

    async def _write(self, listed: Listed, entry: Entry, doing: str, words: str) -> None:
        client = await self._client(listed)
        if entry.kind == "Communication":
            sent = Written("sent", datetime.now(UTC), answer(entry, words))
            await send_once(client, "Communication", self._answer_id, sent)
            return
        state = {"answer": "answered", "accept": "accepted", "reject": "rejected", "withdraw": "withdrawn"}
        body = entry.body | ({"answer": words} if doing == "answer" else {})
        why = words if doing in ("reject", "withdraw") else None
        written = Written(state[doing], entry.at, body, entry.contact, why)
        await client.write("ServiceRequest", entry.id, written, entry.version)

    async def _do(self, listed: Listed, doing: Any) -> None:
        self.wrong, self.said = "", ""
        try:
            await doing
            self.said, self.doing = self.doing, ""
            await self._show(listed)
        except ServiceProblem as problem:
            self.wrong = problem.code
            if problem.code == SENT_OTHERWISE:
                self._answer_id = str(uuid4())
            return
        await self._read()

    async def _show(self, listed: Listed) -> None:
        now = await session_of(self)
        client = await self._client(listed)
        kind = entry_kind(listed) or ""
        narrowed = {"count": 500} if kind == OF_KIND["message"] else {"contact": entry_id(listed), "count": 1}
        found = await client.search([kind], **narrowed)  # of a message the whole thread is shown
        units = frozenset(one for one in (now.session.place, now.session.organisation) if one)
        made = letter(listed, found, units)
        if made is None:
            raise ServiceProblem(Problem.NOT_FOUND, "entry-not-found")
        self._entries, self.opened = found, made

    async def _client(self, listed: Listed) -> JournalClient:
        return journal_of(await session_of(self), await patient_of(self, listed))

    def _entry(self) -> Entry | None:
        listed = self._items.get(self.opened.key)
        every = [one for entries in self._entries.values() for one in entries]
        return next((one for one in every if listed and one.id == entry_id(listed)), None)

    async def _read(self) -> None:
        try:
            await need_lists(self)
            client = await unit_client(self)
            found = await client.work(KINDS[self.chosen], open=not self.settled, mine=self.mine, count=500)
        except ServiceProblem as problem:
            self.loading, self.problem, self.code = False, str(problem.problem), problem.code
            return
        kept = self._items.get(self.opened.key)
        self._items = {one.item.id: one for one in found}
        if kept is not None:
            self._items.setdefault(kept.item.id, kept)
        self.lines, self.loading, self.problem, self.code = lines(found), False, "", ""


messages: Any = Messages
__all__ = ["RECEIVED", "SENT", "Messages", "messages"]
