"""What `akson status` and `akson up` tell of the official schemas (`AKSON_SCHEMAS`)."""

from __future__ import annotations

from kit.settings import Settings
from results_service.intake.schemas import SchemaProblem, load


def schema_state(settings: Settings) -> tuple[str, str]:
    """`ready`, what cannot be used, or "" where no folder is named; and in words what is there."""
    try:
        schemas = load(settings.schemas)
    except SchemaProblem as problem:
        return str(problem), ""
    if schemas is None:
        return "", ""
    broken = "; ".join(one.words for one in schemas.broken)
    return broken or "ready", f"Official schemas in {schemas.folder}: {schemas.words}."
