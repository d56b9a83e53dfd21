"""Codes: the lists that the operator has loaded; workers merge them with the built-in book.

Reference data, the same for everybody: no row-level security. `code_revision` tells workers to read anew.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE results.code (
            system    text NOT NULL,
            code      text NOT NULL,
            name      text NOT NULL,
            field     text NOT NULL DEFAULT '',
            grouping  text NOT NULL DEFAULT '',
            unit      text NOT NULL DEFAULT '',
            ucum      text,
            successor text,
            valid_to  text NOT NULL DEFAULT '',
            PRIMARY KEY (system, code)
        );
        CREATE TABLE results.code_revision (
            revision    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            imported_at timestamptz NOT NULL DEFAULT now(),
            codes       integer NOT NULL,
            complete    boolean NOT NULL
        );
        GRANT SELECT, INSERT, UPDATE ON results.code TO akson_results;
        GRANT SELECT, INSERT ON results.code_revision TO akson_results
        """
    )
