"""`/apps`: which programs of others are let in, for whom, and what each may. Open to all, plain HTML."""

from __future__ import annotations

from http import HTTPStatus
from itertools import groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from portal.clients.apps import admitted
from portal.clients.errors import ServiceProblem
from portal.frame.apps import use_of
from portal.frame.shell import shell, stylesheet
from portal.session.routes import language
from portal.session.wiring import wiring
from portal.ui.dates import show_day
from portal.ui.texts import say, under

APPS_ADMITTED = "/apps"
Json = dict[str, Any]


def app_routes(static: Path) -> list[Route]:
    """The route. `static` is the frontend's build, whose style sheet the page shares."""

    async def shown(request: Request) -> Response:
        lang, made = language(request), wiring()
        try:
            content = apps_page(lang, await admitted(made.http, made.settings.core_record_url))
            status = HTTPStatus.OK
        except ServiceProblem:
            content = Markup('<p class="front-notice" role="alert">{}</p>').format(
                say(lang, "frame.problem.down")
            )
            status = HTTPStatus.SERVICE_UNAVAILABLE
        title = say(lang, "apps.public.heading")
        body = Markup("<h1>{}</h1>{}").format(title, content)
        return HTMLResponse(shell(lang, f"{title} – Akson", str(body), stylesheet(static)), status)

    return [Route(APPS_ADMITTED, shown, methods=["GET"])]


def apps_page(lang: str, rows: list[Json]) -> Markup:
    """The page's content: one part an app, with every organisation that has admitted it alike."""
    lead = Markup('<p class="front-lead">{}</p>').format(say(lang, "apps.public.lead"))
    if not rows:
        return lead + Markup("<p>{}</p>").format(say(lang, "apps.public.none"))
    alike = groupby(sorted(rows, key=_what), key=_what)
    return lead + Markup('<ul class="app-list">{}</ul>').format(
        Markup("").join(_app(lang, list(same)) for _, same in alike)
    )


def _what(row: Json) -> tuple[str, str, str, list[str]]:
    return str(row["name"]).casefold(), str(row["client_id"]), str(row["purpose"]), list(row["grants"])


def _app(lang: str, rows: list[Json]) -> Markup:
    app, use, names = rows[0], use_of(rows[0]["grants"]), under(lang, "apps.kind")
    facts = [
        ("apps.reads", ", ".join(names.get(kind, names["other"]) for kind in use.reads)),
        ("apps.writes", ", ".join(names.get(kind, names["other"]) for kind in use.writes)),
        ("apps.delivers", say(lang, "apps.reports") if use.delivers else ""),
        ("apps.column.organisation", "; ".join(_for(lang, row) for row in rows)),
        ("apps.fact.vendor", f"{app['vendor_name']} ({app['vendor']})"),
        ("apps.fact.agreement", "; ".join(dict.fromkeys(str(row["data_protection"]) for row in rows))),
    ]
    listed = Markup("").join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(say(lang, key), value) for key, value in facts if value
    )
    return Markup('<li class="app-card"><h2>{}</h2><p>{}</p><dl class="app-use">{}</dl></li>').format(
        app["name"], app["purpose"], listed
    )


def _for(lang: str, row: Json) -> str:
    return say(lang, "apps.public.until", place=row["organisation"], day=show_day(str(row["valid_to"])))
