"""Settings from the environment (`AKSON_*`). `docs/settings.md` is made from this module's fields."""

from __future__ import annotations

import os
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from psycopg.conninfo import make_conninfo
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
DEVELOPMENT_CLIENT = "akson-cli"
"""The client of `akson token` and `akson lookup`, which exists in development alone."""


class SettingsProblem(RuntimeError):
    """A setting is missing, or cannot be; the message names it and says what to set, never its value."""


def is_secure(url: str) -> bool:
    """https, or http that does not leave the machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def default_data_folder() -> Path:
    """`/var/lib/akson` as root, else `~/.local/share/akson`."""
    if os.geteuid() == 0:
        return Path("/var/lib/akson")
    return Path.home() / ".local" / "share" / "akson"


class Settings(BaseSettings):
    """All settings of all processes; each process reads the ones it needs."""

    model_config = SettingsConfigDict(env_prefix="AKSON_", extra="ignore")

    environment: Literal["development", "production"] = Field(
        "production", description="`development` allows the built-in identity provider and makes keys."
    )
    data: Path = Field(default_factory=default_data_folder, description="Folder for everything kept.")
    keys: Path | None = Field(None, description="Folder of keys; `data`/keys unless set.")
    database_url: str = Field("", description="PostgreSQL (libpq URI) as the owner role; empty: embedded.")
    redis_url: str = Field("", description="Valkey or Redis; empty: embedded.")
    port: int = Field(3000, description="The portal.")
    identity_provider_port: int = Field(8100, description="The development identity provider.")
    core_record_port: int = Field(8101, description="The core record.")
    results_service_port: int = Field(8102, description="The results service.")
    journal_api_port: int = Field(8103, description="The municipal journal.")
    citizen_panel_port: int = Field(8104, description="The citizen panel.")
    sealer_port: int = Field(8105, description="The access log's sealer: health and metrics.")
    housekeeping_port: int = Field(8106, description="Housekeeping: health and metrics.")
    witness: Path | None = Field(
        None,
        description="File the signed heads of the access log are copied to, on storage apart from the"
        " database's; `data`/witness/heads.jsonl unless set.",
    )
    portal_url: str = Field("http://127.0.0.1:3000", description="The portal's public address.")
    core_record_url: str = Field(
        "http://127.0.0.1:8101", description="The core record's address, and issuer of citizens' tokens."
    )
    results_url: str = Field("http://127.0.0.1:8102", description="The results service's address.")
    journal_url: str = Field("http://127.0.0.1:8103", description="The municipal journal's address.")
    panel_url: str = Field("http://127.0.0.1:8104", description="The citizen panel's address.")
    helseid_issuer: str = Field(
        "http://127.0.0.1:8100/helseid",
        description="HelseID (https; needed in production). In development the built-in provider.",
    )
    helseid_client_id: str = Field("akson-portal", description="The portal's client id at HelseID.")
    helseid_client_jwk: Path | None = Field(
        None, description="The portal's private key at HelseID (JWK file)."
    )
    helseid_id_token_algorithm: Literal["PS256", "ES256", "RS256"] = Field(
        "PS256", description="What HelseID signs its ID tokens with; any other is refused."
    )
    idporten_issuer: str = Field(
        "http://127.0.0.1:8100/idporten",
        description="ID-porten (https; needed in production). In development the built-in provider.",
    )
    idporten_client_id: str = Field("akson-portal", description="The portal's client id at ID-porten.")
    idporten_client_jwk: Path | None = Field(
        None, description="The portal's private key at ID-porten (JWK file)."
    )
    idporten_id_token_algorithm: Literal["PS256", "ES256", "RS256"] = Field(
        "RS256", description="What ID-porten signs its ID tokens with; any other is refused."
    )
    own_client_ids: str = Field(
        "",
        description="Client ids, besides the portal's two, that the operator itself runs: let in without a"
        " row in the register of apps, and not narrowed. Separated by spaces.",
    )
    reads_a_minute: int = Field(
        1200,
        description="Searches one person may make through one program; as many at once. 0: no limit, as for"
        " the next five.",
    )
    writes_a_minute: int = Field(120, description="Changes one person may make through one program.")
    unknown_numbers_an_hour: int = Field(
        30, description="Numbers that nobody has, looked up by one person; then no call is answered."
    )
    messages_a_minute: int = Field(
        120_000, description="Calls one sender's systems may make; as many at once."
    )
    tokens_a_minute: int = Field(12_000, description="Calls one client may make of the token exchange.")
    logins_a_minute: int = Field(
        300,
        description="Logins begun from one address, as the portal sees it (0 behind a proxy that hides it).",
    )
    critical_limits: Path | None = Field(
        None,
        description="List of critical limits by code and unit (YAML, form as"
        " `results_service/reports/limits.yaml`); the product's own unless set.",
    )
    critical_result_minutes: int = Field(
        120,
        ge=1,
        description="How long a critical result may wait unopened before it escalates, to all of the unit"
        " and, as long again, to the emergency clinic.",
    )
    follow_up_from: datetime | None = Field(
        None,
        description="Results answered before this time (ISO 8601 with zone) are on nobody's list: they were"
        " followed up elsewhere. Unset: all are.",
    )
    clamd: str = Field(
        "",
        pattern=r"^(unix:/.+|.+:[0-9]{1,5})?$",
        description="The scanner for documents (clamd): `host:port`, or `unix:` and the path of its socket."
        " Empty: documents are marked as unscanned, and only downloaded.",
    )
    emergency_login_minutes: int = Field(
        15, description="How long after logging in emergency access is open; then log in anew."
    )
    schemas: Path | None = Field(
        None,
        description="Folder with the official schemas (XSD) of svarrapport and MsgHead: what they find is"
        " told with each message. Unset: our own rules alone.",
    )
    smtp_host: str = Field("", description="Mail server for notices by e-mail; empty: none are sent.")
    smtp_port: int = Field(587, description="Its port.")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="`none` sends addresses in the clear: for a mail server on this machine.",
    )
    smtp_user: str = Field("", description="Who logs in at the mail server; empty: nobody.")
    smtp_password_file: Path | None = Field(None, description="File with that login's password.")
    smtp_sender: str = Field("", description="The address that notices come from, as varsel@example.org.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    original_retention_days: int = Field(3650, description="How long an original message is kept.")

    @property
    def own_clients(self) -> frozenset[str]:
        """The portal's client ids, the operator's, and in development the command line's."""
        ours = {self.helseid_client_id, self.idporten_client_id, *self.own_client_ids.split()}
        return frozenset(ours | {DEVELOPMENT_CLIENT} if self.is_development else ours)

    @property
    def token_exchange_issuer(self) -> str:
        """The issuer of citizens' exchanged tokens: the core record itself."""
        return self.core_record_url

    @property
    def witness_file(self) -> Path:
        """`AKSON_WITNESS`, else `witness/heads.jsonl` in the data folder."""
        return self.witness or self.data / "witness" / "heads.jsonl"

    @property
    def keys_folder(self) -> Path:
        """`AKSON_KEYS`, else `keys` in the data folder."""
        return self.keys or self.data / "keys"

    @property
    def is_development(self) -> bool:
        """True only when the environment says so."""
        return self.environment == "development"

    def check_issuers(self) -> None:
        """Raises `SettingsProblem` in production while a login's issuer is not https, or not set.

        The built-in provider's address is one that any program on the machine could answer at.
        """
        if self.is_development:
            return
        issuers = {"HELSEID": self.helseid_issuer, "IDPORTEN": self.idporten_issuer}
        if wrong := [name for name, url in issuers.items() if urlsplit(url).scheme != "https"]:
            names = " and ".join(f"AKSON_{name}_ISSUER" for name in wrong)
            raise SettingsProblem(f"set {names}: in production an issuer is an https address")

    def check_addresses(self) -> None:
        """Raises `SettingsProblem` for an address of ours that its own callers would not take."""
        ours = {"PORTAL": self.portal_url, "CORE_RECORD": self.core_record_url, "RESULTS": self.results_url}
        ours |= {"JOURNAL": self.journal_url, "PANEL": self.panel_url}
        if wrong := [name for name, url in ours.items() if not is_secure(url)]:
            names = ", ".join(f"AKSON_{name}_URL" for name in wrong)
            raise SettingsProblem(f"set {names} to the public https address (http only on this machine)")

    def check_clients(self) -> None:
        """Raises `SettingsProblem` for client ids that the portal's keys cannot be told apart by.

        In production, one that is not set; everywhere, one for two key files, as it names the public half.
        """
        ids = {"HELSEID": self.helseid_client_id, "IDPORTEN": self.idporten_client_id}
        unset = [
            n
            for n, value in ids.items()
            if not value or f"{n.lower()}_client_id" not in self.model_fields_set
        ]
        if unset and not self.is_development:
            names = " and ".join(f"AKSON_{name}_CLIENT_ID" for name in unset)
            raise SettingsProblem(f"set {names} to the client id that the provider gave the portal")
        usual = self.keys_folder / "clients" / f"{self.helseid_client_id}.jwk"
        files = {
            Path(path or usual).resolve() for path in (self.helseid_client_jwk, self.idporten_client_jwk)
        }
        if self.helseid_client_id == self.idporten_client_id and len(files) > 1:
            raise SettingsProblem(
                "AKSON_HELSEID_CLIENT_ID and AKSON_IDPORTEN_CLIENT_ID are the same, and their keys are not:"
                " set two client ids, or AKSON_HELSEID_CLIENT_JWK and AKSON_IDPORTEN_CLIENT_JWK to one file"
            )

    @property
    def sends_mail(self) -> bool:
        """Whether notices go by e-mail: a mail server and a sender are set."""
        return bool(self.smtp_host and self.smtp_sender)

    def dsn(self, role: str) -> str:
        """The connection string of a database role; its password is the file `keys/db/<role>`, if any."""
        password_file = self.keys_folder / "db" / role
        overrides: dict[str, str] = {"user": role}
        if password_file.is_file():
            overrides["password"] = password_file.read_text().strip()
        return make_conninfo(self.database_url, **overrides)


def unknown_variables() -> list[str]:
    """Variables named as settings that are none: misspelt, or of another version."""
    known = Settings.model_fields
    return sorted(n for n in os.environ if n.startswith("AKSON_") and n[6:].lower() not in known)


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The process's settings, read once."""
    return Settings()  # type: ignore[call-arg, unused-ignore]
