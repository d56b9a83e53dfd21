"""The access log: append-only, one gapless hash chain per person; and the log of what no person is behind."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
CREATE TABLE core_record.access_log (
    person_id         uuid NOT NULL,
    seq               bigint NOT NULL CHECK (seq > 0),
    event_id          uuid NOT NULL,
    at                timestamptz NOT NULL,
    db_role           text NOT NULL,
    actor_kind        text NOT NULL CHECK (actor_kind IN ('clinician', 'citizen', 'machine')),
    actor_hash        bytea NOT NULL,
    actor_name        text,
    hpr_number        text,
    role              text,
    organisation      text,
    organisation_name text,
    place             text,
    place_name        text,
    basis             text NOT NULL,
    reason            text,
    relation          text NOT NULL,
    action            text NOT NULL,
    items             jsonb NOT NULL,
    outcome           text NOT NULL CHECK (outcome IN ('permitted', 'refused')),
    outcome_code      text,
    correlation_id    text,
    prev              bytea NOT NULL,
    hash              bytea NOT NULL,
    PRIMARY KEY (person_id, seq)
);
-- The end of each chain: the row that an append locks, and what shows that the newest rows are missing.
-- No role but the owner has any right to it; no row-level security, since a verifier walks all chains.
CREATE TABLE core_record.access_log_head (
    person_id uuid PRIMARY KEY,
    seq       bigint NOT NULL,
    hash      bytea NOT NULL
) WITH (fillfactor = 50);
-- What an actor did where no single person was opened: numbers nobody has, and lists of own patients.
CREATE TABLE core_record.actor_log (
    actor_hash     bytea NOT NULL,
    event_id       uuid NOT NULL,
    at             timestamptz NOT NULL,
    db_role        text NOT NULL,
    actor_kind     text NOT NULL,
    hpr_number     text,
    organisation   text,
    place          text,
    action         text NOT NULL,
    number_hash    bytea,
    items          jsonb NOT NULL,
    outcome        text NOT NULL CHECK (outcome IN ('permitted', 'refused', 'nobody-found')),
    outcome_code   text,
    correlation_id text,
    PRIMARY KEY (actor_hash, event_id)
);
ALTER TABLE core_record.access_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE core_record.access_log FORCE ROW LEVEL SECURITY;
CREATE POLICY only_served ON core_record.access_log
    USING (person_id = nullif(current_setting('akson.person', true), '')::uuid);
"""

# The text that is hashed: a JSON array of the row's columns in order, as jsonb prints it. Times are
# microseconds since 1970, bytes are hexadecimal, `items` is the text of its jsonb. Version first.
HASH = """
CREATE FUNCTION core_record.access_log_text(e core_record.access_log) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_array(1, e.person_id, e.seq, e.event_id, (extract(epoch FROM e.at) * 1000000)::bigint,
        e.db_role, e.actor_kind, encode(e.actor_hash, 'hex'), e.actor_name, e.hpr_number, e.role,
        e.organisation, e.organisation_name, e.place, e.place_name, e.basis, e.reason, e.relation, e.action,
        e.items::text, e.outcome, e.outcome_code, e.correlation_id)::text
$$;
"""

# The only way in. It stamps who is logged in to the database and the clock; the caller can state neither.
APPEND = """
CREATE FUNCTION core_record.append_access_log(
    p_person uuid, p_actor_kind text, p_actor_hash bytea, p_actor_name text, p_hpr_number text, p_role text,
    p_organisation text, p_organisation_name text, p_place text, p_place_name text,
    p_basis text, p_reason text, p_relation text, p_action text, p_items jsonb,
    p_outcome text, p_outcome_code text, p_correlation_id text
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head core_record.access_log_head;
    entry core_record.access_log;
BEGIN
    SELECT * INTO head FROM core_record.access_log_head h WHERE h.person_id = p_person FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO core_record.access_log_head VALUES (p_person, 0, sha256(uuid_send(p_person)))
            ON CONFLICT DO NOTHING;
        SELECT * INTO STRICT head FROM core_record.access_log_head h
            WHERE h.person_id = p_person FOR UPDATE;
    END IF;
    entry := ROW(p_person, head.seq + 1, gen_random_uuid(), clock_timestamp(), session_user::text,
        p_actor_kind, p_actor_hash, p_actor_name, p_hpr_number, p_role, p_organisation, p_organisation_name,
        p_place, p_place_name, p_basis, p_reason, p_relation, p_action, p_items, p_outcome, p_outcome_code,
        p_correlation_id, head.hash, NULL);
    entry.hash := sha256(head.hash || convert_to(core_record.access_log_text(entry), 'UTF8'));
    INSERT INTO core_record.access_log VALUES (entry.*);
    UPDATE core_record.access_log_head h SET seq = entry.seq, hash = entry.hash WHERE h.person_id = p_person;
    RETURN entry.seq;
END $$;

CREATE FUNCTION core_record.append_actor_log(
    p_actor_hash bytea, p_actor_kind text, p_hpr_number text, p_organisation text, p_place text,
    p_action text, p_number_hash bytea, p_items jsonb, p_outcome text, p_outcome_code text,
    p_correlation_id text
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO core_record.actor_log VALUES (p_actor_hash, gen_random_uuid(), clock_timestamp(),
        session_user::text, p_actor_kind, p_hpr_number, p_organisation, p_place, p_action, p_number_hash,
        p_items, p_outcome, p_outcome_code, p_correlation_id)
$$;
"""

RIGHTS = """
REVOKE ALL ON core_record.access_log, core_record.access_log_head, core_record.actor_log FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA core_record FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    core_record.append_access_log(uuid, text, bytea, text, text, text, text, text, text, text, text, text,
        text, text, jsonb, text, text, text),
    core_record.append_actor_log(bytea, text, text, text, text, text, bytea, jsonb, text, text, text)
    TO may_decide;
GRANT SELECT ON core_record.access_log TO akson_core;
"""


def upgrade() -> None:
    """Make the log; rows are refused any change by trigger as well as by rights."""
    op.execute(TABLES)
    op.execute(HASH)
    op.execute(APPEND)
    for table in ("access_log", "actor_log"):
        op.execute(
            f"CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON core_record.{table}"
            " FOR EACH ROW EXECUTE FUNCTION core_record.refuse_change();"
            f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON core_record.{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION core_record.refuse_change()"
        )
    op.execute(RIGHTS)
