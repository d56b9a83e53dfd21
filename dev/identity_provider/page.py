"""The login page: one button for each persona. Plain HTML, no script."""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import msgspec
from starlette.responses import HTMLResponse, Response

from dev.identity_provider.state import LiveLogin
from dev.personas import Persona

LANGUAGES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
_STYLE = """
*{box-sizing:border-box}body{margin:0;background:#f3f5f7;color:#202733;font:1.0625rem/1.5 "Source Sans 3",
"Source Sans Pro",system-ui,sans-serif}main{max-width:42rem;margin:2.5rem auto;padding:0 1rem}
.card{background:#fff;border:1px solid #cfd3d8;border-radius:.75rem;padding:1.75rem}
h1{margin:0 0 .25rem;font-size:1.75rem;line-height:1.25}h2{font-size:1.125rem;margin:1.5rem 0 .5rem}
p{margin:0 0 1rem}nav{display:flex;gap:1rem;justify-content:flex-end;margin-bottom:.75rem}
nav a{color:#0056b4}nav a[aria-current]{color:#202733;text-decoration:none;font-weight:600}
ul{list-style:none;margin:0;padding:0;display:grid;gap:.5rem}button{font:inherit;cursor:pointer;min-height:3rem;
border-radius:.5rem}li button{width:100%;text-align:left;padding:.75rem 1rem;background:#fff;color:inherit;
border:2px solid #0067c5}li button:hover{background:#e6f0ff}li b{display:block}
:focus-visible{outline:3px solid #00347d;outline-offset:2px}
label{display:block;font-weight:600;margin:1.5rem 0 .25rem}
select{font:inherit;padding:.5rem;min-height:3rem;
border:1px solid #5d6878;border-radius:.5rem;background:#fff}
.cancel{margin-top:1.5rem;padding:.5rem 1.25rem;background:none;border:2px solid #5d6878;color:inherit}
"""


@cache
def _texts() -> dict[str, dict[str, str]]:
    path = Path(__file__).with_name("texts.yaml")
    return msgspec.yaml.decode(path.read_bytes(), type=dict[str, dict[str, str]])


def texts(language: str) -> dict[str, str]:
    """The page's texts in nb, nn or en."""
    return _texts()[language]


def choose_language(query: str | None, ui_locales: str, accept: str) -> str:
    """`?lang`, else the client's `ui_locales`, else Accept-Language by its order, else bokmål."""
    wished = [
        query or "",
        *ui_locales.split(),
        *(part.partition(";")[0].strip() for part in accept.split(",")),
    ]
    for wish in wished:
        language = re.split(r"[-_]", wish.lower())[0]
        language = "nb" if language == "no" else language
        if language in LANGUAGES:
            return language
    return "nb"


def login_page(
    mode: str, personas: dict[str, Persona], language: str, query: dict[str, str], redirect_uri: str
) -> Response:
    """The personas of one issuer, each a button that posts back to this address."""
    text = texts(language)
    links = "".join(
        f'<a href="?{html.escape(urlencode({**query, "lang": code}))}" lang="{code}" hreflang="{code}"'
        f"{' aria-current=true' if code == language else ''}>{name}</a>"
        for code, name in LANGUAGES.items()
    )
    buttons = "".join(
        f'<li><button name="persona" value="{html.escape(name)}">{_label(who, language)}</button></li>'
        for name, who in personas.items()
    )
    body = f"""<nav aria-label="{text["language"]}">{links}</nav>
<div class="card"><h1>{text[mode]}</h1><p>{text["about"]}</p>
<form method="post" action="?{html.escape(urlencode({**query, "lang": language}))}">
<h2 id="choose">{text["choose"]}</h2><ul aria-labelledby="choose">{buttons}</ul>
<label for="level">{text["level"]}</label><select id="level" name="level">
<option value="4" selected>{text["high"]}</option><option value="3">{text["substantial"]}</option></select>
<div><button class="cancel" name="cancel" value="1">{text["cancel"]}</button></div></form></div>"""
    parts = urlsplit(redirect_uri)
    return _page(language, text[mode], body, form_targets=f"'self' {parts.scheme}://{parts.netloc}")


def sessions_page(
    language: str, mode: str, live: Mapping[str, LiveLogin], personas: Mapping[str, Persona]
) -> Response:
    """The logins alive at one issuer, each with a button that ends it."""
    text = texts(language)
    buttons = "".join(
        f'<li><button name="session" value="{html.escape(session)}">'
        f"{_label(personas[login.persona], language)} · {html.escape(login.client_id)}</button></li>"
        for session, login in live.items()
    )
    body = f"""<div class="card"><h1>{text["sessions"]}</h1><p>{text[mode]}</p>
<form method="post"><ul>{buttons or f"<li>{text['no_sessions']}</li>"}</ul></form></div>"""
    return _page(language, text["sessions"], body, form_targets="'self'")


def message_page(language: str, key: str, status: int) -> Response:
    """A page that only says something: `expired`, `unknown` or `out`."""
    text = texts(language)
    title = text["title_error"] if status >= 400 else text[key]
    detail = f"<p>{text[key]}</p>" if status >= 400 else ""
    return _page(language, title, f'<div class="card"><h1>{title}</h1>{detail}</div>', status=status)


def _label(who: Persona, language: str) -> str:
    name, dash, about = getattr(who.label, language).partition(" – ")
    return f"<b>{html.escape(name)}</b>{html.escape(about)}" if dash else html.escape(name)


def _page(
    language: str, title: str, body: str, *, status: int = 200, form_targets: str = "'none'"
) -> Response:
    nonce = secrets.token_urlsafe(12)
    text = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<style nonce="{nonce}">{_STYLE}</style></head><body><main>{body}</main></body></html>'
    )
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; form-action {form_targets};"
        " frame-ancestors 'none'; base-uri 'none'"
    )
    return HTMLResponse(text, status, {"Content-Security-Policy": policy, "Cache-Control": "no-store"})
