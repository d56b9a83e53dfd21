"""Unusual access: what the organisation follows up, as a projection keyed by it; ids, codes and dates alone.

The role `akson_housekeeping` comes from `akson roles`, as every role does.
"""

from alembic import op

revision = "0012"
down_revision = "0011"

# A visit: what one of the unit's personnel looked at of one person within an hour. `hour` is its beginning.
TABLES = """
CREATE TABLE core_record.unusual_access (
    unit          text NOT NULL,
    entry_id      uuid NOT NULL,
    person_id     uuid NOT NULL,
    actor_hash    bytea NOT NULL,
    personnel_id  uuid,
    hour          timestamptz NOT NULL,
    first_at      timestamptz NOT NULL,
    reasons       text[] NOT NULL CHECK (cardinality(reasons) > 0),
    found_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    reviewed_at   timestamptz,
    reviewed_by   uuid,
    outcome       text CHECK (outcome IN ('in-order', 'explained', 'followed-up', 'breach')),
    review_reason text,
    PRIMARY KEY (unit, entry_id),
    UNIQUE (unit, person_id, actor_hash, hour),
    CHECK ((reviewed_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX unusual_access_open ON core_record.unusual_access (unit, first_at DESC);
CREATE TABLE core_record.actor_activity (
    unit       text NOT NULL,
    actor_hash bytea NOT NULL,
    hour       timestamptz NOT NULL,
    person_id  uuid NOT NULL,
    PRIMARY KEY (unit, actor_hash, hour, person_id)
);
-- How far the sealed rows have been looked through.
CREATE TABLE core_record.unusual_position (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    head     bigint NOT NULL
);
CREATE INDEX sealed_row_head ON core_record.sealed_row (head);
"""

RIGHTS = """
REVOKE ALL ON core_record.unusual_access, core_record.actor_activity, core_record.unusual_position
    FROM PUBLIC;
GRANT USAGE ON SCHEMA core_record TO akson_housekeeping;
GRANT EXECUTE ON FUNCTION core_record.resolve_number(bytea), core_record.check_keys(text)
    TO akson_housekeeping;
GRANT SELECT ON core_record.sealed_row, core_record.personnel, core_record.employment,
    core_record.organisation TO akson_housekeeping;
GRANT SELECT (number) ON core_record.log_head TO akson_housekeeping;
GRANT SELECT (person_id, seq, at, actor_kind, actor_hash, organisation, place, relation, outcome)
    ON core_record.access_log TO akson_housekeeping;
GRANT SELECT (person_id, family_name, address_id) ON core_record.person TO akson_housekeeping;
GRANT SELECT, INSERT, UPDATE (reasons) ON core_record.unusual_access TO akson_housekeeping;
GRANT SELECT, INSERT ON core_record.actor_activity TO akson_housekeeping;
GRANT SELECT, INSERT, UPDATE ON core_record.unusual_position TO akson_housekeeping;
GRANT SELECT, UPDATE (reviewed_at, reviewed_by, outcome, review_reason) ON core_record.unusual_access
    TO akson_core;
CREATE POLICY housekeeping_reads ON core_record.sealed_row FOR SELECT TO akson_housekeeping USING (true);
"""


def upgrade() -> None:
    """Make the projection behind the unit's wall, and the rights of who fills and who reads it."""
    op.execute(TABLES)
    for table in ("unusual_access", "actor_activity"):
        op.execute(
            f"ALTER TABLE core_record.{table} ENABLE ROW LEVEL SECURITY;"
            f"ALTER TABLE core_record.{table} FORCE ROW LEVEL SECURITY;"
            f"CREATE POLICY only_served ON core_record.{table}"
            " USING (unit = nullif(current_setting('akson.unit', true), ''))"
        )
    op.execute(RIGHTS)
