"""Release to the person: what a clinician has looked at or released, and what the person has been shown.

Rows are about one version: a new version starts anew. Appended, never changed; reservasjon deletes them.
"""

from alembic import op

revision = "0007"
down_revision = "0006"

TABLE = """
CREATE TABLE results.release_event (
    person_id    uuid NOT NULL,
    report_id    uuid NOT NULL,
    version_id   uuid NOT NULL,
    event_id     uuid NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('reviewed', 'released', 'shown')),
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    by_name      text,
    organisation text,
    agreed       boolean NOT NULL DEFAULT false,
    comment      text CHECK (length(comment) <= 2000),
    PRIMARY KEY (person_id, report_id, version_id, event_id),
    CHECK (comment IS NULL OR kind = 'released')
);
COMMENT ON TABLE results.release_event IS
    'reviewed, released: by a clinician (agreed: earlier than assessed, as agreed). shown: to the person.';
ALTER TABLE results.release_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE results.release_event FORCE ROW LEVEL SECURITY;
CREATE POLICY person ON results.release_event
    USING (person_id = nullif(current_setting('akson.person', true), '')::uuid);
REVOKE ALL ON results.release_event FROM PUBLIC;
GRANT SELECT, INSERT, DELETE ON results.release_event TO akson_results;
"""


def upgrade() -> None:
    """Make the table."""
    op.execute(TABLE)
