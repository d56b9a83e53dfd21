"""Whom the page is about: a calm switch for those who may act for others, and a band while they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from portal.clients.errors import ServiceProblem
from portal.session.acting import act_for, acting_for, representation_client
from portal.session.current import current
from portal.session.guard import Login, requires
from portal.session.models import Kind, OpenPatient
from portal.ui import aksel
from portal.ui.text import text, text_by

Json = dict[str, Any]
OWN = "own"
_NOW = "acting-now"
_RELATIONS = {"PRN": "parent", "POWATT": "attorney"}


def handle_of(person: OpenPatient | None) -> str:
    """What a page knows them by; None is oneself."""
    return person.handle if person else OWN


async def shown_handle(state: rx.State) -> str:
    """Whom this tab shows, by handle; empty without a session. What is fetched is kept with it: shown beside
    another's name never, whatever comes first."""
    now = await current(state)
    return handle_of(await acting_for(now)) if now else ""


@dataclass
class Choice:
    """Someone one may act for: `handle` names them to the page, `relation` is `parent` or `attorney`."""

    handle: str
    name: str
    relation: str


class Acting(rx.State):
    """The switch: whom one may act for, and whom this tab acts for now (`own` for oneself)."""

    choices: list[Choice] = []  # noqa: RUF012 - Reflex copies defaults
    handle: str = OWN
    name: str = ""
    relation: str = ""
    gone: bool = False
    _known: bool = False

    @rx.event
    @requires(Kind.CITIZEN)
    async def load(self) -> None:
        """Whom this tab acts for, and, once a tab, whom one may act for."""
        now = await current(self)
        if now is None:
            return
        self._show(await acting_for(now))
        if not self._known:
            await self._fetch()

    @rx.event
    @requires(Kind.CITIZEN)
    async def choose(self, handle: str) -> Any:
        """Act for someone of the list, as the registers say just now; `own` for oneself."""
        now = await current(self)
        if now is None:
            return None
        person = await self._person(handle) if handle != OWN else None
        self.gone = handle != OWN and person is None
        await act_for(now, person)
        self._show(person)
        return rx.set_focus(_NOW) if handle == OWN else None  # the button that was pressed is gone

    async def _person(self, handle: str) -> OpenPatient | None:
        found = next((one for one in await self._fetch() if one.get("id") == handle), None)
        if found is None:
            return None
        patient = found.get("patient", {})
        return OpenPatient(
            number=str(patient.get("identifier", {}).get("value", "")),
            basis=_choice(found).relation,
            name=str(patient.get("display", "")),
            handle=handle,
        )

    async def _fetch(self) -> list[Json]:
        now = await current(self)
        if now is None:
            return []
        try:
            found = await representation_client(now).represented()
        except ServiceProblem:
            return []  # the page itself tells what is wrong with the service
        self.choices, self._known = [_choice(one) for one in found], True
        return found

    def _show(self, person: OpenPatient | None) -> None:
        self.handle = handle_of(person)
        self.name, self.relation = (person.name, person.basis) if person else ("", "")


def _choice(related: Json) -> Choice:
    coding = ((related.get("relationship") or [{}])[0].get("coding") or [{}])[0]
    relation = _RELATIONS.get(str(coding.get("code", "")), "attorney")
    return Choice(str(related.get("id", "")), str(related.get("patient", {}).get("display", "")), relation)


acting: Any = Acting  # Reflex turns a state's attributes into Vars, which types do not tell


def acting_bar(reload: Any) -> rx.Component:
    """The switch and the band; `reload` are the page's own loads, for the data of the one chosen."""
    return rx.fragment(
        rx.cond((acting.choices.length() > 0) | (acting.handle != OWN), _bar(reload)),
        rx.el.div(
            rx.cond(acting.gone, aksel.alert(text("acting.gone"), variant="warning", size="small")),
            role="status",
            class_name="akson-acting-gone",
        ),
    )


def _bar(reload: Any) -> rx.Component:
    other = acting.handle != OWN
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.cond(
                    other,
                    rx.el.strong(text("acting.now", name=acting.name), class_name="akson-acting-name"),
                    rx.el.span(text("acting.own", name=Login.name)),
                ),
                rx.cond(
                    other,
                    rx.el.span(
                        text_by("acting.as", acting.relation, "attorney"), class_name="akson-acting-as"
                    ),
                ),
                aria_live="polite",
                id=_NOW,
                tab_index=-1,
                custom_attrs={"data-testid": "acting-now"},
            ),
            aksel.select(
                rx.el.option(text("acting.oneself"), value=OWN),
                rx.foreach(
                    acting.choices,
                    lambda one: rx.el.option(
                        one.name,
                        " (",
                        text_by("acting.relation", one.relation, "attorney"),
                        ")",
                        value=one.handle,
                    ),
                ),
                label=text("acting.choose"),
                size="small",
                value=acting.handle,
                on_change=lambda value: [acting.choose(value), *reload],
                custom_attrs={"data-testid": "acting"},
            ),
            rx.cond(
                other,
                aksel.button(
                    text("acting.back"),
                    size="small",
                    variant="secondary",
                    on_click=[acting.choose(OWN), *reload],
                ),
            ),
            class_name="akson-acting-row",
        ),
        aria_label=text("acting.label"),
        class_name=rx.cond(other, "akson-acting akson-acting-other", "akson-acting"),
    )
