"""Follow-up of results: whose list a report is on, and what is done with it; never what it says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from portal.clients.journal import JournalApi
from portal.clients.unit import Listed


class FollowUp(Struct, frozen=True):
    """Where a report stands. `mark`: `none undecided abnormal critical`; `version`: None when it is gone."""

    report: str
    mark: str
    state: str
    unit: str
    since: datetime
    version: str | None = None
    issued: datetime | None = None
    assignee: str | None = None
    escalated: int = 0


class Event(Struct, frozen=True):
    """What happened to a report, to which version. `words` for colleagues, `comment` for the patient."""

    id: str
    at: datetime
    kind: str
    unit: str
    version: str | None = None
    name: str | None = None
    to_name: str | None = None
    words: str | None = None
    comment: str | None = None
    released: bool = False


class Seen(Struct, frozen=True):
    """A report with its history. `earlier`: the version that was opened before this one came."""

    result: FollowUp
    events: list[Event]
    may_assess: bool
    here: bool
    earlier: str | None = None


class _Items(Struct):
    items: list[Listed]


class FollowUpClient:
    """One person's results as they are followed up. Everything raises `JournalProblem`."""

    def __init__(self, api: JournalApi) -> None:
        self._api = api

    async def open(self, report_id: str) -> Seen:
        """The report's place and history; its newest version counts as opened from here on."""
        return await self._do(report_id, "open", None)

    async def prepare(self, report_id: str, version: str, words: str) -> Seen:
        """Propose to who assesses."""
        return await self._do(report_id, "prepare", {"version": version, "words": words})

    async def assess(self, report_id: str, version: str, words: str, comment: str, *, release: bool) -> Seen:
        """Sign off; with `release` the patient sees it, and the comment."""
        said = {"version": version, "words": words, "comment": comment, "release": release}
        return await self._do(report_id, "assess", said)

    async def forward(self, report_id: str, assignee: str | None, unit: str | None, words: str) -> Seen:
        """To a colleague, to the own inbox, or to another unit."""
        return await self._do(report_id, "forward", {"unit": unit, "assignee": assignee, "words": words})

    async def make_task(self, report_id: str, task_id: str, at: datetime, task: dict[str, Any]) -> Seen:
        """A task about the report; once more with the same id and time changes nothing."""
        return await self._do(report_id, "task", {"id": task_id, "at": at, "task": task})

    async def _do(self, report_id: str, act: str, body: Any) -> Seen:
        return await self._api.ask("POST", f"/follow-up/{report_id}/${act}", Seen, body)


class ResultListsClient:
    """The lists of results of the place one works at, beside its list of work. Raises `JournalProblem`."""

    def __init__(self, api: JournalApi) -> None:
        self._api = api

    async def ownerless(self) -> list[Listed]:
        """What has no owner in the municipality."""
        return (await self._api.ask("POST", "/follow-up/no-owner/_search", _Items)).items
