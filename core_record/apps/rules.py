"""What a proposal must be, and which state follows which."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlsplit

from core_record.access.rules import ROLES
from core_record.apps import grants
from core_record.apps.models import Proposal, State
from core_record.registers.checks import valid_org_number
from kit.errors import Conflict, Unprocessable
from kit.settings import is_secure

REASONS = ("reviewed", "agreement", "agreement-ended", "security", "incident", "not-needed", "correction")
LONGEST = timedelta(days=731)
"""An approval is looked at again at least every other year (J)."""
FOLLOWS: dict[State, frozenset[State]] = {
    "proposed": frozenset({"approved", "withdrawn"}),
    "approved": frozenset({"suspended", "withdrawn"}),
    "suspended": frozenset({"approved", "withdrawn"}),
    "withdrawn": frozenset(),
}
"""Who is withdrawn is proposed anew."""


def check(entry: Proposal, today: date, *, development: bool) -> None:
    """Raises `Unprocessable`.

    Codes: `org-number-invalid`, `role-unknown`, `grant-…`, `launch-…`, `period-unlikely`.
    """
    if not valid_org_number(entry.vendor):
        raise Unprocessable(
            "org-number-invalid", "The vendor's organisation number has no valid check digit."
        )
    if not ROLES.union({"none"}).issuperset(entry.roles):
        raise Unprocessable("role-unknown", "Roles are codes of Volven 9060 that give access, or `none`.")
    grants.check(entry.grants)
    if not today <= entry.valid_to <= today + LONGEST:
        raise Unprocessable("period-unlikely", "The last day is today at the earliest, in two years at most.")
    if entry.launch_url is not None:
        launch_url(entry.launch_url, development=development)
        if not any("akson:journal user/Patient." in grant for grant in entry.grants):
            raise Unprocessable(
                "launch-without-patient",
                "An app that is opened for a patient needs `akson:journal user/Patient.rs`.",
            )


def launch_url(url: str, *, development: bool) -> None:
    """An exact https address; http on this machine alone, in development."""
    try:
        parts = urlsplit(url)
        plain = not (parts.query or parts.fragment or parts.username or parts.password) and parts.port != 0
        exact = plain and bool(parts.hostname) and url.isascii() and url.isprintable() and " " not in url
    except ValueError:
        exact = False
    if not exact or not is_secure(url) or (parts.scheme != "https" and not development):
        raise Unprocessable(
            "launch-url-invalid", "The launch address is https, without query, fragment, name or password."
        )


def follows(was: State, state: State) -> None:
    """Raises `Conflict` (`app-state`)."""
    if state not in FOLLOWS[was]:
        raise Conflict("app-state", f"An app that is {was} does not become {state}. Look at it again.")
