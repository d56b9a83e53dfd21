"""What operators judge and correct, volumes counted as messages are finished, and mapping anew.

`intake_volume` holds differences, added and never changed, so that no worker waits for another; a job folds
them. A version that today's mapping replaced stays, held as `remapped`; the new one keeps its id, by which it
was released to the person.

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make tables and columns; count what is there."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """
        ALTER TABLE results.intake_message ADD COLUMN judgement text, ADD COLUMN corrects uuid,
            ADD COLUMN original_deleted_at timestamptz;
        COMMENT ON COLUMN results.intake_message.judgement IS 'What an operator judged of a held message.';
        COMMENT ON COLUMN results.intake_message.corrects IS 'The held message that this one corrects.';
        CREATE INDEX intake_message_expiry ON results.intake_message USING brin (keep_until);
        ALTER TABLE results.operator_action DROP CONSTRAINT operator_action_action_check,
            ADD CHECK (action IN ('opened', 'replayed', 'resolved', 'released', 'corrected')),
            ADD COLUMN note bytea;
        COMMENT ON COLUMN results.operator_action.note IS 'The operator''s own words, encrypted.';
        CREATE TABLE results.intake_volume (
            hour     timestamptz NOT NULL,
            sender   text NOT NULL,
            kind     text,
            status   text NOT NULL,
            messages bigint NOT NULL,
            last     timestamptz NOT NULL
        );
        COMMENT ON TABLE results.intake_volume IS 'Finished messages by the hour of receipt: add them up.';
        CREATE INDEX intake_volume_hour ON results.intake_volume (hour);
        INSERT INTO results.intake_volume
        SELECT date_trunc('hour', received_at), coalesce(sender, organisation), kind, status, count(*),
            max(received_at)
        FROM results.intake_message WHERE status <> 'received' GROUP BY 1, 2, 3, 4;
        CREATE TABLE results.remap_job (
            job_id         uuid PRIMARY KEY,
            sender         text,
            kind           text,
            received_from  timestamptz NOT NULL,
            received_to    timestamptz NOT NULL,
            reason         text NOT NULL,
            made_at        timestamptz NOT NULL DEFAULT now(),
            actor_hash     bytea NOT NULL,
            actor_name     text NOT NULL,
            organisation   text NOT NULL,
            total          bigint NOT NULL,
            done           bigint NOT NULL DEFAULT 0,
            changed        bigint NOT NULL DEFAULT 0,
            failed         bigint NOT NULL DEFAULT 0,
            last_id        uuid,
            finished_at    timestamptz
        );
        COMMENT ON TABLE results.remap_job IS 'Orders to map stored messages anew, and how far they are.';
        GRANT SELECT, INSERT, DELETE ON results.intake_volume TO akson_results;
        GRANT SELECT, INSERT, UPDATE ON results.remap_job TO akson_results;
        GRANT UPDATE (version_id, held) ON results.report_version TO akson_results
        """
    )
