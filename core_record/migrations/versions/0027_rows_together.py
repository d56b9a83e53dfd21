"""A row whose chain is free: rows of look-ups that end at the same time are written in one transaction.

One person's chain that somebody else holds must not keep the others of such a transaction waiting.
"""

from alembic import op

revision = "0027"
down_revision = "0026"

# The number of the row in its chain; NULL where the chain is held by another transaction, or has not begun.
APPEND = """
CREATE FUNCTION core_record.append_access_log_if_free(
    p_person uuid, p_actor_kind text, p_actor_hash bytea, p_actor_name text, p_hpr_number text, p_role text,
    p_organisation text, p_organisation_name text, p_place text, p_place_name text,
    p_basis text, p_reason text, p_relation text, p_action text, p_items jsonb,
    p_outcome text, p_outcome_code text, p_correlation_id text,
    p_attestation uuid DEFAULT NULL, p_withheld jsonb DEFAULT NULL,
    p_app text DEFAULT NULL, p_app_name text DEFAULT NULL
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('SET LOCAL akson.person = %L', p_person);
    PERFORM FROM core_record.access_log_head h WHERE h.person_id = p_person FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    RETURN core_record.append_access_log(p_person, p_actor_kind, p_actor_hash, p_actor_name, p_hpr_number,
        p_role, p_organisation, p_organisation_name, p_place, p_place_name, p_basis, p_reason, p_relation,
        p_action, p_items, p_outcome, p_outcome_code, p_correlation_id, p_attestation, p_withheld, p_app,
        p_app_name);
END $$;
REVOKE ALL ON FUNCTION core_record.append_access_log_if_free(uuid, text, bytea, text, text, text, text, text,
    text, text, text, text, text, text, jsonb, text, text, text, uuid, jsonb, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core_record.append_access_log_if_free(uuid, text, bytea, text, text, text, text,
    text, text, text, text, text, text, text, jsonb, text, text, text, uuid, jsonb, text, text) TO may_decide;
"""


def upgrade() -> None:
    """Beside `append_access_log`, which waits."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(APPEND)
