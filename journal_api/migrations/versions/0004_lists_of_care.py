"""What lists of care show besides: since when something waits, how long it takes, what it belongs to;
and who stands in for whom."""

from alembic import op

revision = "0004"
down_revision = "0003"

WORK = """
ALTER TABLE journal.work_item ADD COLUMN since timestamptz NOT NULL DEFAULT clock_timestamp(),
    ADD COLUMN minutes smallint, ADD COLUMN about uuid;
COMMENT ON COLUMN journal.work_item.since IS 'when it came to the list; of a contact: the arrival';
COMMENT ON COLUMN journal.work_item.about IS 'the entry it belongs to: the plan of a visit, what was sent';
"""
# About health workers alone. Which list one sees besides one's own is decided by it.
ABSENCE = """
CREATE TABLE journal.absence (
    unit         text NOT NULL,
    absence_id   uuid NOT NULL,
    personnel_id uuid NOT NULL,
    stand_in     uuid NOT NULL CHECK (stand_in <> personnel_id),
    valid_from   date NOT NULL,
    valid_to     date NOT NULL CHECK (valid_to >= valid_from),
    made_by      uuid NOT NULL,
    made_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    withdrawn_by uuid,
    withdrawn_at timestamptz,
    PRIMARY KEY (unit, absence_id)
);
ALTER TABLE journal.absence ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal.absence FORCE ROW LEVEL SECURITY;
CREATE POLICY only_unit ON journal.absence USING (unit = nullif(current_setting('akson.unit', true), ''));
REVOKE ALL ON journal.absence FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE (withdrawn_at, withdrawn_by) ON journal.absence TO akson_journal;
"""


def upgrade() -> None:
    """Widen the list, make the table of absences."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(WORK)
    op.execute(ABSENCE)
