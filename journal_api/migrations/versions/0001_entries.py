"""Entries of the journal with their versions, and the units' lists of what is to be done.

An entry is one thing of a kind (FHIR R4 resource types where there is one): a contact, a note.
The row is its newest version; each former one stays in `entry_version`, which no role may change or delete.
"""

from alembic import op

revision = "0001"
down_revision = None

_STAMPS = """
    changed_by    uuid NOT NULL,
    changed_name  text NOT NULL,
    changed_role  text,
    changed_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    signed_by     uuid,
    signed_name   text,
    signed_role   text,
    signed_at     timestamptz,
    why           text,
"""
ENTRIES = f"""
CREATE TABLE journal.entry (
    person_id     uuid NOT NULL,
    entry_id      uuid NOT NULL,
    kind          text NOT NULL,
    version       integer NOT NULL CHECK (version > 0),
    state         text NOT NULL,
    at            timestamptz NOT NULL,
    contact_id    uuid,
    org_number    text NOT NULL,
    made_by       uuid NOT NULL,
    made_name     text NOT NULL,
    made_role     text,
    made_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    {_STAMPS}
    content_hash  bytea NOT NULL,
    body          jsonb NOT NULL,
    PRIMARY KEY (person_id, entry_id),
    CHECK ((signed_by IS NULL) = (signed_at IS NULL))
);
CREATE INDEX entry_by_kind ON journal.entry (person_id, kind, at DESC);
COMMENT ON COLUMN journal.entry.at IS 'when it was so, not when it was written';
COMMENT ON COLUMN journal.entry.content_hash IS 'of what was sent: the same once more changes nothing';

CREATE TABLE journal.entry_version (
    person_id     uuid NOT NULL,
    entry_id      uuid NOT NULL,
    version       integer NOT NULL,
    org_number    text NOT NULL,
    state         text NOT NULL,
    at            timestamptz NOT NULL,
    {_STAMPS}
    body          jsonb NOT NULL,
    PRIMARY KEY (person_id, entry_id, version),
    FOREIGN KEY (person_id, entry_id) REFERENCES journal.entry (person_id, entry_id)
);
"""

# What a sperring of a source keeps from this reader is no row (`akson.withheld`: organisation numbers).
WALL = """
ALTER TABLE journal.{table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal.{table} FORCE ROW LEVEL SECURITY;
CREATE POLICY only_served ON journal.{table}
    USING (person_id = nullif(current_setting('akson.person', true), '')::uuid
        AND org_number <> ALL (string_to_array(coalesce(current_setting('akson.withheld', true), ''), ',')))
    WITH CHECK (person_id = nullif(current_setting('akson.person', true), '')::uuid);
"""

# A unit's lists: ids, states and dates, never what an entry says. Opening an item is a look-up.
WORK = """
CREATE TABLE journal.work_item (
    unit        text NOT NULL,
    item_id     uuid NOT NULL,
    person_id   uuid NOT NULL,
    kind        text NOT NULL,
    state       text NOT NULL,
    due         timestamptz,
    urgency     smallint NOT NULL DEFAULT 0 CHECK (urgency BETWEEN 0 AND 4),
    assignee    uuid,
    label       text,
    open        boolean NOT NULL,
    changed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (unit, item_id)
);
CREATE INDEX work_item_open ON journal.work_item (unit, kind, due) WHERE open;
CREATE INDEX work_item_day ON journal.work_item (unit, kind, due);
COMMENT ON COLUMN journal.work_item.label IS 'a code of how it is done (form of contact, kind of task)';
ALTER TABLE journal.work_item ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal.work_item FORCE ROW LEVEL SECURITY;
CREATE POLICY only_unit ON journal.work_item
    USING (unit = nullif(current_setting('akson.unit', true), ''));
"""

RIGHTS = """
REVOKE ALL ON ALL TABLES IN SCHEMA journal FROM PUBLIC;
GRANT USAGE ON SCHEMA journal TO akson_journal;
GRANT SELECT, INSERT, UPDATE (version, state, at, contact_id, changed_by, changed_name, changed_role,
    changed_at, signed_by, signed_name, signed_role, signed_at, why, content_hash, body)
    ON journal.entry TO akson_journal;
GRANT SELECT, INSERT ON journal.entry_version TO akson_journal;
GRANT SELECT, INSERT, UPDATE ON journal.work_item TO akson_journal;
"""


def upgrade() -> None:
    """Make the tables, their walls and rights."""
    op.execute(ENTRIES)
    op.execute(WALL.format(table="entry"))
    op.execute(WALL.format(table="entry_version"))
    op.execute(WORK)
    op.execute(RIGHTS)
