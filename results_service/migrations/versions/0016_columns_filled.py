"""The columns of 0012 are filled for versions stored before them, some at a time (`reports.filling`).

`column_fill` says how far each run is. It names messages alone, never a person.

Revision ID: 0016
Revises: 0015
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The right to fill them, and a table of runs."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """
        GRANT UPDATE (fields, source) ON results.report_version TO akson_results;
        CREATE TABLE results.column_fill (
            run_id      uuid PRIMARY KEY,
            started_at  timestamptz NOT NULL DEFAULT now(),
            last_id     uuid,
            done        bigint NOT NULL DEFAULT 0,
            filled      bigint NOT NULL DEFAULT 0,
            failed      bigint NOT NULL DEFAULT 0,
            finished_at timestamptz
        );
        COMMENT ON TABLE results.column_fill IS
            'Runs that fill fields and source of versions stored before them: how far through the messages.';
        CREATE UNIQUE INDEX column_fill_one ON results.column_fill ((true)) WHERE finished_at IS NULL;
        GRANT SELECT, INSERT, UPDATE ON results.column_fill TO akson_results
        """
    )
