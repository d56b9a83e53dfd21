"""A v1.3 message of several reports is taken apart: each is a delivery of its own, and says of which.

Revision ID: 0019
Revises: 0018
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Which delivery one is a part of; an index of the few that are."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE results.intake_message ADD COLUMN part_of uuid")
    op.execute(
        "CREATE INDEX intake_message_parts ON results.intake_message (part_of, id) WHERE part_of IS NOT NULL"
    )
