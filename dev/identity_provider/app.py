"""`granian --interface asgi dev.identity_provider.app:app --port 8100`. Refuses to start in production."""

from __future__ import annotations

from dev.identity_provider.provider import build_app
from kit.settings import get_settings

app = build_app(get_settings())
