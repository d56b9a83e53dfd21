"""Persons with settings and results, and callers with real tokens of an issuer that the tests own."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from psycopg.types.json import Jsonb

from core_record.privacy.service import By, Kind, Scope, Wanted, make
from core_record.registers.service import import_registers, read_register_file, resolve_person_sync
from dev.personas import Persona, load_personas, persona
from journal_api.care.follow_up.taking import take
from kit.db import Database, SyncDatabase
from kit.identity import claims as names
from kit.identity.audiences import MACHINE_SCOPES, OPERATOR_SCOPES, SCOPES, personal_scopes
from kit.identity.claims import read_exchanged, read_helseid
from kit.identity.dpop import DpopKey
from kit.identity.freshness import ValkeyFreshness, nonce_secret
from kit.identity.jwks import FixedKeys
from kit.identity.verifier import AccessTokenVerifier, TrustedIssuer
from kit.ids import NationalId, new_id, parse_national_id
from kit.keys import KeyRing
from kit.limits import Limits
from kit.settings import Settings
from kit.valkey import async_client
from results_service.reports.service import store_report_sync
from tests.conftest import TestDatabase
from tests.integration.core_record.conftest import PERSONAS
from tests.integration.lookup.builder import Item, Report

PERSONS = {
    "line": "13116900216",
    "gry": "12057900499",
    "roland": "15076500565",
    "astrid": "14908324057",
    "erlend": "27818019977",
    "mathias": "16841861381",
    "eline": "19861270451",
    "bjorg": "03925813442",
}
SETTINGS: dict[str, list[Wanted]] = {
    "gry": [Wanted(Kind.BLOKKERING, hpr_number=hpr) for hpr in ("9144889", "9144900", "9900101")],
    "astrid": [Wanted(Kind.SPERRING, Scope.ALL)],
    "erlend": [Wanted(Kind.RESERVASJON)],
}
_KEY = ECKey.generate_key("P-256", {"alg": "ES256", "use": "sig", "kid": "tests"})
_LIFETIME = 600


@dataclass(frozen=True)
class Person:
    """A person of the matrix: what a thief would guess, and what must never be in their hands."""

    name: str
    number: NationalId
    person_id: UUID
    report_id: UUID
    consent_id: UUID
    note_id: UUID
    message_id: UUID
    mark: str


def verifier(
    settings: Settings, keys: KeyRing, audience: str, url: str, limits: Limits | None = None
) -> AccessTokenVerifier:
    """The product's own verifier, which trusts the tests' key as both issuers'."""
    trusted = FixedKeys(KeySet.import_key_set({"keys": [_KEY.as_dict(private=False)]}))
    return AccessTokenVerifier(
        audience=audience,
        base_url=url,
        issuers=[
            TrustedIssuer(settings.helseid_issuer, trusted, read_helseid),
            TrustedIssuer(settings.token_exchange_issuer, trusted, read_exchanged),
        ],
        freshness=ValkeyFreshness(async_client(), nonce_secret(keys)),
        limits=limits,
    )


def token(settings: Settings, who: dict[str, Any], audience: str, key: DpopKey) -> str:
    """An access token as HelseID or the exchange would make it for `as`, with the one fault named.

    `client` is the program it is for, `scopes` what it holds; by default our own, and all.
    """
    one = persona(who["as"])
    fault = who.get("fault")
    now = int(time.time())
    began = now - 2 * _LIFETIME if fault == "expired" else now
    claims = {
        "sub": who["as"],
        "aud": "urn:another-api" if fault == "audience" else audience,
        "client_id": who.get("client") or one.client_id or "akson-portal",
        "scope": "" if fault == "scope" else " ".join(who.get("scopes", _scopes(one, audience))),
        "jti": str(new_id()),
        "iat": began,
        "exp": began + _LIFETIME,
        "cnf": {"jkt": key.thumbprint},
        **_identity(settings, one, 3 if fault == "level" else 4, now),
    }
    header = {"typ": "at+jwt", "alg": "ES256", "kid": "tests"}
    return jwt.encode(header, {k: v for k, v in claims.items() if v is not None}, _KEY, algorithms=["ES256"])


def _scopes(one: Persona, audience: str) -> list[str]:
    """All that a token of this kind can hold: what is refused, the service itself refused."""
    if one.login == "machine":
        return [scope for scope in SCOPES[audience] if scope in MACHINE_SCOPES]
    if one.login == "idporten":
        return list(personal_scopes(audience))
    return [*personal_scopes(audience), *(s for s in SCOPES[audience] if s in OPERATOR_SCOPES)]


def _identity(settings: Settings, one: Persona, level: int, now: int) -> dict[str, Any]:
    if one.login == "idporten":
        acr = {3: "idporten-loa-substantial", 4: "idporten-loa-high"}[level]
        return {"iss": settings.token_exchange_issuer, "pid": one.national_id, "acr": acr}
    organisations = {names.ORG_PARENT: one.org_parent, names.ORG_CHILD: one.org_child}
    if one.login == "machine":
        return {"iss": settings.helseid_issuer, "sub": one.client_id, names.ORG_PARENT: one.org_parent}
    return {
        "iss": settings.helseid_issuer,
        "auth_time": now,
        names.PID: one.national_id,
        names.SECURITY_LEVEL: str(level),
        names.HPR_NUMBER: one.hpr_number,
        **organisations,
    }


async def seed(postgres: TestDatabase, keys: KeyRing) -> dict[str, Person]:
    """The personas' registers; for each person a report with its own mark, a consent, and the settings."""
    with psycopg.connect(postgres.dsn("akson_core")) as conn:
        import_registers(conn, keys, read_register_file(PERSONAS))
    reports = SyncDatabase(postgres.dsn("akson_results"))
    reports.open()
    journal = SyncDatabase(postgres.dsn("akson_journal"))
    journal.open()
    core = Database(postgres.dsn("akson_core"))
    await core.open()
    try:
        made = {name: await _person(name, reports, journal, core, keys) for name in PERSONS}
        await _onto_lists(postgres)
        return made
    finally:
        await core.close()
        journal.close()
        reports.close()


async def _person(
    name: str, reports: SyncDatabase, journal: SyncDatabase, core: Database, keys: KeyRing
) -> Person:
    number = parse_national_id(PERSONS[name])
    mark = f"merke-{name}"
    report = Report(number=f"R-{name}", items=[Item("1", note=mark)])
    with reports.transaction() as conn:
        person_id = resolve_person_sync(conn, keys, number)
    assert person_id is not None
    report_id = report.key.report_id(person_id)
    with reports.transaction() as conn:
        store_report_sync(
            conn,
            person_id=person_id,
            key=report.key,
            message=report.message(),
            mapped=report.mapped(report_id),
            message_id=new_id(),
            fingerprint=report.fingerprint,
        )
    note = {"template": "gp-note", "texts": {"text": mark}}
    message = {"to_unit": "313900878", "subject": mark, "text": mark}
    note_id = _entry(journal, person_id, "Composition", "signed", note)
    message_id = _entry(journal, person_id, "Communication", "sent", message)
    by = By("citizen", keys.number_hash(number), name)
    async with core.transaction(person=person_id) as conn:
        consent, _ = await make(conn, person_id, Wanted(Kind.SAMTYKKE, org_number="313901319"), by)
        for wanted in SETTINGS.get(name, []):
            await make(conn, person_id, wanted, by)
    return Person(name, number, person_id, report_id, consent.setting_id, note_id, message_id, mark)


async def _onto_lists(postgres: TestDatabase) -> None:
    """Every report is followed up: it has no owner in its person's municipality."""
    db = Database(postgres.dsn("akson_journal"))
    await db.open()
    try:
        while await take(db):
            pass
    finally:
        await db.close()


def _entry(journal: SyncDatabase, person_id: UUID, kind: str, state: str, body: dict[str, Any]) -> UUID:
    """An entry of the GP office with the person's mark."""
    entry_id, author = new_id(), new_id()
    with journal.transaction(person=person_id) as conn:
        conn.execute(
            "INSERT INTO journal.entry (person_id, entry_id, kind, version, state, at, org_number, made_by,"
            " made_name, changed_by, changed_name, signed_by, signed_name, signed_at, content_hash, body)"
            " VALUES (%s, %s, %s, 1, %s, now(), '313900541', %s, 'N', %s, 'N', %s, 'N', now(), '', %s)",
            (person_id, entry_id, kind, state, author, author, author, Jsonb(body)),
        )
    return entry_id


def people() -> set[str]:
    """The personas there are: the matrix says which of them it uses."""
    return set(load_personas().personas)
