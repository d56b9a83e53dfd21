"""Follow-up of results: whose list each report stands on, and what was done with it; never what it says.

A report's row tells where it stands now; `follow_up_event` what happened, which no role changes or deletes.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = """
CREATE TABLE journal.follow_up (
    person_id    uuid NOT NULL,
    report_id    uuid NOT NULL,
    place        bigint NOT NULL,
    version_id   uuid,
    issued       timestamptz,
    mark         text NOT NULL CHECK (mark IN ('none', 'undecided', 'abnormal', 'critical')),
    state        text NOT NULL CHECK (state IN
                     ('unseen', 'changed', 'opened', 'prepared', 'assessed', 'gone', 'elsewhere', 'before')),
    unit         text NOT NULL,
    assignee     uuid,
    since        timestamptz NOT NULL,
    opened_at    timestamptz,
    escalated    smallint NOT NULL DEFAULT 0 CHECK (escalated BETWEEN 0 AND 2),
    PRIMARY KEY (person_id, report_id),
    CHECK (version_id IS NOT NULL OR state = 'gone')
);
COMMENT ON COLUMN journal.follow_up.place IS 'of the last announcement applied: an older one changes nothing';
COMMENT ON COLUMN journal.follow_up.unit IS
    'organisation number of whose list it is on, or no-owner:<municipality>';
COMMENT ON COLUMN journal.follow_up.opened_at IS 'when the newest version was first opened by who may assess';
CREATE TABLE journal.follow_up_event (
    person_id   uuid NOT NULL,
    report_id   uuid NOT NULL,
    event_id    uuid NOT NULL,
    version_id  uuid,
    at          timestamptz NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('came', 'gone', 'opened', 'prepared', 'assessed', 'forwarded',
                    'tasked', 'escalated')),
    by_id       uuid,
    by_name     text,
    by_role     text,
    unit        text NOT NULL,
    to_unit     text,
    to_assignee uuid,
    to_name     text,
    words       text,
    comment     text,
    released    boolean NOT NULL DEFAULT false,
    PRIMARY KEY (person_id, report_id, event_id),
    FOREIGN KEY (person_id, report_id) REFERENCES journal.follow_up (person_id, report_id)
);
COMMENT ON COLUMN journal.follow_up_event.comment IS 'to the person, in plain words';
-- When a critical result is to be looked after, by time. Ids alone; reached by functions.
CREATE TABLE journal.follow_up_watch (
    person_id uuid NOT NULL,
    report_id uuid NOT NULL,
    due       timestamptz NOT NULL,
    PRIMARY KEY (person_id, report_id)
);
CREATE INDEX follow_up_watch_due ON journal.follow_up_watch (due);
"""
WALL = """
ALTER TABLE journal.{table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal.{table} FORCE ROW LEVEL SECURITY;
CREATE POLICY only_served ON journal.{table}
    USING (person_id = nullif(current_setting('akson.person', true), '')::uuid);
"""
FUNCTIONS = """
-- Look after this result at that time; null: no more.
CREATE FUNCTION journal.watch_result(p_person uuid, p_report uuid, p_due timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM journal.follow_up_watch
        WHERE person_id = p_person AND report_id = p_report AND p_due IS NULL;
    INSERT INTO journal.follow_up_watch (person_id, report_id, due)
        SELECT p_person, p_report, p_due WHERE p_due IS NOT NULL
        ON CONFLICT (person_id, report_id) DO UPDATE SET due = excluded.due
$$;
-- The one that has been due longest and that nobody else is at, locked until the transaction ends.
CREATE FUNCTION journal.take_late_result(p_now timestamptz) RETURNS TABLE (person_id uuid, report_id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT w.person_id, w.report_id FROM journal.follow_up_watch w WHERE w.due <= p_now
    ORDER BY w.due LIMIT 1 FOR UPDATE SKIP LOCKED
$$;
-- Part of merging two persons: what is followed up of the one who goes is followed up of the other.
CREATE FUNCTION journal.move_follow_up(p_from uuid, p_to uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_served text := coalesce(current_setting('akson.person', true), '');
    v_unit text := coalesce(current_setting('akson.unit', true), '');
    v_rows journal.follow_up[];
    v_events journal.follow_up_event[];
    one text;
BEGIN
    EXECUTE format('SET LOCAL akson.person = %L', p_from);
    SELECT array_agg(f) INTO v_rows FROM journal.follow_up f WHERE f.person_id = p_from;
    SELECT array_agg(e) INTO v_events FROM journal.follow_up_event e WHERE e.person_id = p_from;
    DELETE FROM journal.follow_up_event e WHERE e.person_id = p_from;
    DELETE FROM journal.follow_up f WHERE f.person_id = p_from;
    UPDATE journal.follow_up_watch SET person_id = p_to WHERE person_id = p_from;
    EXECUTE format('SET LOCAL akson.person = %L', p_to);
    INSERT INTO journal.follow_up (person_id, report_id, place, version_id, issued, mark, state, unit,
            assignee, since, opened_at, escalated)
        SELECT p_to, f.report_id, f.place, f.version_id, f.issued, f.mark, f.state, f.unit, f.assignee,
            f.since, f.opened_at, f.escalated FROM unnest(v_rows) f;
    INSERT INTO journal.follow_up_event (person_id, report_id, event_id, version_id, at, kind, by_id, by_name,
            by_role, unit, to_unit, to_assignee, to_name, words, comment, released)
        SELECT p_to, e.report_id, e.event_id, e.version_id, e.at, e.kind, e.by_id, e.by_name, e.by_role,
            e.unit, e.to_unit, e.to_assignee, e.to_name, e.words, e.comment, e.released
        FROM unnest(v_events) e;
    FOR one IN SELECT f.unit FROM unnest(v_rows) f UNION SELECT e.unit FROM unnest(v_events) e
            UNION SELECT e.to_unit FROM unnest(v_events) e WHERE e.to_unit IS NOT NULL LOOP
        EXECUTE format('SET LOCAL akson.unit = %L', one);
        UPDATE journal.work_item SET person_id = p_to
            WHERE unit = one AND person_id = p_from AND kind IN ('result', 'result-changed', 'result-late');
    END LOOP;
    EXECUTE format('SET LOCAL akson.person = %L', v_served);
    EXECUTE format('SET LOCAL akson.unit = %L', v_unit);
    RETURN coalesce(cardinality(v_rows), 0);
END $$;
"""
RIGHTS = """
REVOKE ALL ON journal.follow_up, journal.follow_up_event, journal.follow_up_watch FROM PUBLIC;
REVOKE ALL ON FUNCTION journal.watch_result(uuid, uuid, timestamptz), journal.move_follow_up(uuid, uuid),
    journal.take_late_result(timestamptz) FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON journal.follow_up TO akson_journal;
GRANT SELECT, INSERT ON journal.follow_up_event TO akson_journal;
GRANT EXECUTE ON FUNCTION journal.watch_result(uuid, uuid, timestamptz),
    journal.take_late_result(timestamptz) TO akson_journal;
GRANT USAGE ON SCHEMA journal TO akson_results;
GRANT EXECUTE ON FUNCTION journal.move_follow_up(uuid, uuid) TO akson_results;
"""


def upgrade() -> None:
    """Make the tables, their walls and rights."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(TABLES)
    for table in ("follow_up", "follow_up_event"):
        op.execute(WALL.format(table=table))
    op.execute(FUNCTIONS)
    op.execute(RIGHTS)
