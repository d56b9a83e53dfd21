"""Answers opened: checked to be FHIR R4, and taken apart."""

from __future__ import annotations

from typing import Any

import httpx
import psycopg
from fhir.resources.R4B.bundle import Bundle

from tests.conftest import TestDatabase


def opened(answer: httpx.Response) -> dict[str, Any]:
    """The Bundle, checked to be FHIR R4."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    bundle: dict[str, Any] = answer.json()
    Bundle.model_validate_json(answer.content)
    return bundle


def resources(bundle: dict[str, Any], mode: str | None = None) -> list[dict[str, Any]]:
    entries = bundle.get("entry", [])
    return [e["resource"] for e in entries if mode in (None, e["search"]["mode"])]


def ids(bundle: dict[str, Any], mode: str | None = None) -> list[str]:
    return [r["id"] for r in resources(bundle, mode)]


def kinds(bundle: dict[str, Any], mode: str | None = None) -> set[str]:
    return {r["resourceType"] for r in resources(bundle, mode)}


def log(postgres: TestDatabase) -> list[tuple[Any, ...]]:
    with psycopg.connect(postgres.superuser_dsn) as conn:
        return conn.execute("SELECT outcome, items FROM core_record.access_log ORDER BY at").fetchall()
