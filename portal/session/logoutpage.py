"""The page between our logout and the provider's: a form that sends itself, since a token fits no address."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from html import escape

from portal.ui.texts import say

_SCRIPT = "document.forms[0].submit()"
_HASH = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
LOGOUT_CSP = (
    f"default-src 'none'; script-src 'sha256-{_HASH}'; form-action {{target}} 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)


def logout_page(address: str, fields: Mapping[str, str], lang: str) -> str:
    """The HTML; without scripts a button does the same."""
    inputs = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8">'
        f"<title>{say(lang, 'frame.title.leave')}</title>"
        f'<form method="post" action="{escape(address)}">{inputs}'
        f"<button>{say(lang, 'frame.log_out')}</button></form><script>{_SCRIPT}</script></html>"
    )
