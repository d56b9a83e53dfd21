"""The portal: its pages and where they are found. Nothing else."""

from __future__ import annotations

import reflex as rx

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
from portal.citizen.notices.page import load as load_notices
from portal.citizen.notices.page import notices_page
from portal.citizen.privacy.page import load as load_privacy
from portal.citizen.privacy.page import privacy_page
from portal.citizen.results.page import load as load_own_results
from portal.citizen.results.page import own_results_page
from portal.clinician.patients.page import load as load_patients
from portal.clinician.patients.page import patients_page
from portal.clinician.results.page import load as load_results
from portal.clinician.results.page import results_page
from portal.frame.acting import Acting
from portal.frame.bell import Bell
from portal.frame.layout import (
    ACCESS_LOG,
    CHANGES,
    GP_LISTS,
    MESSAGES,
    NOTICES,
    OWN_RESULTS,
    PATIENTS,
    PERSONNEL,
    PLACES,
    PRIVACY,
    RESULTS,
    SENDERS,
    UNUSUAL,
    layout,
)
from portal.frame.leaving import leave_page, not_found_page
from portal.frame.patient import PatientBanner
from portal.frame.server import lifespan, server
from portal.frame.trouble import boundary, event_failed, page_failed
from portal.operations.messages.page import load as load_messages
from portal.operations.messages.page import messages_page
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
    api_transformer=server(panel_routes()),
)
app.add_middleware(SessionGuard(), index=0)
app.register_lifespan_task(lifespan)

app.add_page(
    layout(patients_page(), Kind.CLINICIAN, "patients"),
    route=PATIENTS,
    title=text("frame.title.patients"),
    on_load=load_patients,
)
app.add_page(
    layout(results_page(), Kind.CLINICIAN, "results", with_patient=True),
    route=RESULTS,
    title=text("frame.title.results"),
    on_load=[PatientBanner.load, load_results],
)
app.add_page(
    layout(own_results_page(), Kind.CITIZEN, "own_results", reload=[load_own_results]),
    route=OWN_RESULTS,
    title=text("frame.title.own_results"),
    on_load=[Acting.load, load_own_results, Bell.load],
)
app.add_page(
    layout(access_log_page(), Kind.CITIZEN, "access_log", reload=[load_log]),
    route=ACCESS_LOG,
    title=text("frame.title.access_log"),
    on_load=[Acting.load, load_log, Bell.load],
)
app.add_page(
    layout(notices_page(), Kind.CITIZEN, "notices", reload=[load_notices]),
    route=NOTICES,
    title=text("frame.title.notices"),
    on_load=[Acting.load, load_notices],
)
app.add_page(
    layout(privacy_page(), Kind.CITIZEN, "privacy", reload=load_privacy),
    route=PRIVACY,
    title=text("frame.title.privacy"),
    on_load=[Acting.load, *load_privacy, Bell.load],
)
app.add_page(
    layout(messages_page(), Kind.OPERATOR, "messages"),
    route=MESSAGES,
    title=text("frame.title.messages"),
    on_load=load_messages,
)
app.add_page(
    layout(senders_page(), Kind.OPERATOR, "senders"),
    route=SENDERS,
    title=text("frame.title.senders"),
    on_load=load_senders,
)
app.add_page(
    layout(personnel_page(), Kind.ADMINISTRATOR, "personnel"),
    route=PERSONNEL,
    title=text("frame.title.personnel"),
    on_load=load_personnel,
)
app.add_page(
    layout(organisations_page(), Kind.ADMINISTRATOR, "places"),
    route=PLACES,
    title=text("frame.title.places"),
    on_load=load_organisations,
)
app.add_page(
    layout(gp_lists_page(), Kind.ADMINISTRATOR, "gp_lists"),
    route=GP_LISTS,
    title=text("frame.title.gp_lists"),
    on_load=load_gp_lists,
)
app.add_page(
    layout(changes_page(), Kind.ADMINISTRATOR, "changes"),
    route=CHANGES,
    title=text("frame.title.changes"),
    on_load=load_changes,
)
app.add_page(
    layout(unusual_page(), Kind.ADMINISTRATOR, "unusual"),
    route=UNUSUAL,
    title=text("frame.title.unusual"),
    on_load=load_unusual,
)
app.add_page(leave_page(), route=LEAVE, title=text("frame.title.leave"))
app.add_page(not_found_page(), route="/404", title=text("frame.title.not_found"))
