"""Rejected messages are found without going through all: they are the few.

Revision ID: 0018
Revises: 0017
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index of the few."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        "CREATE INDEX intake_message_rejected ON results.intake_message (id) WHERE status = 'rejected'"
    )
