"""A warning may come to a report without a new version: who assessed it is to look at it again."""

from alembic import op

revision = "0022"
down_revision = "0021"

# A warning stays until it is taken, whatever is announced after it.
FUNCTIONS = """
DROP FUNCTION core_record.announce_result(uuid, uuid, uuid, timestamptz, text, text, text[], boolean);
DROP FUNCTION core_record.take_result_news(int);
CREATE FUNCTION core_record.announce_result(
    p_person uuid, p_report uuid, p_version uuid, p_issued timestamptz, p_mark text, p_hpr text,
    p_units text[], p_awaited boolean, p_warned boolean
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO core_record.result_news AS waits (person_id, report_id, place, version_id, issued, mark,
        requester_hpr, requester_units, awaited, warned)
    VALUES (p_person, p_report, nextval('core_record.result_news_order'), p_version, p_issued, p_mark, p_hpr,
        p_units, p_awaited, p_warned)
    ON CONFLICT (person_id, report_id) DO UPDATE SET place = excluded.place, next_at = clock_timestamp(),
        version_id = excluded.version_id, issued = excluded.issued, mark = excluded.mark,
        requester_hpr = excluded.requester_hpr, requester_units = excluded.requester_units,
        awaited = excluded.awaited, warned = waits.warned OR excluded.warned
$$;
CREATE FUNCTION core_record.take_result_news(p_most int) RETURNS TABLE (
    person_id uuid, report_id uuid, place bigint, version_id uuid, issued timestamptz, mark text,
    requester_hpr text, requester_units text[], awaited boolean, warned boolean
) LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT n.person_id, n.report_id, n.place, n.version_id, n.issued, n.mark, n.requester_hpr,
        n.requester_units, n.awaited, n.warned
    FROM core_record.result_news n WHERE n.next_at <= clock_timestamp()
    ORDER BY n.place LIMIT p_most FOR UPDATE SKIP LOCKED
$$;
"""
_NEWS = "core_record.announce_result(uuid, uuid, uuid, timestamptz, text, text, text[], boolean, boolean)"
RIGHTS = f"""
REVOKE ALL ON FUNCTION {_NEWS}, core_record.take_result_news(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {_NEWS} TO akson_results;
GRANT EXECUTE ON FUNCTION core_record.take_result_news(int) TO akson_journal;
"""


def upgrade() -> None:
    """A column, and the two functions with it."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE core_record.result_news ADD COLUMN warned boolean NOT NULL DEFAULT false")
    op.execute(FUNCTIONS)
    op.execute(RIGHTS)
