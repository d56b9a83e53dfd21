"""Alembic's entry point; the work is `kit.migrate`'s."""

from kit.migrate import run_env

run_env()
