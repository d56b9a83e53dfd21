"""Two queues between the results service and the journal, in the database that both share.

`result_news`: a report has a newest version (or is gone); ids, dates and a mark, never a result.
`release_order`: what an assessment in the journal means for the report's release to its person.
"""

from importlib import import_module

from alembic import op

revision = "0019"
down_revision = "0018"

# One row for each report: who takes it learns of the newest version, whatever came between. So the queue is
# never longer than there are reports, also where no journal runs.
TABLES = """
CREATE SEQUENCE core_record.result_news_order;
CREATE TABLE core_record.result_news (
    person_id       uuid NOT NULL,
    report_id       uuid NOT NULL,
    place           bigint NOT NULL,
    at              timestamptz NOT NULL DEFAULT clock_timestamp(),
    next_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    version_id      uuid,
    issued          timestamptz,
    mark            text NOT NULL CHECK (mark IN ('none', 'undecided', 'abnormal', 'critical')),
    requester_hpr   text,
    requester_units text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (person_id, report_id),
    CHECK ((version_id IS NULL) = (issued IS NULL))
);
CREATE INDEX result_news_place ON core_record.result_news (place);
COMMENT ON COLUMN core_record.result_news.version_id IS 'null: the report is gone';
CREATE TABLE core_record.release_order (
    person_id    uuid NOT NULL,
    order_id     uuid NOT NULL,
    report_id    uuid NOT NULL,
    version_id   uuid NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('reviewed', 'released')),
    at           timestamptz NOT NULL,
    by_name      text,
    organisation text,
    comment      text CHECK (length(comment) <= 2000),
    next_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (person_id, order_id),
    CHECK (comment IS NULL OR kind = 'released')
);
CREATE INDEX release_order_due ON core_record.release_order (next_at);
"""

# Reached by functions alone: whom a row is about is not known before it is taken. What is taken stays locked
# until the transaction that applies it ends, and is there again if that fails.
QUEUES = """
CREATE FUNCTION core_record.announce_result(
    p_person uuid, p_report uuid, p_version uuid, p_issued timestamptz, p_mark text, p_hpr text,
    p_units text[]
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO core_record.result_news (person_id, report_id, place, version_id, issued, mark, requester_hpr,
        requester_units)
    VALUES (p_person, p_report, nextval('core_record.result_news_order'), p_version, p_issued, p_mark, p_hpr,
        p_units)
    ON CONFLICT (person_id, report_id) DO UPDATE SET place = excluded.place, next_at = clock_timestamp(),
        version_id = excluded.version_id, issued = excluded.issued, mark = excluded.mark,
        requester_hpr = excluded.requester_hpr, requester_units = excluded.requester_units
$$;
CREATE FUNCTION core_record.take_result_news(p_most int) RETURNS TABLE (
    person_id uuid, report_id uuid, place bigint, version_id uuid, issued timestamptz, mark text,
    requester_hpr text, requester_units text[]
) LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT n.person_id, n.report_id, n.place, n.version_id, n.issued, n.mark, n.requester_hpr,
        n.requester_units
    FROM core_record.result_news n WHERE n.next_at <= clock_timestamp()
    ORDER BY n.place LIMIT p_most FOR UPDATE SKIP LOCKED
$$;
CREATE FUNCTION core_record.result_news_done(p_person uuid, p_report uuid, p_again_in interval) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE core_record.result_news SET next_at = clock_timestamp() + p_again_in
        WHERE person_id = p_person AND report_id = p_report AND p_again_in IS NOT NULL;
    DELETE FROM core_record.result_news
        WHERE person_id = p_person AND report_id = p_report AND p_again_in IS NULL
$$;
-- How many wait, and for how many seconds the oldest has.
CREATE FUNCTION core_record.result_news_waiting(OUT waiting bigint, OUT seconds double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*), coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0) FROM core_record.result_news
$$;
CREATE FUNCTION core_record.order_release(
    p_person uuid, p_order uuid, p_report uuid, p_version uuid, p_kind text, p_at timestamptz, p_by text,
    p_organisation text, p_comment text
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO core_record.release_order (person_id, order_id, report_id, version_id, kind, at, by_name,
        organisation, comment)
    VALUES (p_person, p_order, p_report, p_version, p_kind, p_at, p_by, p_organisation, p_comment)
    ON CONFLICT DO NOTHING
$$;
CREATE FUNCTION core_record.take_release_orders(p_most int) RETURNS TABLE (
    person_id uuid, order_id uuid, report_id uuid, version_id uuid, kind text, at timestamptz, by_name text,
    organisation text, comment text
) LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.person_id, o.order_id, o.report_id, o.version_id, o.kind, o.at, o.by_name, o.organisation,
        o.comment
    FROM core_record.release_order o WHERE o.next_at <= clock_timestamp()
    ORDER BY o.next_at LIMIT p_most FOR UPDATE SKIP LOCKED
$$;
CREATE FUNCTION core_record.release_order_done(p_person uuid, p_order uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM core_record.release_order WHERE person_id = p_person AND order_id = p_order
$$;
-- Where the person this transaction serves lives.
CREATE FUNCTION core_record.municipality_of(p_person uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.municipality FROM core_record.person p WHERE p.person_id = p_person
$$;
-- What waits about a person who is merged with another is the other's, and so are the units' relations.
CREATE FUNCTION core_record.news_follow_merge() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_served text := coalesce(current_setting('akson.person', true), '');
    v_relations core_record.care_relation[];
BEGIN
    UPDATE core_record.result_news SET person_id = NEW.to_person WHERE person_id = NEW.from_person;
    UPDATE core_record.release_order SET person_id = NEW.to_person WHERE person_id = NEW.from_person;
    EXECUTE format('SET LOCAL akson.person = %L', NEW.from_person);
    SELECT array_agg(r) INTO v_relations FROM core_record.care_relation r WHERE r.person_id = NEW.from_person;
    DELETE FROM core_record.care_relation r WHERE r.person_id = NEW.from_person;
    EXECUTE format('SET LOCAL akson.person = %L', NEW.to_person);
    INSERT INTO core_record.care_relation (person_id, relation_id, kind, org_number, personnel_id, opened_at,
            closed_at)
        SELECT NEW.to_person, r.relation_id, r.kind, r.org_number, r.personnel_id, r.opened_at, r.closed_at
        FROM unnest(v_relations) r;
    EXECUTE format('SET LOCAL akson.person = %L', v_served);
    RETURN NULL;
END $$;
CREATE TRIGGER news_follow AFTER INSERT ON core_record.person_merge
    FOR EACH ROW EXECUTE FUNCTION core_record.news_follow_merge();
"""

# A result on a unit's list is a relation: those who have one can be merged all the same, as results move too.
_BEGIN = import_module("core_record.migrations.versions.0013_merging").BEGIN_MERGE
BEGIN_MERGE = _BEGIN.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace("'care_relation', ", "")

_NEWS = "core_record.announce_result(uuid, uuid, uuid, timestamptz, text, text, text[])"
_ORDER = "core_record.order_release(uuid, uuid, uuid, uuid, text, timestamptz, text, text, text)"
RIGHTS = f"""
REVOKE ALL ON core_record.result_news, core_record.release_order FROM PUBLIC;
REVOKE ALL ON SEQUENCE core_record.result_news_order FROM PUBLIC;
REVOKE ALL ON FUNCTION {_NEWS}, {_ORDER}, core_record.take_result_news(int),
    core_record.result_news_done(uuid, uuid, interval), core_record.result_news_waiting(),
    core_record.take_release_orders(int), core_record.release_order_done(uuid, uuid),
    core_record.municipality_of(uuid), core_record.news_follow_merge() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {_NEWS}, core_record.take_release_orders(int),
    core_record.release_order_done(uuid, uuid) TO akson_results;
GRANT EXECUTE ON FUNCTION {_ORDER}, core_record.take_result_news(int),
    core_record.result_news_done(uuid, uuid, interval), core_record.municipality_of(uuid) TO akson_journal;
GRANT EXECUTE ON FUNCTION core_record.result_news_waiting() TO akson_housekeeping;
"""


def upgrade() -> None:
    """Make both queues, and let each service do its half."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in (TABLES, QUEUES, BEGIN_MERGE, RIGHTS):
        op.execute(statement)
