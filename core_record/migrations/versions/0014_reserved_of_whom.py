"""Whether a person has reserved is answered whoever the transaction serves: never by an empty view.

Both tables stand behind the second wall. The function serves the person asked about while it looks, and then
again whom the transaction served.
"""

from alembic import op

revision = "0014"
down_revision = "0013"

RESERVED = """
CREATE OR REPLACE FUNCTION core_record.is_reserved(p_person uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    served text := coalesce(current_setting('akson.person', true), '');
    reserved boolean;
BEGIN
    EXECUTE format('SET LOCAL akson.person = %L', p_person);
    PERFORM 1 FROM core_record.person p WHERE p.person_id = p_person FOR KEY SHARE;
    reserved := EXISTS (SELECT 1 FROM core_record.privacy_setting s
        WHERE s.person_id = p_person AND s.kind = 'reservasjon' AND s.withdrawn_at IS NULL
        AND clock_timestamp() >= s.valid_from);
    EXECUTE format('SET LOCAL akson.person = %L', served);
    RETURN reserved;
END $$;
"""


def upgrade() -> None:
    """Replace the function."""
    op.execute(RESERVED)
