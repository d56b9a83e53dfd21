"""Operations: what operators did with messages that wait, and a message's kind for the volumes.

`operator_action` names messages and operators, never the person a message is about. Rows are only added.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; a BRIN index finds the last weeks among years of messages and costs intake nothing."""
    op.execute(
        """
        ALTER TABLE results.intake_message ADD COLUMN kind text;
        COMMENT ON COLUMN results.intake_message.kind IS 'MsgDescr (8202), the code alone.';
        CREATE INDEX intake_message_received ON results.intake_message USING brin (received_at);
        CREATE TABLE results.operator_action (
            action_id      uuid PRIMARY KEY,
            message_id     uuid NOT NULL,
            at             timestamptz NOT NULL DEFAULT clock_timestamp(),
            action         text NOT NULL CHECK (action IN ('opened', 'replayed', 'resolved')),
            reason         text,
            actor_hash     bytea NOT NULL,
            actor_name     text NOT NULL,
            organisation   text NOT NULL,
            correlation_id text,
            CHECK ((action = 'opened') = (reason IS NULL))
        );
        CREATE INDEX operator_action_message ON results.operator_action (message_id, at);
        GRANT SELECT, INSERT ON results.operator_action TO akson_results
        """
    )
