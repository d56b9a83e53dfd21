"""A version mapped anew keeps the time its message came: nothing new came.

Revision ID: 0010
Revises: 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the service set the time."""
    op.execute("GRANT UPDATE (received) ON results.report_version TO akson_results")
