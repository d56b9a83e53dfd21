"""Reports with an examination that another laboratory had done shortly before: a day for each, nothing else.

Revision ID: 0014
Revises: 0013
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No person, no report: nothing tells whose it was. Rows are added: no worker waits for another."""
    op.execute(
        """
        CREATE TABLE results.repeated_test (day date NOT NULL);
        COMMENT ON TABLE results.repeated_test IS
            'A row for each new report that repeats what another laboratory answered within 14 days before.';
        CREATE INDEX repeated_test_day ON results.repeated_test (day);
        REVOKE ALL ON results.repeated_test FROM PUBLIC;
        GRANT SELECT, INSERT ON results.repeated_test TO akson_results
        """
    )
