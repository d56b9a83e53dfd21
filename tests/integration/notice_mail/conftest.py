"""The core record's fixtures: registers, databases, actors."""

from tests.integration.core_record.conftest import actor, core_db, number, registers, results_db

__all__ = ["actor", "core_db", "number", "registers", "results_db"]
