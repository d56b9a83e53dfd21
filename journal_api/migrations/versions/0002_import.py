"""Which entries were taken in from elsewhere, by whom and when."""

from alembic import op

revision = "0002"
down_revision = "0001"

IMPORT = """
CREATE TABLE journal.import (
    person_id uuid NOT NULL,
    import_id uuid NOT NULL,
    digest    bytea NOT NULL,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    by_id     uuid NOT NULL,
    by_name   text NOT NULL,
    unit      text NOT NULL,
    counts    jsonb NOT NULL,
    PRIMARY KEY (person_id, import_id),
    UNIQUE (person_id, digest)
);
ALTER TABLE journal.entry ADD COLUMN import_id uuid;
ALTER TABLE journal.import ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal.import FORCE ROW LEVEL SECURITY;
CREATE POLICY only_served ON journal.import
    USING (person_id = nullif(current_setting('akson.person', true), '')::uuid);
REVOKE ALL ON journal.import FROM PUBLIC;
GRANT SELECT, INSERT ON journal.import TO akson_journal;
"""


def upgrade() -> None:
    """Make the table and the column."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(IMPORT)
