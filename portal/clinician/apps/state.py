"""The apps that can be opened for the open patient, and opening one in a tab of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from portal.clients.apps import AppsClient
from portal.clients.errors import Problem, ServiceProblem
from portal.frame.apps import use_of
from portal.session.current import current
from portal.session.guard import requires
from portal.session.journal import NO_PATIENT, client_of, journal_client, patient_handle
from portal.session.models import Kind
from portal.session.patient import open_patient


@dataclass
class Offer:
    """An app, whose it is, what it is for, and what it may."""

    client_id: str
    name: str
    vendor: str
    purpose: str
    reads: list[str]
    writes: list[str]
    delivers: bool


class Offered(rx.State):
    """The page's state. `shown` names the patient it was filled for, by a handle that tells nothing."""

    found: list[Offer] = []  # noqa: RUF012 - Reflex copies defaults
    shown: str = ""
    opened: str = ""
    loaded: bool = False
    problem: str = ""
    problem_code: str = ""

    @rx.event
    @requires(Kind.CLINICIAN)
    async def load(self) -> None:
        """What is offered to who acts in this role at this place."""
        self.reset()  # type: ignore[no-untyped-call]
        now, patient = await current(self), await open_patient(self)
        if now is None or patient is None:
            self._tell(ServiceProblem(Problem.NOT_FOUND, NO_PATIENT))
            return
        self.shown = patient_handle(now, patient)
        try:
            answer = await AppsClient((await journal_client(self)).api).offered()
        except ServiceProblem as problem:
            self._tell(problem)
            return
        self.found, self.loaded = [_offer(one) for one in answer], True

    @rx.event
    @requires(Kind.CLINICIAN)
    async def open(self, client_id: str) -> Any:
        """Open an app for the patient that the page shows, in a tab of its own."""
        self.problem = self.opened = ""
        try:
            client = await client_of(self, self.shown)
            url = await AppsClient(client.api).begin(client_id)
        except ServiceProblem as problem:
            self._tell(problem)
            return None
        self.opened = next((one.name for one in self.found if one.client_id == client_id), "")
        return rx.redirect(url, is_external=True)

    def _tell(self, problem: ServiceProblem) -> None:
        self.problem, self.problem_code = str(problem.problem), problem.code


def _offer(one: dict[str, Any]) -> Offer:
    use = use_of(one["grants"])
    return Offer(
        client_id=str(one["client_id"]),
        name=str(one["name"]),
        vendor=str(one["vendor_name"]),
        purpose=str(one["purpose"]),
        reads=use.reads,
        writes=use.writes,
        delivers=use.delivers,
    )
