"""A message's corrections are found; an order to map anew counts the messages whose original is gone.

Revision ID: 0013
Revises: 0012
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index of the few, and a column."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """
        CREATE INDEX intake_message_corrects ON results.intake_message (corrects) WHERE corrects IS NOT NULL;
        ALTER TABLE results.remap_job ADD COLUMN gone bigint NOT NULL DEFAULT 0
        """
    )
