"""A standing agreement between a person and those who treat them: class 2 is seen at once."""

from alembic import op

revision = "0011"
down_revision = "0010"

# One that has ended stays, since what came while it held has been seen and stays visible.
TABLE = """
CREATE TABLE results.release_agreement (
    person_id     uuid NOT NULL,
    agreement_id  uuid NOT NULL,
    org_number    text NOT NULL,
    organisation  text,
    agreed_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    by_name       text,
    ended_at      timestamptz CHECK (ended_at >= agreed_at),
    ended_by      text CHECK (ended_by IN ('citizen', 'representative', 'clinician')),
    ended_by_name text,
    PRIMARY KEY (person_id, agreement_id),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
ALTER TABLE results.release_agreement ENABLE ROW LEVEL SECURITY;
ALTER TABLE results.release_agreement FORCE ROW LEVEL SECURITY;
CREATE POLICY person ON results.release_agreement
    USING (person_id = nullif(current_setting('akson.person', true), '')::uuid);
REVOKE ALL ON results.release_agreement FROM PUBLIC;
GRANT SELECT, INSERT, DELETE, UPDATE (ended_at, ended_by, ended_by_name)
    ON results.release_agreement TO akson_results;
"""


def upgrade() -> None:
    """Make the table behind its wall."""
    op.execute(TABLE)
