"""The portal: its pages and where they are found. Nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import reflex as rx

from portal.administration.apps.page import apps_page
from portal.administration.apps.page import load as load_apps
from portal.administration.changes.page import changes_page
from portal.administration.changes.page import load as load_changes
from portal.administration.lists.page import gp_lists_page
from portal.administration.lists.page import load as load_gp_lists
from portal.administration.organisations.page import load as load_organisations
from portal.administration.organisations.page import organisations_page
from portal.administration.personnel.page import load as load_personnel
from portal.administration.personnel.page import personnel_page
from portal.administration.unusual.page import load as load_unusual
from portal.administration.unusual.page import unusual_page
from portal.citizen.access_log.page import access_log_page
from portal.citizen.access_log.page import load as load_log
from portal.citizen.journal.filing import own_file_routes
from portal.citizen.journal.page import load as load_own_journal
from portal.citizen.journal.page import own_journal_page
from portal.citizen.notices.page import load as load_notices
from portal.citizen.notices.page import notices_page
from portal.citizen.privacy.page import load as load_privacy
from portal.citizen.privacy.page import privacy_page
from portal.citizen.results.page import load as load_own_results
from portal.citizen.results.page import own_results_page
from portal.clinician.apps.page import load as load_offered
from portal.clinician.apps.page import offered_page
from portal.clinician.journal.filing import file_routes
from portal.clinician.journal.page import journal_page
from portal.clinician.journal.page import load as load_journal
from portal.clinician.journal.printing import paper_routes
from portal.clinician.journal.saving import save_routes
from portal.clinician.messages.page import load as load_letters
from portal.clinician.messages.page import unit_messages_page
from portal.clinician.patients.page import load as load_patients
from portal.clinician.patients.page import patients_page
from portal.clinician.results.page import load as load_results
from portal.clinician.results.page import results_page
from portal.clinician.results_list.page import follow_up_page
from portal.clinician.results_list.page import load as load_follow_up
from portal.clinician.sharing.page import load as load_sharing
from portal.clinician.sharing.page import sharing_page
from portal.frame.acting import Acting
from portal.frame.bell import Bell
from portal.frame.critical import Critical
from portal.frame.layout import (
    ACCESS_LOG,
    APPS,
    APPS_KEPT,
    CHANGES,
    FOLLOW_UP,
    GP_LISTS,
    JOURNAL,
    LETTERS,
    MESSAGES,
    NOTICES,
    OWN_JOURNAL,
    OWN_RESULTS,
    PATIENTS,
    PERSONNEL,
    PLACES,
    PRIVACY,
    REMAPPING,
    RESULTS,
    SENDERS,
    UNUSUAL,
    VISITS,
    layout,
)
from portal.frame.leaving import leave_page, not_found_page
from portal.frame.patient import PatientBanner
from portal.frame.server import lifespan, server
from portal.frame.trouble import boundary, event_failed, page_failed
from portal.operations.messages.page import load as load_messages
from portal.operations.messages.page import messages_page
from portal.operations.remapping.page import load as load_remapping
from portal.operations.remapping.page import remapping_page
from portal.operations.senders.page import load as load_senders
from portal.operations.senders.page import senders_page
from portal.panel.routes import panel_routes
from portal.session.guard import LEAVE, SessionGuard
from portal.session.models import Kind
from portal.ui.text import text

app = rx.App(
    html_lang="nb",
    toaster=None,
    app_wraps={(55, "ErrorBoundary"): boundary},
    frontend_exception_handler=page_failed,
    backend_exception_handler=event_failed,
    api_transformer=server(
        [*panel_routes(), *save_routes(), *file_routes(), *own_file_routes(), *paper_routes()]
    ),
)
app.add_middleware(SessionGuard(), index=0)
app.register_lifespan_task(lifespan)


PATIENT = (PatientBanner.load, Critical.load)
"""What every page about an open patient shows at once: who, and what is critical."""


class Page(NamedTuple):
    """A page for one kind of login. `key` is its place in the menu and its title below `frame.title`."""

    route: str
    kind: Kind
    key: str
    content: Callable[[], rx.Component]
    on_load: Sequence[Any]
    frame: dict[str, Any] = {}  # noqa: RUF012 - never changed


PAGES = (
    Page(PATIENTS, Kind.CLINICIAN, "patients", patients_page, load_patients),
    Page(
        JOURNAL,
        Kind.CLINICIAN,
        "journal",
        journal_page,
        [PatientBanner.load, *load_journal],  # which fetches what is critical with all the rest
        {"with_patient": True},
    ),
    Page(
        RESULTS,
        Kind.CLINICIAN,
        "results",
        results_page,
        [*PATIENT, load_results],
        {"with_patient": True},
    ),
    Page(
        FOLLOW_UP,
        Kind.CLINICIAN,
        "follow_up",
        follow_up_page,
        [*PATIENT, load_follow_up],
        {"with_patient": True},
    ),
    Page(
        LETTERS,
        Kind.CLINICIAN,
        "letters",
        unit_messages_page,
        [*PATIENT, *load_letters],
        {"with_patient": True},
    ),
    Page(VISITS, Kind.CLINICIAN, "visits", sharing_page, [load_sharing]),
    Page(
        APPS,
        Kind.CLINICIAN,
        "apps",
        offered_page,
        [*PATIENT, *load_offered],
        {"with_patient": True},
    ),
    Page(
        OWN_RESULTS,
        Kind.CITIZEN,
        "own_results",
        own_results_page,
        [Acting.load, *load_own_results, Bell.load],
        {"reload": load_own_results},
    ),
    Page(
        OWN_JOURNAL,
        Kind.CITIZEN,
        "own_journal",
        own_journal_page,
        [Acting.load, *load_own_journal, Bell.load],
        {"reload": load_own_journal},
    ),
    Page(
        ACCESS_LOG,
        Kind.CITIZEN,
        "access_log",
        access_log_page,
        [Acting.load, *load_log, Bell.load],
        {"reload": load_log},
    ),
    Page(
        NOTICES,
        Kind.CITIZEN,
        "notices",
        notices_page,
        [Acting.load, *load_notices],
        {"reload": load_notices},
    ),
    Page(
        PRIVACY,
        Kind.CITIZEN,
        "privacy",
        privacy_page,
        [Acting.load, *load_privacy, Bell.load],
        {"reload": load_privacy},
    ),
    Page(MESSAGES, Kind.OPERATOR, "messages", messages_page, [load_messages]),
    Page(SENDERS, Kind.OPERATOR, "senders", senders_page, [load_senders]),
    Page(REMAPPING, Kind.OPERATOR, "remapping", remapping_page, [load_remapping]),
    Page(PERSONNEL, Kind.ADMINISTRATOR, "personnel", personnel_page, [load_personnel]),
    Page(PLACES, Kind.ADMINISTRATOR, "places", organisations_page, [load_organisations]),
    Page(GP_LISTS, Kind.ADMINISTRATOR, "gp_lists", gp_lists_page, [load_gp_lists]),
    Page(CHANGES, Kind.ADMINISTRATOR, "changes", changes_page, [load_changes]),
    Page(UNUSUAL, Kind.ADMINISTRATOR, "unusual", unusual_page, [load_unusual]),
    Page(APPS_KEPT, Kind.ADMINISTRATOR, "apps_kept", apps_page, [load_apps]),
)
for page in PAGES:
    app.add_page(
        layout(page.content(), page.kind, page.key, **page.frame),
        route=page.route,
        title=text(f"frame.title.{page.key}"),
        on_load=[*page.on_load],
    )
app.add_page(leave_page(), route=LEAVE, title=text("frame.title.leave"))
app.add_page(not_found_page(), route="/404", title=text("frame.title.not_found"))
