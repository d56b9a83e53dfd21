"""Which health worker has opened which version of a report, wherever: they are told when a newer one comes.

The access log knows that somebody read results, not which version; it is sealed and is not searched for this.
"""

from alembic import op

revision = "0020"
down_revision = "0019"

TABLE = """
CREATE TABLE core_record.result_opened (
    person_id    uuid NOT NULL,
    report_id    uuid NOT NULL,
    version_id   uuid NOT NULL,
    personnel_id uuid NOT NULL,
    unit         text NOT NULL,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (person_id, report_id, version_id, personnel_id, unit)
);
ALTER TABLE core_record.result_opened ENABLE ROW LEVEL SECURITY;
ALTER TABLE core_record.result_opened FORCE ROW LEVEL SECURITY;
CREATE POLICY only_served ON core_record.result_opened
    USING (person_id = nullif(current_setting('akson.person', true), '')::uuid);
"""

MERGE = """
CREATE FUNCTION core_record.opened_follow_merge() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_served text := coalesce(current_setting('akson.person', true), '');
    v_rows core_record.result_opened[];
BEGIN
    EXECUTE format('SET LOCAL akson.person = %L', NEW.from_person);
    SELECT array_agg(r) INTO v_rows FROM core_record.result_opened r WHERE r.person_id = NEW.from_person;
    DELETE FROM core_record.result_opened r WHERE r.person_id = NEW.from_person;
    EXECUTE format('SET LOCAL akson.person = %L', NEW.to_person);
    INSERT INTO core_record.result_opened (person_id, report_id, version_id, personnel_id, unit, at)
        SELECT NEW.to_person, r.report_id, r.version_id, r.personnel_id, r.unit, r.at FROM unnest(v_rows) r;
    EXECUTE format('SET LOCAL akson.person = %L', v_served);
    RETURN NULL;
END $$;
CREATE TRIGGER opened_follow AFTER INSERT ON core_record.person_merge
    FOR EACH ROW EXECUTE FUNCTION core_record.opened_follow_merge();
"""

RIGHTS = """
REVOKE ALL ON core_record.result_opened FROM PUBLIC;
REVOKE ALL ON FUNCTION core_record.opened_follow_merge() FROM PUBLIC;
GRANT INSERT ON core_record.result_opened TO akson_results;
GRANT SELECT ON core_record.result_opened TO akson_journal;
"""


def upgrade() -> None:
    """Make the table behind its wall; one service adds, the other reads."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in (TABLE, MERGE, RIGHTS):
        op.execute(statement)
