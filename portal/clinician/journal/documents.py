"""The patient's documents: which there are, a page shown as an image, and one that is filed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.clients.journal import Entry, Written
from portal.session.files import page_image
from portal.session.guard import requires
from portal.session.journal import client_of
from portal.session.models import Kind
from portal.ui.dates import day_text
from portal.ui.files import HEADING

if TYPE_CHECKING:
    from portal.clinician.journal.state import JournalState

KIND = "DocumentReference"
CATEGORIES = ("A00-1", "B00-1", "C00-1", "D00-1", "E00-1", "F00-1", "G00-1", "H00-1", "I00-1", "J00-1")
"""Volven 9602, the main categories; their words are texts of the portal."""


@dataclass
class Doc:
    """One document in the list. `scan`: `clean` (can be shown), `unscanned` (only downloaded), `infected`."""

    key: str
    title: str
    category: str
    when: str
    by: str
    scan: str
    pages: int
    unit: str = ""


def docs(found: Mapping[str, Sequence[Entry]]) -> list[Doc]:
    """The documents in use, newest first. Pure."""
    return [_doc(entry) for entry in found.get(KIND, ()) if entry.state == "current"]


def _doc(entry: Entry) -> Doc:
    body = entry.body
    return Doc(
        key=entry.id,
        title=str(body["title"]),
        category=str(body["category"]),
        when=day_text(entry.at),
        by=entry.made.name,
        scan=str(body.get("scan") or "unscanned"),
        pages=int(body.get("pages") or 1),
        unit=entry.unit,
    )


class Documents(rx.State):
    """What is shown and filed. `taken`: the id of a content that is kept and waits for its name."""

    title: str = ""
    image: str = ""
    page: int = 0
    pages: int = 0
    taken: str = ""
    wrong: str = ""
    told: bool = False
    _shown: str = ""

    @rx.event
    @requires(Kind.CLINICIAN)
    async def show(self, key: str) -> Any:
        """The first page of a document in the list."""
        listed = (await self._journal()).documents
        found = next((one for one in listed if one.key == key), None)
        if found is None:
            return None
        self.reset()  # type: ignore[no-untyped-call]
        self._shown, self.title, self.pages = found.key, found.title, found.pages
        await self._fetch(1)
        return rx.set_focus(HEADING) if self.image else None

    @rx.event
    @requires(Kind.CLINICIAN)
    async def turn(self, by: int) -> None:
        """Another page."""
        if self._shown and 1 <= self.page + by <= self.pages:
            await self._fetch(self.page + by)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def close(self) -> Any:
        """Put away what is shown or being filed."""
        self.reset()  # type: ignore[no-untyped-call]
        return rx.set_focus("journal-heading")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def take(self, key: str) -> None:
        """The bytes are kept: now what the document is called."""
        self.reset()  # type: ignore[no-untyped-call]
        self.taken = str(UUID(key))

    @rx.event
    @requires(Kind.CLINICIAN)
    async def keep(self, sent: dict[str, Any]) -> Any:
        """File the document under a title and a category."""
        title, category = str(sent.get("title", "")).strip(), str(sent.get("category", ""))
        if not self.taken or category not in CATEGORIES or not title:
            self.wrong = "not-named"
            return None
        body = {"title": title, "category": category}
        try:
            client = await client_of(self, str(sent.get("patient", "")))
            await client.write(KIND, self.taken, Written("current", datetime.now(UTC), body))
        except ServiceProblem as problem:
            self.wrong = problem.code
            return None
        self.reset()  # type: ignore[no-untyped-call]
        self.told = True
        await (await self._journal())._read()
        return rx.set_focus("journal-heading")

    async def _journal(self) -> JournalState:
        from portal.clinician.journal.state import JournalState  # noqa: PLC0415 - it shows these documents

        return await self.get_state(JournalState)

    async def _fetch(self, page: int) -> None:
        try:
            client = await client_of(self, (await self._journal()).shown)
            image = await page_image(client.api, self._shown, page)
        except ServiceProblem as problem:
            self.wrong, self.image = problem.code, ""
            return
        self.page, self.image = page, image
