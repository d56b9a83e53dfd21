"""Senders: the kinds of message each is registered for, and the keys of its own machine client.

Empty means that nothing narrower than the sender itself is registered: any kind, any key of its client.
"""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE core_record.sender
            ADD COLUMN kinds text[] NOT NULL DEFAULT '{}',
            ADD COLUMN keys text[] NOT NULL DEFAULT '{}';
        COMMENT ON COLUMN core_record.sender.kinds IS
            'MsgDescr (8202) or Message/Type the sender is registered for; empty: any.';
        COMMENT ON COLUMN core_record.sender.keys IS
            'JWK thumbprints (RFC 7638, SHA-256) its own client proves possession of; empty: any.'
        """
    )
