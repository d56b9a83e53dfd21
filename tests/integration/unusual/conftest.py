"""The fixtures of the access log's own tests: look-ups, sealer, registers, actors."""

from tests.integration.access_log.conftest import (
    actor,
    core_db,
    line,
    look,
    number,
    registers,
    results_db,
    sealer,
    sealer_db,
    witness_file,
)

__all__ = [
    "actor",
    "core_db",
    "line",
    "look",
    "number",
    "registers",
    "results_db",
    "sealer",
    "sealer_db",
    "witness_file",
]
