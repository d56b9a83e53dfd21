"""The lists of results to follow up, and the one that is open. Numbers of persons stay on the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import reflex as rx

from portal.clients.core_record import CoreRecordClient
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.follow_up import FollowUpClient, ResultListsClient, Seen
from portal.clients.unit import Listed
from portal.clinician.patients.state import BASES, LISTED_BASIS, REASONS
from portal.clinician.patients.transform import people
from portal.clinician.results.state import ResultsState
from portal.clinician.results_list.transform import (
    LATE,
    LISTS,
    ORDERS,
    TOLD,
    UNANSWERED,
    Colleague,
    Opened,
    Row,
    counts,
    lists_of,
    opened,
    place_of,
    rows,
)
from portal.clinician.start.opening import open_listed, patient_of
from portal.frame.critical import Critical
from portal.frame.layout import JOURNAL
from portal.frame.patient import PatientBanner
from portal.session.current import Current, current
from portal.session.guard import requires
from portal.session.journal import journal_client, unit_client
from portal.session.models import Kind
from portal.session.patient import core_record_fhir, open_patient, set_open_patient
from portal.session.places import need_lists
from portal.session.profile import with_profile

HEADING, LIST_HEADING = "report-heading", "result-list-heading"
ROWS = "result-rows"
"""The lines: after one is done with, Tab leads to the next."""
_AGREED = "SAMTYKKE"


class ResultList(rx.State):
    """The lists and the open result. `asks`: a basis must be stated before this one can be read."""

    loading: bool = True
    problem: str = ""
    code: str = ""
    chosen: str = "mine"
    counts: dict[str, int] = {}  # noqa: RUF012 - Reflex copies defaults
    rows: list[Row] = []  # noqa: RUF012
    opening: str = ""
    asks: str = ""
    asks_reason: bool = False
    basis: str = _AGREED
    reason: str = ""
    open_problem: str = ""
    open_code: str = ""
    shown: Opened = Opened()
    open_key: str = ""
    done: str = ""
    _lists: dict[str, list[Listed]] = {}  # noqa: RUF012
    _own: set[str] = set()  # noqa: RUF012
    _open: Listed | None = None
    _version: str = ""
    _wanted: str = ""

    @rx.event
    @requires(Kind.CLINICIAN)
    async def load(self) -> Any:
        """Fetch the lists; a result of the patient whom this tab has open is opened at once: the one that was
        asked for elsewhere or was open here, else their first."""
        wanted = self._wanted or self.open_key
        self.reset()  # type: ignore[no-untyped-call]
        patient = await open_patient(self)
        if not await self._read() or patient is None:
            return None
        place = place_of(self._lists, patient.person, wanted)
        if place is None:
            return None
        self.chosen, key = place
        self._show()
        return ResultList.open(key)  # type: ignore[operator]

    @rx.event
    @requires(Kind.CLINICIAN)
    async def again(self) -> Any:
        """Fetch the lists anew; what is open stays."""
        await self._read()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose(self, name: str) -> None:
        """Show another of the lists."""
        self.chosen = name if name in LISTS else self.chosen
        self._show()

    @rx.event
    @requires(Kind.CLINICIAN)
    async def open(self, key: str) -> AsyncIterator[Any]:
        """Open a result: its person in this tab, the result as it stands, and what was done with it."""
        listed = self._find(key)
        if listed is None or self.opening:
            return
        self.opening, self.asks, self.done, self._open = key, "", "", listed
        yield
        if listed.item.kind in ORDERS:
            yield await self._to_order(listed)
            return
        if listed.item.person_id in self._own:
            yield await self._read_result(listed, LISTED_BASIS, None)
            return
        self.asks, self.asks_reason = listed.name, self._is_ownerless(key)
        self.opening, self.basis, self.reason = "", _AGREED, ""
        yield rx.set_focus("result-basis")

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_basis(self, basis: str) -> None:
        """The basis on which the result is read."""
        self.basis = basis if basis in BASES else _AGREED

    @rx.event
    @requires(Kind.CLINICIAN)
    async def choose_reason(self, reason: str) -> None:
        """The reason where no register shows a relation."""
        self.reason = reason if reason in REASONS else ""

    @rx.event
    @requires(Kind.CLINICIAN)
    async def open_on_basis(self) -> AsyncIterator[Any]:
        """Open the result that was chosen, on the basis stated."""
        if self._open is None or not self.asks or (self.asks_reason and not self.reason):
            return
        self.opening = self._open.item.id
        yield
        yield await self._read_result(self._open, self.basis, self.reason or None)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def close(self) -> Any:
        """Put the open result away: it stays on its list."""
        await self._put_away()
        return rx.set_focus(LIST_HEADING)

    async def _read(self) -> bool:
        now = await current(self)
        if now is None:
            return False
        try:
            now = await with_profile(now)  # who comes straight here has no role yet
            await need_lists(self)
            unit = await unit_client(self)
            results = ResultListsClient(unit.api)
            mine, every, unanswered, ownerless, own = await asyncio.gather(
                unit.work(["result", TOLD], mine=True, count=1000),
                unit.work(["result", LATE], count=1000),
                unit.work_of_unit(sorted(UNANSWERED), by_time=True, count=1000),
                _ownerless(results, now),
                _own_patients(now),
            )
        except ServiceProblem as problem:
            self.loading, self.problem, self.code = False, str(problem.problem), problem.code
            return False
        self._lists, self._own = lists_of(mine, every, ownerless, unanswered), own
        self.loading, self.problem, self.code = False, "", ""
        self._show()
        return True

    def _show(self) -> None:
        self.counts = counts(self._lists)
        self.rows = rows(self._lists.get(self.chosen, ()), datetime.now(UTC))

    async def _to_order(self, listed: Listed) -> Any:
        """An order is decided about in its person's journal."""
        now = await current(self)
        if now is None:
            return None
        try:
            await open_listed(self, now, listed)
        except ServiceProblem as problem:
            self.open_problem, self.open_code, self.opening = str(problem.problem), problem.code, ""
            return None
        self.reset()  # type: ignore[no-untyped-call]
        return rx.redirect(f"{JOURNAL}#journal-orders")

    async def _read_result(self, listed: Listed, basis: str, reason: str | None) -> Any:
        now = await current(self)
        if now is None:
            return None
        try:
            patient = await patient_of(self, listed, basis, reason)
            await set_open_patient(now, patient)
            (await self.get_state(PatientBanner))._show(now, patient)
            self.shown = await self._fetch(listed)
        except ServiceProblem as problem:
            self.open_problem, self.open_code = str(problem.problem), problem.code
            self.opening, self.shown = "", Opened()
            return Critical.load
        self.opening = self.asks = self.open_problem = self.open_code = ""
        self.open_key = listed.item.id
        self.rows = [self._as_opened(row) for row in self.rows]
        return [rx.set_focus(HEADING), Critical.load]

    def _as_opened(self, row: Row) -> Row:
        """The line of what is open now says so without asking for the whole list anew."""
        return replace(row, state=self.shown.state) if row.key == self.open_key else row

    async def _fetch(self, listed: Listed) -> Opened:
        """The report first: nothing counts as opened that is not shown. Once more if it changed between."""
        report_id = listed.item.about or listed.item.id
        results = await self.get_state(ResultsState)
        report = await results._show_alone(report_id)
        seen = await (await self._client()).open(report_id)
        if report is None and seen.result.version is not None:
            raise ServiceProblem(Problem.NOT_FOUND, "report-not-found")
        issued = seen.result.issued
        if report is not None and issued is not None and datetime.fromisoformat(report.issued) != issued:
            await results._show_alone(report_id)
        self._version = seen.result.version or ""
        versions = await results._versions_alone(report_id) if seen.earlier else []
        return opened(seen, listed.name, versions)

    async def _client(self) -> FollowUpClient:
        """For the open patient, who must be whom the open result is about. Raises `ServiceProblem`."""
        patient = await open_patient(self)
        if patient is None or self._open is None or patient.person != self._open.item.person_id:
            raise ServiceProblem(Problem.NOT_FOUND, "no-open-patient")
        return FollowUpClient((await journal_client(self)).api)

    async def _after(self, seen: Seen, done: str) -> Any:
        """What was done has come to be: say so, and go on to the next of the list."""
        self.done = done
        if self._open is not None:
            self.shown = opened(seen, self._open.name)
        await self._read()
        if done in ("assess", "forward") or not seen.here:
            await self._put_away()
            return rx.set_focus(ROWS if self.rows else LIST_HEADING)
        return None

    async def _put_away(self) -> None:
        (await self.get_state(ResultsState)).reset()  # type: ignore[no-untyped-call]
        self.shown, self._open, self.opening, self.asks, self._version = Opened(), None, "", "", ""
        self.open_problem = self.open_code = self.open_key = ""

    def _find(self, key: str) -> Listed | None:
        return next((one for one in self._every() if one.item.id == key), None)

    def _every(self) -> list[Listed]:
        return [one for name in LISTS for one in self._lists.get(name, ())]

    def _is_ownerless(self, key: str) -> bool:
        return any(one.item.id == key for one in self._lists.get("ownerless", ()))


async def _ownerless(client: ResultListsClient, now: Current) -> list[Listed]:
    """What has no owner is looked after by those with an authorisation."""
    return await client.ownerless() if now.session.hpr_number else []


async def _own_patients(now: Current) -> set[str]:
    """Ids of those on one's own list: their results are read on the listed GP's basis."""
    if not now.session.hpr_number:
        return set()
    listed = await CoreRecordClient(core_record_fhir(now), now.session.role).own_patients()
    return {one.id for one in people(listed)}


async def colleagues_of(state: rx.State) -> list[Colleague]:
    """Who works at the place one works at. Raises `ServiceProblem`."""
    return [Colleague(one.id, one.name) for one in await (await unit_client(state)).personnel()]


result_list: Any = ResultList
"""The state for views: Reflex turns its attributes into Vars, which types do not tell."""
