"""Orders: what their lines say, and what a report names of the order behind it, beside where it stands."""

from importlib import import_module

from alembic import op

revision = "0010"
down_revision = "0009"

_NAMES = "requisitions, examinations, sampled"
MOVE = (
    import_module("journal_api.migrations.versions.0008_results_awaited")
    .MOVE.replace("opened_at, escalated, awaited)", f"opened_at, escalated, awaited, {_NAMES})")
    .replace(
        "f.escalated, f.awaited FROM",
        "f.escalated, f.awaited,\n            f.requisitions, f.examinations, f.sampled FROM",
    )
)

TABLE = """
CREATE TABLE journal.requisition (
    person_id uuid NOT NULL,
    entry_id  uuid NOT NULL,
    line      text NOT NULL,
    PRIMARY KEY (person_id, entry_id),
    FOREIGN KEY (person_id, entry_id) REFERENCES journal.entry (person_id, entry_id)
);
COMMENT ON TABLE journal.requisition IS 'orders that are followed up here';
COMMENT ON COLUMN journal.requisition.line IS 'what the line on the list said last, to see a change';
ALTER TABLE journal.requisition ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal.requisition FORCE ROW LEVEL SECURITY;
CREATE POLICY only_served ON journal.requisition
    USING (person_id = nullif(current_setting('akson.person', true), '')::uuid);
REVOKE ALL ON journal.requisition FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON journal.requisition TO akson_journal;
"""


def upgrade() -> None:
    """A table, three columns, and moving with them when two persons are one."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """
        ALTER TABLE journal.follow_up
            ADD COLUMN requisitions text[] NOT NULL DEFAULT '{}',
            ADD COLUMN examinations text[] NOT NULL DEFAULT '{}',
            ADD COLUMN sampled timestamptz;
        COMMENT ON COLUMN journal.follow_up.examinations IS
            'standing, system and code of each: how far the laboratory has come, never the answer'
        """
    )
    op.execute(TABLE)
    op.execute(MOVE)
