"""PostgreSQL and Valkey for a machine that has neither."""

from dev.embedded.postgres import Postgres
from dev.embedded.problem import EmbeddedProblem
from dev.embedded.valkey import Valkey

__all__ = ["EmbeddedProblem", "Postgres", "Valkey"]
