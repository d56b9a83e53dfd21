"""A small app of another vendor's, to test against: `python -m dev.sample_app`. Development only.

It is opened from a patient's page, logs the health worker in at HelseID by itself, redeems the launch for
whom it was opened for, reads blood pressures over FHIR, and draws them. docs/apps.md tells the steps; a
vendor needs nothing of what is imported from `kit` but an ordinary OpenID client with DPoP.
"""

from __future__ import annotations

import html
import os
import secrets
from datetime import date, timedelta
from typing import Any

import httpx
from granian import Granian
from granian.constants import Interfaces
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from cli.instance import use_instance
from core_record.apps import writing
from core_record.apps.service import Proposal, every
from core_record.registers.changes import Origin
from kit.db import Database
from kit.identity.apiclient import DpopAuth, NonceJar
from kit.identity.audiences import JOURNAL, READ_JOURNAL
from kit.identity.client import ClientConfig, OidcClient
from kit.identity.keyfiles import client_key
from kit.identity.providers import HELSEID_SCOPES
from kit.identity.tokens import PendingLogin
from kit.norway import today_in_norway
from kit.settings import Settings, get_settings

CLIENT, SYSTOLIC, DIASTOLIC = "sample-blood-pressure", "8480-6", "8462-4"
_COOKIE = "sample-app"
_ADMITS = "313900215"  # Fjordvik kommune


def port() -> int:
    """Where it listens (`AKSON_SAMPLE_APP_PORT`)."""
    return int(os.environ.get("AKSON_SAMPLE_APP_PORT", "8190"))


def base() -> str:
    """Its address."""
    return f"http://127.0.0.1:{port()}"


def proposal(org_number: str, today: date) -> Proposal:
    """What its vendor applies for."""
    return Proposal(
        client_id=CLIENT,
        org_number=org_number,
        name="Blodtrykk over tid",
        vendor="313902196",
        vendor_name="Samband meldingsformidling AS",
        purpose="Viser blodtrykk over tid for den åpne pasienten. Eksempel for leverandører.",
        grants=[f"{JOURNAL} user/Patient.rs", f"{JOURNAL} user/Observation.rs"],
        launch_url=f"{base()}/launch",
        data_protection="Eksempel, bare fiktive personer",
        valid_to=today + timedelta(days=365),
    )


async def propose(settings: Settings) -> None:
    """Enter its application at the personas' municipality, for its administrator to judge; once."""
    db = Database(settings.dsn("akson_core"))
    await db.open()
    try:
        async with db.transaction() as conn:
            if any(row.client_id == CLIENT for row in await every(conn)):
                return
            today, origin = today_in_norway(), Origin(source="operator", reason="proposed")
            await writing.propose(conn, proposal(_ADMITS, today), origin, today, development=True)
    finally:
        await db.close()


class SampleApp:
    """One process's launches on their way, by a cookie of their own."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self._http, self._journal = http, settings.journal_url
        config = ClientConfig(
            issuer=settings.helseid_issuer,
            client_id=CLIENT,
            key=client_key(settings, CLIENT),
            redirect_uri=f"{base()}/callback",
            scopes=(*HELSEID_SCOPES, READ_JOURNAL),
            resources=(JOURNAL,),
            minimum_level=4,
        )
        self._client = OidcClient(config, http)
        self._waiting: dict[str, tuple[PendingLogin, str, str]] = {}

    async def launch(self, request: Request) -> Response:
        """Step 1: opened with `iss` and `launch`. Only a server that it was made for is believed."""
        iss, handle = request.query_params.get("iss", ""), request.query_params.get("launch", "")
        if iss != f"{self._journal}/fhir" or not handle:
            return _page("Ukjent tjeneste", "Appen ble ikke åpnet fra Akson.", status=400)
        found = (await self._http.get(f"{iss}/.well-known/smart-configuration")).json()
        url, pending = await self._client.begin()
        mark = secrets.token_urlsafe(24)
        self._waiting[mark] = (pending, handle, str(found["akson_launch_endpoint"]))
        answer = RedirectResponse(url, 303)
        answer.set_cookie(_COOKIE, mark, max_age=300, httponly=True, samesite="lax", path="/callback")
        return answer

    async def callback(self, request: Request) -> Response:
        """Step 2: logged in. Redeem the handle with one's own token, then read."""
        waiting = self._waiting.pop(request.cookies.get(_COOKIE, ""), None)
        if waiting is None:
            return _page("Utløpt", "Åpne appen på nytt fra pasienten.", status=400)
        pending, handle, redeem = waiting
        login = await self._client.complete(request.query_params.multi_items(), pending)
        auth = DpopAuth(login.access.key(), login.access.value, NonceJar())
        told = await self._http.post(redeem, json={"launch": handle}, auth=auth)
        if told.status_code != 200:
            code = html.escape(str(told.json().get("title")))
            return _page("Ikke åpnet", code, status=told.status_code)
        parts = []
        for kind, asked, show in (
            ("Patient", {}, _banner),
            ("Observation", {"code": f"{SYSTOLIC},{DIASTOLIC}"}, _drawn),
        ):
            url = f"{self._journal}/fhir/{kind}/_search"
            found = await self._http.post(url, data=asked, headers=told.json()["headers"], auth=auth)
            if found.status_code != 200:
                why = html.escape(str(found.json()["issue"][0]["diagnostics"]))
                return _page("Ingen tilgang", why, status=found.status_code)
            parts.append(show(found.json()))
        return _page("Blodtrykk over tid", "".join(parts))


def _banner(bundle: dict[str, Any]) -> str:
    """Whom the values are of: this tab is not the portal's, and knows nothing of another patient there."""
    one = bundle["entry"][0]["resource"]
    name = " ".join(str(part.get("text")) for part in one.get("name", []))
    return f"<p><strong>{html.escape(name)}</strong>, født {html.escape(one.get('birthDate', 'ukjent'))}</p>"


def _drawn(bundle: dict[str, Any]) -> str:
    """A table of the values, oldest first, and lines through them; what was entered in error is left out."""
    series: dict[str, list[tuple[str, float]]] = {SYSTOLIC: [], DIASTOLIC: []}
    for entry in bundle.get("entry", []):
        resource = entry["resource"]
        if resource["status"] != "final":
            continue
        codes = {coding.get("code") for coding in resource["code"].get("coding", [])}
        for code in codes & series.keys():
            at = resource.get("effectiveDateTime", "")[:10]
            series[code].append((at, float(resource["valueQuantity"]["value"])))
    rows = "".join(
        f"<tr><td>{html.escape(at)}</td><td>{name}</td><td>{value:g} mmHg</td></tr>"
        for code, name in ((SYSTOLIC, "overtrykk"), (DIASTOLIC, "undertrykk"))
        for at, value in sorted(series[code])
    )
    if not rows:
        return "<p>Ingen målinger.</p>"
    lines = "".join(_line(sorted(values)) for values in series.values() if values)
    chart = f'<svg viewBox="0 0 400 200" role="img" aria-label="Blodtrykk over tid">{lines}</svg>'
    return f"{chart}<table><tr><th>Dag</th><th>Hva</th><th>Verdi</th></tr>{rows}</table>"


def _line(values: list[tuple[str, float]]) -> str:
    step = 380 / max(1, len(values) - 1)
    points = " ".join(f"{10 + n * step:.0f},{200 - value:.0f}" for n, (_, value) in enumerate(values))
    return f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="2"/>'


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    text = f"<!doctype html><html lang=nb><title>{title}</title><h1>{title}</h1><main>{body}</main></html>"
    return HTMLResponse(text, status, {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"})


def build(settings: Settings, http: httpx.AsyncClient) -> Starlette:
    """The app; its client's key is made in development, as everyone's."""
    made = SampleApp(settings, http)
    return Starlette(routes=[Route("/launch", made.launch), Route("/callback", made.callback)])


def __getattr__(name: str) -> Any:
    """`dev.sample_app:app`, made when a server asks for it."""
    if name != "app":
        raise AttributeError(name)
    return build(get_settings(), httpx.AsyncClient(timeout=10.0))


if __name__ == "__main__":
    use_instance()
    Granian("dev.sample_app:app", address="127.0.0.1", port=port(), interface=Interfaces.ASGI).serve()
