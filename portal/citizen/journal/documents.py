"""Documents in one's own journal: which there are, and a page shown as an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from portal.citizen.journal.transform import day_of, role_of
from portal.clients.errors import ServiceProblem
from portal.clients.journal import Entry
from portal.session.files import page_image
from portal.session.guard import requires
from portal.session.journal import citizen_journal
from portal.session.models import Kind
from portal.ui.files import HEADING

KIND = "DocumentReference"


@dataclass
class OwnDocument:
    """One document, who put it there as what (Volven 9060; `none` without authorisation) and when.

    `scan`: `clean` (can be shown), `unscanned` (only downloaded), `infected`.
    """

    key: str
    title: str
    category: str
    at: str
    by: str
    role: str
    scan: str
    pages: int


def documents(found: Mapping[str, Sequence[Entry]]) -> list[OwnDocument]:
    """The documents in use, newest first. Pure."""
    return [_document(entry) for entry in found.get(KIND, ()) if entry.state == "current"]


def _document(entry: Entry) -> OwnDocument:
    body = entry.body
    return OwnDocument(
        key=entry.id,
        title=str(body["title"]),
        category=str(body["category"]),
        at=day_of(entry),
        by=entry.made.name,
        role=role_of(entry.made),
        scan=str(body.get("scan") or "unscanned"),
        pages=int(body.get("pages") or 1),
    )


class OwnDocuments(rx.State):
    """The documents listed, and the one that is shown."""

    listed: list[OwnDocument] = []  # noqa: RUF012 - Reflex copies defaults
    title: str = ""
    image: str = ""
    page: int = 0
    pages: int = 0
    wrong: str = ""
    _shown: str = ""

    @rx.event
    @requires(Kind.CITIZEN)
    async def show(self, key: str) -> Any:
        """The first page of a document in the list."""
        found = next((one for one in self.listed if one.key == key), None)
        if found is None:
            return None
        self._put_away()
        self._shown, self.title, self.pages = found.key, found.title, found.pages
        await self._fetch(1)
        return rx.set_focus(HEADING)

    @rx.event
    @requires(Kind.CITIZEN)
    async def turn(self, by: int) -> None:
        """Another page."""
        if self._shown and 1 <= self.page + by <= self.pages:
            await self._fetch(self.page + by)

    @rx.event
    @requires(Kind.CITIZEN)
    async def close(self) -> Any:
        """Put away what is shown."""
        self._put_away()
        return rx.set_focus("own-documents")

    def _list(self, found: Mapping[str, Sequence[Entry]]) -> None:
        """What the page has fetched; what was shown before is put away."""
        self._put_away()
        self.listed = documents(found)

    def _put_away(self) -> None:
        self.title = self.image = self.wrong = self._shown = ""
        self.page = self.pages = 0

    async def _fetch(self, page: int) -> None:
        try:
            client = await citizen_journal(self)
            self.image = await page_image(client.api, self._shown, page)
        except ServiceProblem as problem:
            self.wrong, self.image = problem.code, ""
            return
        self.page = page
