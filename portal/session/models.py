"""What the server keeps of a login. All of it is encrypted before it leaves the process."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from kit.identity.tokens import AccessToken, Login


class Kind(StrEnum):
    """Who has logged in: health personnel by HelseID, a citizen by ID-porten, or, by HelseID too, someone
    whom the service knows as one who operates it, or the registers as one who administers an organisation."""

    CLINICIAN = "clinician"
    CITIZEN = "citizen"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"


class OpenPatient(msgspec.Struct, frozen=True, kw_only=True):
    """The patient a browser tab has open: whose data, on what basis (`access-basis`) and for what reason.

    `number` is the national identity number, `person` the id that lists have for them; `reason` the code of a
    self-declared relation, or None where the registers show one. `name`, `birth_date` (ISO) and `sex` are
    what the banner shows. For a citizen: whom they act for here, `basis` being `parent` or `attorney`,
    `handle` what the page knows that person by.
    """

    number: str
    basis: str
    reason: str | None = None
    name: str = ""
    birth_date: str = ""
    sex: str = ""
    handle: str = ""
    person: str = ""

    def __repr__(self) -> str:
        return "OpenPatient(***)"


class Session(msgspec.Struct, kw_only=True):
    """A login: who, until when, and what to act with. Times in seconds since 1970.

    `number` is the logged-in person's own national identity number: a citizen's results are found by it.
    `login` holds the provider's tokens, `tokens` one access token for each service (audience).
    `organisation` and `place` are the organisation numbers (parent and child) a clinician acts for,
    `role` the code (Volven 9060) they act in, `shares_journal` whether the place is of the municipal services
    (None until it is asked), `offers_apps` whether somebody's app can be opened there. `device` is the
    browser in words; `choosing` is set while one who works at several places has not said which; `wanted`
    waits for a new proof of who it is.
    """

    kind: Kind
    name: str
    number: str
    lang: str
    started_at: float
    ends_at: float
    login: Login
    tokens: dict[str, AccessToken] = {}
    hpr_number: str | None = None
    organisation: str | None = None
    place: str | None = None
    organisation_name: str = ""
    role: str | None = None
    shares_journal: bool | None = None
    offers_apps: bool = False
    device: str = ""
    choosing: bool = False
    several_places: bool = False
    wanted: OpenPatient | None = None

    def __repr__(self) -> str:
        return "Session(***)"

    @property
    def unit(self) -> str:
        """The organisation number of where one works, as the journal has it; "" for nowhere."""
        return self.place or self.organisation or ""

    @property
    def authorised_role(self) -> str:
        """The role of somebody with an authorisation; `-`, the journal's word, for others."""
        return (self.role if self.hpr_number else None) or "-"


class OwnLogin(msgspec.Struct, frozen=True, kw_only=True):
    """One of someone's own logins, as they see it. `handle` names it, and opens nothing."""

    handle: str
    started_at: float
    used_at: float
    device: str
    place: str
    is_this: bool
