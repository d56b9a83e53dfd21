"""Tests that are ordered and not answered stand on a list of their own."""

from importlib import import_module

from alembic import op

revision = "0008"
down_revision = "0007"

_FOLLOW_UP = import_module("journal_api.migrations.versions.0005_follow_up").FUNCTIONS
MOVE = (
    _FOLLOW_UP[_FOLLOW_UP.index("CREATE FUNCTION journal.move_follow_up") :]
    .replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    .replace("since, opened_at, escalated)", "since, opened_at, escalated, awaited)")
    .replace("f.since, f.opened_at, f.escalated FROM", "f.since, f.opened_at, f.escalated, f.awaited FROM")
    .replace("'result-late')", "'result-late', 'result-awaited')")
)


def upgrade() -> None:
    """A column, and moving with it when two persons are one."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE journal.follow_up ADD COLUMN awaited boolean NOT NULL DEFAULT false")
    op.execute(MOVE)
