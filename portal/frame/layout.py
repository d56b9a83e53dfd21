"""The frame around every page: skip link, header (menu, language, login), patient banner, main, footer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors

from portal.frame.acting import acting_bar
from portal.frame.bell import unread_mark
from portal.frame.idle import idle_warning
from portal.frame.language import LanguageChoice
from portal.frame.leaving import ENDED
from portal.frame.logins import LOGINS
from portal.frame.paper import paper_head
from portal.frame.patient import patient_banner
from portal.frame.states import loading_view
from portal.frame.trouble import trouble_notice
from portal.frame.unsent import unsent_guard
from portal.session.guard import Login
from portal.session.models import Kind
from portal.session.places import CHOOSE
from portal.ui import aksel
from portal.ui.html import plain_form, plain_link
from portal.ui.language import Language, in_language
from portal.ui.text import text

PATIENTS = "/clinician/patients"
RESULTS = "/clinician/results"
JOURNAL = "/clinician/journal"
FOLLOW_UP = "/clinician/follow-up"
LETTERS = "/clinician/messages"
VISITS = "/clinician/visits"
APPS = "/clinician/apps"
OWN_RESULTS = "/citizen/results"
OWN_JOURNAL = "/citizen/journal"
ACCESS_LOG = "/citizen/access-log"
PRIVACY = "/citizen/privacy"
NOTICES = "/citizen/notices"
MESSAGES = "/operations/messages"
SENDERS = "/operations/senders"
REMAPPING = "/operations/remapping"
PERSONNEL = "/administration/personnel"
PLACES = "/administration/organisations"
GP_LISTS = "/administration/gp-lists"
CHANGES = "/administration/changes"
UNUSUAL = "/administration/unusual-access"
APPS_KEPT = "/administration/apps"


_FEEDBACK = {
    "patients": "clinician-patients",
    "results": "clinician-results",
    "own_results": "citizen-results",
    "access_log": "citizen-access-log",
    "privacy": "citizen-privacy",
    "messages": "operations",
    "senders": "operations",
    "remapping": "operations",
    "personnel": "administration",
}
"""A page's key in the menu → the panel's name of it (`citizen_panel.feedback.models.PAGES`)."""


@dataclass(frozen=True)
class Link:
    """A place in the menu; `key` is its text below `frame.nav`."""

    key: str
    href: str


MENUS: dict[Kind, tuple[Link, ...]] = {
    Kind.CLINICIAN: (
        Link("patients", PATIENTS),
        Link("journal", JOURNAL),
        Link("results", RESULTS),
        Link("follow_up", FOLLOW_UP),
        Link("letters", LETTERS),
        Link("apps", APPS),
    ),
    Kind.CITIZEN: (
        Link("own_results", OWN_RESULTS),
        Link("own_journal", OWN_JOURNAL),
        Link("access_log", ACCESS_LOG),
        Link("notices", NOTICES),
        Link("privacy", PRIVACY),
    ),
    Kind.OPERATOR: (Link("messages", MESSAGES), Link("senders", SENDERS), Link("remapping", REMAPPING)),
    Kind.ADMINISTRATOR: (
        Link("personnel", PERSONNEL),
        Link("places", PLACES),
        Link("gp_lists", GP_LISTS),
        Link("changes", CHANGES),
        Link("unusual", UNUSUAL),
        Link("apps_kept", APPS_KEPT),
    ),
}


_HIDDEN: dict[str, Any] = {
    FOLLOW_UP: Login.outside | Login.from_lists,
    LETTERS: Login.outside | Login.from_lists,
    RESULTS: Login.from_lists,
    APPS: ~Login.with_apps,
}
"""What the menu leaves out, and when: what is nothing to this login at this place."""


def layout(
    content: rx.Component, kind: Kind, here: str, *, with_patient: bool = False, reload: Any = None
) -> rx.Component:
    """A page for one kind of login. `here` is the menu's current key; `with_patient` adds the banner.

    `reload` loads the page anew for another person: with it a citizen can act for who they represent.
    """
    return in_language(
        rx.el.div(
            paper_head(with_patient=with_patient),
            plain_link(text("frame.skip"), href="#main", class_name="akson-skip"),
            _header(kind, here),
            _connection_lost(),
            *([patient_banner()] if with_patient else []),
            *([acting_bar(reload)] if reload else []),
            trouble_notice(),
            rx.el.main(
                rx.cond(Login.kind == kind.value, content, loading_view()),
                id="main",
                tab_index=-1,
                class_name="akson-main",
            ),
            unsent_guard(),
            idle_warning(ENDED, Login.handle),
            _footer(here),
            class_name="akson-sheet",
        )
    )


def _footer(here: str) -> rx.Component:
    """Every page asks what one thinks of it, by a name of the page and never its address."""
    return rx.el.footer(
        aksel.detail(text("frame.footer")),
        rx.el.p(
            plain_link(text("front.panel"), href="/panel"),
            plain_link(text("apps.public.heading"), href="/apps"),
            plain_link(text("front.feedback"), href=f"/panel/feedback?page={_FEEDBACK.get(here, 'other')}"),
            class_name="akson-foot-links",
        ),
        class_name="akson-footer",
    )


def _header(kind: Kind, here: str) -> rx.Component:
    return rx.el.header(
        rx.el.div(
            aksel.link(text("frame.product"), href="/", class_name="akson-brand"),
            _menu(kind, here),
            rx.el.div(_language(), _login(), class_name="akson-header-end"),
            class_name="akson-header-row",
        ),
        class_name="akson-header",
    )


def _menu(kind: Kind, here: str) -> rx.Component:
    def place(link: Link) -> rx.Component:
        now: dict[str, Any] = {"aria_current": "page"} if link.key == here else {}
        mark = [unread_mark()] if link.href == NOTICES else []
        made = rx.el.li(rx.el.a(text(f"frame.nav.{link.key}"), *mark, href=link.href, **now))
        hidden = _HIDDEN.get(link.href)
        return made if hidden is None else rx.cond(hidden, rx.fragment(), made)

    return rx.el.nav(
        rx.el.ul(*[place(link) for link in MENUS[kind]]),
        aria_label=text("frame.nav.label"),
        class_name="akson-nav",
    )


def _language() -> rx.Component:
    names = (("nb", "Bokmål"), ("nn", "Nynorsk"), ("en", "English"))
    return aksel.select(
        *[rx.el.option(name, value=code, lang=code) for code, name in names],
        label=text("frame.language"),
        hide_label=True,
        size="small",
        value=Language.lang,
        on_change=LanguageChoice.choose,
        custom_attrs={"data-testid": "language"},
    )


def _login() -> rx.Component:
    return rx.el.div(
        rx.el.span(
            rx.el.strong(Login.name),
            rx.cond(Login.organisation != "", rx.el.span(Login.organisation, class_name="akson-place")),
            rx.el.span(
                plain_link(text("logins.link"), href=LOGINS),
                rx.cond(Login.several_places, plain_link(text("logins.place.change"), href=CHOOSE)),
                class_name="akson-own",
            ),
            class_name="akson-user",
            custom_attrs={"data-testid": "user"},
        ),
        plain_form(
            aksel.button(text("frame.log_out"), type="submit", size="small", variant="secondary"),
            action="/auth/logout",
            custom_attrs={"data-testid": "log-out"},
        ),
        class_name="akson-login",
    )


def _connection_lost() -> rx.Component:
    return rx.el.div(
        rx.cond(
            has_connection_errors,
            aksel.local_alert(
                aksel.local_alert_header(aksel.local_alert_title(text("frame.connection.title"), as_="h2")),
                aksel.local_alert_content(text("frame.connection.body")),
                status="warning",
            ),
        ),
        role="status",
        class_name="akson-connection",
    )
