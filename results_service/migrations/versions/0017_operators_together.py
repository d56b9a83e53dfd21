"""Operators share the work: who has taken a message, notes, what a sender was asked, and back on the list.

Revision ID: 0017
Revises: 0016
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """More actions. What says all by itself has no reason."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """
        ALTER TABLE results.operator_action
            DROP CONSTRAINT operator_action_action_check, DROP CONSTRAINT operator_action_check,
            ADD CONSTRAINT operator_action_action_check CHECK (action IN ('opened', 'replayed', 'resolved',
                'released', 'corrected', 'taken', 'left', 'noted', 'asked', 'reopened')),
            ADD CONSTRAINT operator_action_check CHECK (
                (action IN ('opened', 'taken', 'left', 'noted', 'reopened')) = (reason IS NULL))
        """
    )
