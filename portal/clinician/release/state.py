"""Releasing the open report to the patient, with words of one's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.clinician.release.transform import ReleaseView, release_view
from portal.session.guard import requires
from portal.session.models import Kind
from portal.session.patient import patient_agreements, results_client

_LONGEST = 2000
HEADING = "release-heading"


class Release(rx.State):
    """The panel. It is about `report`: shown for that report alone, so that words never reach another."""

    report: str = ""
    view: ReleaseView = ReleaseView()
    comment: str = ""
    agreed: bool = False
    sending: bool = False
    wrong: str = ""

    @rx.event
    @requires(Kind.CLINICIAN)
    async def open(self, report_id: str) -> Any:
        """Ask how the report stands; a look-up like any other."""
        self.reset()  # type: ignore[no-untyped-call]
        try:
            found = await (await results_client(self)).release_state(report_id)
        except ServiceProblem as problem:
            self.report, self.wrong = report_id, problem.code
            return None
        self.report, self.view = report_id, release_view(found)
        return rx.set_focus(HEADING)

    @rx.event
    @requires(Kind.CLINICIAN)
    async def close(self) -> None:
        """Put the panel away."""
        self.reset()  # type: ignore[no-untyped-call]

    @rx.event
    @requires(Kind.CLINICIAN)
    async def write(self, comment: str) -> None:
        """Words to the patient."""
        self.comment, self.wrong = comment[:_LONGEST], ""

    @rx.event
    @requires(Kind.CLINICIAN)
    async def agree(self, agreed: bool) -> None:
        """Whether the patient sees it before it is assessed, as agreed."""
        self.agreed, self.wrong = agreed, ""

    @rx.event
    @requires(Kind.CLINICIAN)
    async def send(self, report_id: str) -> AsyncIterator[Any]:
        """Release the report that the panel is about; what is written stays until that is done."""
        if report_id != self.report or self.sending:
            return
        self.sending, self.wrong = True, ""
        yield
        try:
            client = await results_client(self)
            found = await client.release(report_id, self.comment.strip(), agreed=self.agreed)
        except ServiceProblem as problem:
            self.sending, self.wrong = False, problem.code
            return
        self.view, self.sending, self.comment, self.agreed = release_view(found), False, "", False

    @rx.event
    @requires(Kind.CLINICIAN)
    async def agree_on(self, report_id: str) -> AsyncIterator[Any]:
        """Record that the patient sees such results at once from now on, as agreed."""
        async for step in self._agreement(report_id, begin=True):
            yield step

    @rx.event
    @requires(Kind.CLINICIAN)
    async def end_agreement(self, report_id: str) -> AsyncIterator[Any]:
        """End that agreement."""
        async for step in self._agreement(report_id, begin=False):
            yield step

    async def _agreement(self, report_id: str, *, begin: bool) -> AsyncIterator[Any]:
        if report_id != self.report or self.sending:
            return
        self.sending, self.wrong = True, ""
        yield
        try:
            client = await patient_agreements(self)
            await (client.record() if begin else client.end(self.view.agreement))
            found = await (await results_client(self)).release_state(report_id)
        except ServiceProblem as problem:
            self.sending, self.wrong = False, problem.code
            return
        self.view, self.sending = release_view(found), False
        yield rx.set_focus(HEADING)
