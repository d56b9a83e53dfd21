"""Whom a citizen acts for in one tab: themselves, a child, or who has given them a fullmakt.

The number lies in the session store; pages know a handle and a name. The core record decides each look-up.
"""

from __future__ import annotations

from portal.clients.agreements import AgreementsClient
from portal.clients.core_record import CoreRecordClient
from portal.clients.jsonapi import JsonClient
from portal.clients.notices import EmailClient, NoticesClient
from portal.clients.privacy import PrivacyClient, RepresentationClient
from portal.clients.results import ResultsClient
from portal.clients.screens import ScreensClient
from portal.session.current import Current
from portal.session.models import Kind, OpenPatient
from portal.session.patient import core_record_fhir, results_fhir, set_open_patient
from portal.session.tokens import CORE_RECORD, RESULTS, authorizer
from portal.session.wiring import wiring

__all__ = [
    "act_for",
    "acting_for",
    "agreements_client",
    "email_client",
    "log_client",
    "notices_client",
    "person_number",
    "privacy_client",
    "representation_client",
    "shown_results_client",
    "shown_screens_client",
]


async def acting_for(now: Current) -> OpenPatient | None:
    """Whom this tab acts for; None for oneself."""
    if now.session.kind is not Kind.CITIZEN:
        return None
    return await wiring().store.open_patient(now.sid, now.tab)


async def act_for(now: Current, person: OpenPatient | None) -> None:
    """Act for `person` in this tab (None: for oneself)."""
    await set_open_patient(now, person)


async def person_number(now: Current) -> str:
    """The number of the one whose data this tab shows."""
    person = await acting_for(now)
    return person.number if person else now.session.number


async def shown_results_client(now: Current) -> ResultsClient:
    """The client for the results that this tab shows."""
    return ResultsClient(results_fhir(now), {"person-id": await person_number(now)})


async def shown_screens_client(now: Current) -> ScreensClient:
    """The client for the values over time that this tab shows."""
    made = wiring()
    headers = {"person-id": await person_number(now)}
    return ScreensClient(made.http, made.settings.results_url, authorizer(now, RESULTS), headers)


async def log_client(now: Current) -> tuple[CoreRecordClient, str]:
    """The client for the log that this tab shows, and whose it is."""
    return CoreRecordClient(core_record_fhir(now)), await person_number(now)


async def privacy_client(now: Current) -> PrivacyClient:
    """The client for the settings that this tab shows."""
    return PrivacyClient(core_record_fhir(now), await person_number(now))


async def notices_client(now: Current, *, own: bool = False) -> NoticesClient:
    """The client for the notices and the log's file of whom this tab shows; `own`: of the reader."""
    return NoticesClient(_core_record(now), now.session.number if own else await person_number(now))


def email_client(now: Current) -> EmailClient:
    """The client for the address of the one logged in."""
    return EmailClient(_core_record(now))


async def agreements_client(now: Current) -> AgreementsClient:
    """The client for the agreements on earlier viewing of whom this tab shows."""
    made = wiring()
    api = JsonClient(made.http, made.settings.results_url, authorizer(now, RESULTS))
    return AgreementsClient(api, {"person-id": await person_number(now)})


def representation_client(now: Current) -> RepresentationClient:
    """The client for whom the one logged in may act for."""
    return RepresentationClient(core_record_fhir(now))


def _core_record(now: Current) -> JsonClient:
    made = wiring()
    return JsonClient(made.http, made.settings.core_record_url, authorizer(now, CORE_RECORD))
