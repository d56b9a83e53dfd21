"""Where each measure comes from: the services' `/metrics`, and the panel's own tables.

A process counts from nought at every start; `grown` adds what it has counted since the last look, so that the
sum goes on over restarts (what was counted between the last look and a stop is lost, and the sum too low).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families
from psycopg import AsyncConnection

from citizen_panel.rows import rows_of
from kit.log import get_logger

UNITS = {
    "look-ups": "number",
    "reports": "number",
    "laboratories": "percent",
    "time-to-result": "seconds",
    "repeated-tests": "percent",
    "complaints": "number",
    "feedback-answered": "percent",
    "answer-rate": "percent",
}
"""Measure → unit."""
_LOOK_UPS = "akson_look_ups_answered_total"
_REPORTS = "akson_intake_messages_total"
COUNTERS = {
    "look-ups": (_LOOK_UPS, "service", "results_service"),
    "reports": (_REPORTS, "status", "processed"),
}
_STEP = 5
_SECONDS = 3.0
# Complaints are shown in steps of five, the share of answers from five on; nothing tells one sender apart.
_OWN = """
SELECT count(*) AS received, count(*) FILTER (WHERE state <> 'received') AS handled,
    count(*) FILTER (WHERE theme IN ('understanding', 'missing', 'wrong', 'slow', 'access', 'privacy'))
        AS complaints,
    (SELECT avg((shown ->> 'rate')::float8) FROM panel.result WHERE final
        AND shown ->> 'rate' IS NOT NULL) AS rate
FROM panel.feedback
"""

Samples = dict[tuple[str, str, str], float]
"""(metric, label, value of the label) → number; label and value are empty where there is none."""


async def scrape(http: httpx.AsyncClient, url: str) -> Samples:
    """A service's numbers; none when it does not answer, which is told in the log."""
    try:
        answer = await http.get(f"{url}/metrics", timeout=_SECONDS)
        answer.raise_for_status()
        return parsed(answer.text)
    except (httpx.HTTPError, ValueError) as error:
        get_logger().warning("metrics not read", kind=type(error).__name__)
        return {}


def parsed(text: str) -> Samples:
    """Prometheus' text form, samples with at most one label."""
    found: Samples = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if len(sample.labels) <= 1:
                label, value = next(iter(sample.labels.items()), ("", ""))
                found[sample.name, label, value] = sample.value
    return found


async def measured(conn: AsyncConnection[Any], samples: Samples) -> dict[str, float]:
    """Every measure that can be told now: measure → value."""
    values = of_results(samples)
    for measure, key in COUNTERS.items():
        if key in samples:
            values[measure] = await _grown(conn, measure, samples[key])
    values |= of_panel((await rows_of(conn, _OWN, ()))[0])
    return values


def of_results(samples: Samples) -> dict[str, float]:
    """What the results service tells as it stands."""
    values = {}
    registered = samples.get(("akson_senders_registered", "", ""), 0)
    if registered:
        values["laboratories"] = 100 * samples.get(("akson_senders_delivering", "", ""), 0) / registered
    median = samples.get(("akson_intake_to_searchable_seconds", "", ""), math.nan)
    if not math.isnan(median):
        values["time-to-result"] = median
    repeated = samples.get(("akson_reports_repeating_percent", "", ""), math.nan)
    if not math.isnan(repeated):
        values["repeated-tests"] = round(repeated, 1)
    return values


def of_panel(row: Mapping[str, Any]) -> dict[str, float]:
    """What the panel's own tables tell, and never of fewer than five."""
    values: dict[str, float] = {}
    if row["received"] >= _STEP:
        values["complaints"] = row["complaints"] // _STEP * _STEP
        values["feedback-answered"] = round(100 * row["handled"] / row["received"])
    if row["rate"] is not None:
        values["answer-rate"] = round(100 * row["rate"])
    return values


def grown(before: tuple[float, float] | None, raw: float) -> float:
    """The sum over all starts. `before`: what was read last, and the sum then. A lower number is a new
    start."""
    if before is None:
        return raw
    last, total = before
    return total + (raw - last if raw >= last else raw)


async def _grown(conn: AsyncConnection[Any], name: str, raw: float) -> float:
    rows = await rows_of(conn, "SELECT raw, total FROM panel.counter WHERE name = %s FOR UPDATE", (name,))
    total = grown((rows[0]["raw"], rows[0]["total"]) if rows else None, raw)
    await conn.execute(
        "INSERT INTO panel.counter (name, raw, total) VALUES (%s, %s, %s)"
        " ON CONFLICT (name) DO UPDATE SET raw = excluded.raw, total = excluded.total",
        (name, raw, total),
    )
    return total
