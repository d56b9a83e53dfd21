"""When an actor was last told what is new about a person: from the log's own rows, as a time alone.

Security definer behind the second wall: the log's policy still shows the served person's rows only, and the
caller learns one time of its own actor's, nothing of anybody else's looks.
"""

from alembic import op

revision = "0008"
down_revision = "0007"

# Looks less than p_gap apart are one visit. The answer is the start of the last visit before the present one,
# so that what came while an earlier page stood open counts as new; NULL when there was none.
LAST_VISIT = """
CREATE FUNCTION core_record.last_visit(p_person uuid, p_actor_hash bytea, p_kind text, p_gap interval)
RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH looks AS (
        SELECT l.at, lag(l.at) OVER (ORDER BY l.at) AS before FROM core_record.access_log l
        WHERE l.person_id = p_person AND l.actor_hash = p_actor_hash AND l.outcome = 'permitted'
            AND l.items ? p_kind
    )
    SELECT max(at) FROM looks
    WHERE (before IS NULL OR at - before > p_gap)
        AND (
            clock_timestamp() - (SELECT max(at) FROM looks) > p_gap
            OR at < (SELECT max(at) FROM looks WHERE before IS NULL OR at - before > p_gap)
        )
$$;
COMMENT ON FUNCTION core_record.last_visit IS 'Start of the actor''s last visit before the present one.';
REVOKE ALL ON FUNCTION core_record.last_visit(uuid, bytea, text, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core_record.last_visit(uuid, bytea, text, interval) TO may_decide;
"""


def upgrade() -> None:
    """Make the function."""
    op.execute(LAST_VISIT)
