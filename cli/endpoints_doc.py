"""`docs/endpoints.md` from the services themselves: `python -m cli.endpoints_doc > docs/endpoints.md`."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import FastAPI

import citizen_panel.app
import core_record.app
import journal_api.app
import results_service.app
from kit.identity import audiences
from kit.openapi import is_open
from kit.settings import Settings, get_settings

_HEAD = """# Addresses of the services

Every address of every service, what its token is for (audience), and what it does. What is sent and answered:
each service's `/openapi.json`. How calls are made: [integrating.md](integrating.md).

This page is made from the services by `python -m cli.endpoints_doc`.
"""
_SERVICES: tuple[tuple[str, str, Callable[[Settings], FastAPI]], ...] = (
    ("Results service, 8102", audiences.RESULTS, results_service.app.make_app),
    ("Core record, 8101", audiences.CORE_RECORD, core_record.app.make_app),
    ("Municipal journal, 8103", audiences.JOURNAL, journal_api.app.make_app),
    ("Citizen panel, 8104", audiences.PANEL, citizen_panel.app.make_app),
)


def documents() -> list[tuple[str, str, dict[str, Any]]]:
    """Each service's name, audience, and paths of its OpenAPI document. Nothing is connected to."""
    with tempfile.TemporaryDirectory() as folder, _environment(folder) as settings:
        return [(name, audience, make(settings).openapi()["paths"]) for name, audience, make in _SERVICES]


@contextmanager
def _environment(folder: str) -> Iterator[Settings]:
    """Settings that lead nowhere, in the environment too, from which some parts read them themselves."""
    leads_nowhere = {
        "AKSON_ENVIRONMENT": "development",
        "AKSON_DATA": folder,
        "AKSON_REDIS_URL": "redis://127.0.0.1:1/0",
    }
    before = {name: value for name, value in os.environ.items() if name.startswith("AKSON_")}
    for name in before:
        del os.environ[name]
    os.environ.update(leads_nowhere)
    get_settings.cache_clear()
    try:
        yield get_settings()
    finally:
        for name in leads_nowhere:
            del os.environ[name]
        os.environ.update(before)
        get_settings.cache_clear()


def as_markdown() -> str:
    """The page: a table a service, a row an address and method."""
    parts = [_HEAD]
    for name, audience, paths in documents():
        parts.append(f"## {name}\nAudience `{audience}`.\n\n| | address | what |\n|---|---|---|")
        for path in sorted(paths):
            for method, operation in paths[path].items():
                said = (operation.get("description") or operation["summary"]).split("\n\n")[0]
                words = " ".join(said.split()).replace("|", "\\|")
                token = " (no token)" if is_open(path) else ""
                parts.append(f"| {method.upper()} | `{path}` | {words}{token} |")
        parts.append("")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
