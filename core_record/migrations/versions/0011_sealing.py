"""Sealing of the access log: signed heads over batches of rows; attestation and what was withheld in a row.

The roles `akson_sealer` and `akson_auditor` come from `akson roles`, as every role does.
"""

from alembic import op

revision = "0011"
down_revision = "0010"

# Rows say in which form their text was hashed: older ones keep theirs. The indexes serve the sealer.
ROWS = """
ALTER TABLE core_record.access_log
    ADD COLUMN format smallint NOT NULL DEFAULT 1,
    ADD COLUMN attestation_id uuid,
    ADD COLUMN withheld jsonb;
CREATE INDEX access_log_at ON core_record.access_log (at);
CREATE INDEX actor_log_at ON core_record.actor_log (at);
"""

# Form 2: the attestation and what was withheld stand last.
TEXT = """
CREATE OR REPLACE FUNCTION core_record.access_log_text(e core_record.access_log) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_array(2, e.person_id, e.seq, e.event_id, (extract(epoch FROM e.at) * 1000000)::bigint,
        e.db_role, e.actor_kind, encode(e.actor_hash, 'hex'), e.actor_name, e.hpr_number, e.role,
        e.organisation, e.organisation_name, e.place, e.place_name, e.basis, e.reason, e.relation, e.action,
        e.items::text, e.outcome, e.outcome_code, e.correlation_id, e.attestation_id, e.withheld::text)::text
$$;
CREATE FUNCTION core_record.actor_log_text(e core_record.actor_log) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_array(1, encode(e.actor_hash, 'hex'), e.event_id,
        (extract(epoch FROM e.at) * 1000000)::bigint, e.db_role, e.actor_kind, e.hpr_number, e.organisation,
        e.place, e.action, encode(e.number_hash, 'hex'), e.items::text, e.outcome, e.outcome_code,
        e.correlation_id)::text
$$;
"""

OLD_SIGNATURE = "uuid, text, bytea, text, text, text, text, text, text, text, text, text, text, text, jsonb, text, text, text"  # noqa: E501
APPEND = """
CREATE FUNCTION core_record.append_access_log(
    p_person uuid, p_actor_kind text, p_actor_hash bytea, p_actor_name text, p_hpr_number text, p_role text,
    p_organisation text, p_organisation_name text, p_place text, p_place_name text,
    p_basis text, p_reason text, p_relation text, p_action text, p_items jsonb,
    p_outcome text, p_outcome_code text, p_correlation_id text,
    p_attestation uuid DEFAULT NULL, p_withheld jsonb DEFAULT NULL
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
        p_correlation_id, head.hash, NULL, 2, p_attestation, p_withheld);
    entry.hash := sha256(head.hash || convert_to(core_record.access_log_text(entry), 'UTF8'));
    INSERT INTO core_record.access_log VALUES (entry.*);
    UPDATE core_record.access_log_head h SET seq = entry.seq, hash = entry.hash WHERE h.person_id = p_person;
    RETURN entry.seq;
END $$;
"""

# A head signs one batch: `root` is the Merkle root of `leaves` (32 bytes each), `prev` the hash of the head
# before. `settled`: every row older than it is in this head or an earlier one. No person stands in it.
TABLES = """
CREATE TABLE core_record.log_head (
    number    bigint PRIMARY KEY CHECK (number > 0),
    at        timestamptz NOT NULL,
    rows      bigint NOT NULL,
    size      integer NOT NULL CHECK (size > 0),
    root      bytea NOT NULL,
    prev      bytea NOT NULL,
    key_id    text NOT NULL,
    signature bytea NOT NULL,
    settled   timestamptz NOT NULL,
    leaves    bytea NOT NULL CHECK (octet_length(leaves) = size * 32)
);
ALTER TABLE core_record.log_head ALTER COLUMN leaves SET STORAGE EXTERNAL;
CREATE TABLE core_record.sealed_row (
    person_id uuid NOT NULL,
    seq       bigint NOT NULL,
    head      bigint NOT NULL,
    position  integer NOT NULL,
    PRIMARY KEY (person_id, seq)
);
CREATE TABLE core_record.sealed_actor_row (
    actor_hash bytea NOT NULL,
    event_id   uuid NOT NULL,
    head       bigint NOT NULL,
    position   integer NOT NULL,
    PRIMARY KEY (actor_hash, event_id)
);
ALTER TABLE core_record.sealed_row ENABLE ROW LEVEL SECURITY;
ALTER TABLE core_record.sealed_row FORCE ROW LEVEL SECURITY;
CREATE POLICY only_served ON core_record.sealed_row
    USING (person_id = nullif(current_setting('akson.person', true), '')::uuid);
"""

# The sealer sees hashes and numbers of rows, never what stands in a person's row, and adds seals; the auditor
# reads all of the log and can change nothing. These two alone walk across persons.
RIGHTS = """
REVOKE ALL ON core_record.log_head, core_record.sealed_row, core_record.sealed_actor_row FROM PUBLIC;
REVOKE ALL ON FUNCTION core_record.actor_log_text(core_record.actor_log) FROM PUBLIC;
GRANT USAGE ON SCHEMA core_record TO akson_sealer, akson_auditor;
GRANT EXECUTE ON FUNCTION core_record.actor_log_text(core_record.actor_log) TO akson_sealer;
GRANT EXECUTE ON FUNCTION core_record.check_keys(text) TO akson_sealer;
GRANT SELECT (person_id, seq, at, hash) ON core_record.access_log TO akson_sealer;
GRANT SELECT ON core_record.actor_log TO akson_sealer;
GRANT SELECT, INSERT ON core_record.log_head, core_record.sealed_row, core_record.sealed_actor_row
    TO akson_sealer;
GRANT SELECT ON core_record.access_log, core_record.access_log_head, core_record.actor_log,
    core_record.log_head, core_record.sealed_row, core_record.sealed_actor_row TO akson_auditor;
GRANT SELECT (person_id, in_use) ON core_record.person_number TO akson_auditor;
GRANT SELECT ON core_record.log_head, core_record.sealed_row TO akson_core;
CREATE POLICY sealer_reads ON core_record.access_log FOR SELECT TO akson_sealer USING (true);
CREATE POLICY auditor_reads ON core_record.access_log FOR SELECT TO akson_auditor USING (true);
CREATE POLICY sealer_seals ON core_record.sealed_row TO akson_sealer USING (true) WITH CHECK (true);
CREATE POLICY auditor_reads ON core_record.sealed_row FOR SELECT TO akson_auditor USING (true);
"""


def upgrade() -> None:
    """Widen the rows, make the seals' tables (refused any change, as the log is), give the rights."""
    op.execute(ROWS)
    op.execute(TEXT)
    op.execute(f"DROP FUNCTION core_record.append_access_log({OLD_SIGNATURE})")
    op.execute(APPEND)
    function = f"FUNCTION core_record.append_access_log({OLD_SIGNATURE}, uuid, jsonb)"
    op.execute(f"REVOKE ALL ON {function} FROM PUBLIC; GRANT EXECUTE ON {function} TO may_decide")
    op.execute(TABLES)
    for table in ("log_head", "sealed_row", "sealed_actor_row"):
        op.execute(
            f"CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON core_record.{table}"
            " FOR EACH ROW EXECUTE FUNCTION core_record.refuse_change();"
            f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON core_record.{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION core_record.refuse_change()"
        )
    op.execute(RIGHTS)
