"""A visit of today, from the list: done by one tap, done with a few words, or not done and why.

The words stand in the page's own fields until they are saved; without a net the sending waits in the page and
goes once. The visit is a contact under its own id and the note has the id it got when writing began: sending
again writes nothing twice.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import reflex as rx

from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import Entry, JournalClient, Written
from portal.clients.unit import Listed, Share
from portal.clinician.start.opening import patient_of
from portal.clinician.start.state import Start
from portal.session.guard import requires
from portal.session.journal import journal_of, session_of, unit_client
from portal.session.models import Kind

NOT_DONE = ("not-home", "declined", "in-hospital", "no-staff", "plan-changed", "other")
"""Why a visit was not made: the journal's codes."""
TEMPLATE = "home-care-visit"
_PARTS = ("done", "observed")


class VisitWork(rx.State):
    """The form of one visit: `key` is whose line it stands under; `said` is what was done last."""

    key: str = ""
    wrong: str = ""
    wrong_key: str = ""
    reason: str = ""
    said: str = ""
    said_key: str = ""
    busy: str = ""
    _note_id: str = ""
    _begun: str = ""
    _note_version: int = -1

    @rx.event
    @requires(Kind.CLINICIAN)
    async def begin(self, key: str) -> None:
        """Write about a visit, or say why it was not made; once more puts the form away."""
        again = key == self.key
        self.reset()  # type: ignore[no-untyped-call]
        if not again and (await self.get_state(Start))._listed(key) is not None:
            self.key, self._note_id = key, str(uuid4())
            self._begun = datetime.now(UTC).isoformat()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_reason(self, reason: str) -> None:
        """Why the visit was not made; empty: it was."""
        self.reason = reason if reason in NOT_DONE else ""
        self.wrong = ""

    @rx.event
    @requires(Kind.CLINICIAN)
    async def done(self, key: str) -> None:
        """One tap: the visit is done."""
        listed = (await self.get_state(Start))._listed(key)
        if listed is None or self.busy:
            return
        self.wrong = self.said = ""
        if key == self.key:  # a form that stands open under another line keeps its words
            self.reset()  # type: ignore[no-untyped-call]
        try:
            await self._keep(listed, "finished", {})
        except ServiceProblem as problem:
            self.wrong, self.wrong_key = problem.code, key
            return
        await self._tell(key, "done")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def take(self, key: str) -> None:
        """A visit that nobody has becomes one's own."""
        mine = (await self.get_state(Start))._mine
        if mine:
            await self._assign(key, mine[0], "taken")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def give_back(self, key: str) -> None:
        """A visit of one's own is nobody's again."""
        await self._assign(key, None, "given-back")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def send(self, sent: dict[str, Any]) -> None:
        """Save the form: done with its words as a signed note, or not done with the reason."""
        listed = (await self.get_state(Start))._listed(self.key)
        if listed is None or str(sent.get("visit", "")) != self.key:
            return
        texts = {part: text for part in _PARTS if (text := str(sent.get(part, "")).strip())}
        key, self.wrong, self.wrong_key = self.key, "", self.key
        try:
            if self.reason:
                await self._not_done(listed, texts)
            else:
                await self._with_words(listed, texts)
        except ServiceProblem as problem:
            self.wrong = problem.code
            return
        said = "not-done" if self.reason else "done"
        self.reset()  # type: ignore[no-untyped-call]
        await self._tell(key, said)

    async def _assign(self, key: str, to: str | None, said: str) -> None:
        listed = (await self.get_state(Start))._listed(key)
        if listed is None or self.busy:
            return
        self.wrong = self.said = ""  # a form that stands open keeps its words
        try:
            told = await (await unit_client(self)).share([Share(key, to, listed.item.assignee)])
        except ServiceProblem as problem:
            self.wrong, self.wrong_key = problem.code, key
            return
        if key not in told.assigned:
            self.wrong, self.wrong_key = "taken-meanwhile" if told.taken else "changed-meanwhile", key
            await (await self.get_state(Start))._read()
            return
        await self._tell(key, said)

    async def _not_done(self, listed: Listed, texts: dict[str, str]) -> None:
        why = "\n".join(texts.values())
        if self.reason == "other" and not why:
            raise ServiceProblem(Problem.WRONG, "reason-missing")
        await self._keep(listed, "cancelled", {"not_done": self.reason} | ({"reason": why} if why else {}))

    async def _with_words(self, listed: Listed, texts: dict[str, str]) -> None:
        """The contact first, which the note belongs to; then the note, and its signature."""
        if texts and "done" not in texts:
            raise ServiceProblem(Problem.WRONG, "section-missing")
        client = await self._keep(listed, "finished", {})
        if not texts:
            return
        at = datetime.fromisoformat(self._begun)
        note = Written("draft", at, {"template": TEMPLATE, "texts": texts}, contact=listed.item.id)
        saved = await client.write("Composition", self._note_id, note, self._note_version)
        self._note_version = saved.version
        await client.act("Composition", self._note_id, "$sign", saved.version)

    async def _keep(self, listed: Listed, state: str, more: dict[str, Any]) -> JournalClient:
        """Write the visit as a contact; nothing where it stands so already."""
        client = journal_of(await session_of(self), await patient_of(self, listed))
        found = (await client.search(["Encounter"], contact=listed.item.id, count=1)).get("Encounter", [])
        before = found[0] if found else None
        for step in steps(before, state, more):
            version = before.version if before else -1
            said = more if step == state else {}
            written = contact(listed, before, step, said, datetime.now(UTC))
            before = await client.write("Encounter", listed.item.id, written, version)
        return client

    async def _tell(self, key: str, said: str) -> None:
        self.said, self.said_key = said, key
        await (await self.get_state(Start))._read()


def steps(before: Entry | None, state: str, more: dict[str, Any]) -> list[str]:
    """The states to write until the visit stands so: none where it does, and one begun anew on the way from
    not done to done."""
    if before is None:
        return [state]
    if before.state == state and before.body.get("not_done") == more.get("not_done"):
        return []
    return ["in-progress", state] if before.state == "cancelled" and state == "finished" else [state]


def contact(listed: Listed, before: Entry | None, state: str, more: dict[str, Any], now: datetime) -> Written:
    """The visit as a contact in a state: as planned where nothing is written yet, else as it stands."""
    item = listed.item
    body: dict[str, Any] = {"form": "home-visit", "service": "home-care"}
    if item.about:
        body |= {"plan": item.about}
    if item.due:
        body |= {"planned": item.due.isoformat()}
    if item.minutes:
        body |= {"minutes": item.minutes}
    kept = {name: value for name, value in (before.body if before else {}).items() if name != "not_done"}
    at = before.at if before else min(item.due or now, now)
    return Written(state, min(at, now), body | kept | more)


work: Any = VisitWork
"""The state for views: Reflex turns its attributes into Vars, which types do not tell."""
