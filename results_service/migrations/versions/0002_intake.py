"""Intake: the messages received, and the originals under each person's own key.

`intake_message` is the queue's truth. It is no person-bearing table: at receipt the person is unknown, and
afterwards it holds the state of a delivery, coded reasons without personal data, and `person_id` only to find
the way to the original. What a message says lies encrypted.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_RLS = "person_id = nullif(current_setting('akson.person', true), '')::uuid"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE results.intake_message (
            id            uuid PRIMARY KEY,
            organisation  text NOT NULL,
            client_id     text NOT NULL,
            received_at   timestamptz NOT NULL,
            digest        bytea NOT NULL,
            size          integer NOT NULL,
            msg_chain     bigint,
            report_chain  bigint,
            status        text NOT NULL DEFAULT 'received'
                          CHECK (status IN ('received', 'processed', 'rejected', 'needs-attention')),
            attempts      smallint NOT NULL DEFAULT 0,
            due_at        timestamptz NOT NULL,
            finished_at   timestamptz,
            keep_until    timestamptz NOT NULL,
            body          bytea,
            version       text,
            msg_id        text,
            gen_date      text,
            serv_prov_id  text,
            sender        text,
            strict        boolean NOT NULL DEFAULT false,
            copy_of       uuid,
            person_id     uuid,
            report_id     uuid,
            errors        jsonb NOT NULL DEFAULT '[]',
            warnings      jsonb NOT NULL DEFAULT '[]',
            unmapped      jsonb NOT NULL DEFAULT '[]',
            CHECK ((status = 'received') = (finished_at IS NULL))
        ) WITH (fillfactor = 80)
        """
    )
    op.execute("CREATE UNIQUE INDEX intake_message_once ON results.intake_message (organisation, digest)")
    op.execute(
        "CREATE INDEX intake_message_due ON results.intake_message (due_at) INCLUDE (attempts)"
        " WHERE status = 'received'"
    )
    for chain in ("msg_chain", "report_chain"):
        op.execute(
            f"CREATE INDEX intake_message_{chain} ON results.intake_message ({chain}, received_at)"
            " WHERE status = 'received'"
        )
    op.execute(
        "CREATE INDEX intake_message_attention ON results.intake_message (id)"
        " WHERE status = 'needs-attention'"
    )
    _person_tables()
    op.execute("GRANT USAGE ON SCHEMA results TO akson_results")
    op.execute("GRANT SELECT, INSERT, UPDATE ON results.intake_message TO akson_results")
    op.execute("GRANT SELECT, INSERT, DELETE ON results.person_key, results.original TO akson_results")


def _person_tables() -> None:
    op.execute(
        """
        CREATE TABLE results.person_key (
            person_id  uuid PRIMARY KEY,
            wrapped    bytea NOT NULL,
            made_at    timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute(
        """
        CREATE TABLE results.original (
            person_id   uuid NOT NULL,
            message_id  uuid NOT NULL,
            keep_until  timestamptz NOT NULL,
            body        bytea NOT NULL,
            PRIMARY KEY (person_id, message_id)
        )
        """
    )
    for table in ("person_key", "original"):
        op.execute(f"ALTER TABLE results.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE results.{table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY one_person ON results.{table} USING ({_RLS}) WITH CHECK ({_RLS})")


def downgrade() -> None:
    for table in ("original", "person_key", "intake_message"):
        op.execute(f"DROP TABLE results.{table}")
