"""Report numbers of a person who was merged with another: whose they are now.

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One function: `report_key` is reached by no other way."""
    op.execute(
        """
        CREATE FUNCTION results.move_report_keys(p_from uuid, p_to uuid) RETURNS bigint
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            WITH moved AS (
                UPDATE results.report_key SET person_id = p_to WHERE person_id = p_from RETURNING 1
            ) SELECT count(*) FROM moved
        $$;
        COMMENT ON FUNCTION results.move_report_keys IS 'Part of merging two persons: see merging/service.';
        REVOKE ALL ON FUNCTION results.move_report_keys(uuid, uuid) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION results.move_report_keys(uuid, uuid) TO akson_results
        """
    )
