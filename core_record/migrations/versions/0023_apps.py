"""The register of apps, and the app in the rows of the access log."""

from alembic import op

revision = "0023"
down_revision = "0022"

# An app is admitted by an organisation for those who log in for it. `grants`: audience and SMART scope each;
# `roles`: Volven 9060, `none` without authorisation; empty: all personnel. No person stands in it.
REGISTER = """
CREATE TABLE core_record.app (
    client_id       text NOT NULL CHECK (client_id ~ '^[A-Za-z0-9._:-]{3,100}$'),
    org_number      text NOT NULL REFERENCES core_record.organisation,
    name            text NOT NULL,
    vendor          text NOT NULL CHECK (vendor ~ '^[0-9]{9}$'),
    vendor_name     text NOT NULL,
    purpose         text NOT NULL,
    grants          text[] NOT NULL CHECK (cardinality(grants) BETWEEN 1 AND 60),
    roles           text[] NOT NULL,
    launch_url      text CHECK (launch_url ~ '^https?://'),
    data_protection text NOT NULL,
    state           text NOT NULL CHECK (state IN ('proposed', 'approved', 'suspended', 'withdrawn')),
    valid_to        date NOT NULL,
    decided_by      text,
    decided_at      timestamptz,
    PRIMARY KEY (client_id, org_number)
);
-- One number that grows with every change of the register: what a process read is current as long as it is.
CREATE TABLE core_record.app_register (
    one    boolean PRIMARY KEY DEFAULT true CHECK (one),
    number bigint NOT NULL
);
CREATE FUNCTION core_record.number_app_register() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO core_record.app_register AS r (number) VALUES (1)
        ON CONFLICT (one) DO UPDATE SET number = r.number + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER number_register AFTER INSERT OR UPDATE OR DELETE ON core_record.app
    FOR EACH STATEMENT EXECUTE FUNCTION core_record.number_app_register();
REVOKE ALL ON FUNCTION core_record.number_app_register() FROM PUBLIC;
GRANT SELECT ON core_record.app, core_record.app_register TO may_decide;
GRANT INSERT, UPDATE ON core_record.app TO akson_core;
"""

ROWS = """
ALTER TABLE core_record.access_log ADD COLUMN app text, ADD COLUMN app_name text;
ALTER TABLE core_record.actor_log ADD COLUMN app text;
"""

# Form 3 (form 2 of an actor's row): the app stands last. Rows without one keep the form they had.
TEXT = """
CREATE OR REPLACE FUNCTION core_record.access_log_text(e core_record.access_log) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT (jsonb_build_array(e.format, e.person_id, e.seq, e.event_id,
        (extract(epoch FROM e.at) * 1000000)::bigint,
        e.db_role, e.actor_kind, encode(e.actor_hash, 'hex'), e.actor_name, e.hpr_number, e.role,
        e.organisation, e.organisation_name, e.place, e.place_name, e.basis, e.reason, e.relation, e.action,
        e.items::text, e.outcome, e.outcome_code, e.correlation_id, e.attestation_id, e.withheld::text)
        || CASE WHEN e.app IS NULL THEN '[]' ELSE jsonb_build_array(e.app, e.app_name) END)::text
$$;
CREATE OR REPLACE FUNCTION core_record.actor_log_text(e core_record.actor_log) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT (jsonb_build_array(CASE WHEN e.app IS NULL THEN 1 ELSE 2 END, encode(e.actor_hash, 'hex'),
        e.event_id, (extract(epoch FROM e.at) * 1000000)::bigint, e.db_role, e.actor_kind, e.hpr_number,
        e.organisation, e.place, e.action, encode(e.number_hash, 'hex'), e.items::text, e.outcome,
        e.outcome_code, e.correlation_id)
        || CASE WHEN e.app IS NULL THEN '[]' ELSE jsonb_build_array(e.app) END)::text
$$;
"""

OLD_PERSON = "uuid, text, bytea, text, text, text, text, text, text, text, text, text, text, text, jsonb, text, text, text, uuid, jsonb"  # noqa: E501
OLD_ACTOR = "bytea, text, text, text, text, text, bytea, jsonb, text, text, text"
# The row's text (access_log_text, forms 2 and 3) is made here: a function in SQL with a search path of its
# own is started anew for every row. json prints these values as jsonb does, and is not packed first.
APPEND = """
CREATE FUNCTION core_record.append_access_log(
    p_person uuid, p_actor_kind text, p_actor_hash bytea, p_actor_name text, p_hpr_number text, p_role text,
    p_organisation text, p_organisation_name text, p_place text, p_place_name text,
    p_basis text, p_reason text, p_relation text, p_action text, p_items jsonb,
    p_outcome text, p_outcome_code text, p_correlation_id text,
    p_attestation uuid DEFAULT NULL, p_withheld jsonb DEFAULT NULL,
    p_app text DEFAULT NULL, p_app_name text DEFAULT NULL
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head core_record.access_log_head;
    v_event uuid := gen_random_uuid();
    v_at timestamptz;
    v_seq bigint;
    v_form smallint := 2;
    v_app_name text;
    v_text text;
    v_hash bytea;
BEGIN
    SELECT * INTO head FROM core_record.access_log_head h WHERE h.person_id = p_person FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO core_record.access_log_head VALUES (p_person, 0, sha256(uuid_send(p_person)))
            ON CONFLICT DO NOTHING;
        SELECT * INTO STRICT head FROM core_record.access_log_head h
            WHERE h.person_id = p_person FOR UPDATE;
    END IF;
    v_at := clock_timestamp();  -- behind the lock: later rows of a chain are never earlier
    v_seq := head.seq + 1;
    IF p_app IS NOT NULL THEN
        v_form := 3;
        v_app_name := p_app_name;
    END IF;
    v_text := json_build_array(v_form, p_person, v_seq, v_event,
        (extract(epoch FROM v_at) * 1000000)::bigint, session_user::text, p_actor_kind,
        encode(p_actor_hash, 'hex'), p_actor_name, p_hpr_number, p_role, p_organisation,
        p_organisation_name, p_place, p_place_name, p_basis, p_reason, p_relation, p_action, p_items::text,
        p_outcome, p_outcome_code, p_correlation_id, p_attestation, p_withheld::text);
    IF p_app IS NOT NULL THEN  -- two more stand last
        v_text := left(v_text, -1) || ', ' || right(json_build_array(p_app, v_app_name)::text, -1);
    END IF;
    v_hash := sha256(head.hash || convert_to(v_text, 'UTF8'));
    INSERT INTO core_record.access_log VALUES (p_person, v_seq, v_event, v_at, session_user::text,
        p_actor_kind, p_actor_hash, p_actor_name, p_hpr_number, p_role, p_organisation, p_organisation_name,
        p_place, p_place_name, p_basis, p_reason, p_relation, p_action, p_items, p_outcome, p_outcome_code,
        p_correlation_id, head.hash, v_hash, v_form, p_attestation, p_withheld, p_app, v_app_name);
    UPDATE core_record.access_log_head h SET seq = v_seq, hash = v_hash WHERE h.person_id = p_person;
    RETURN v_seq;
END $$;

CREATE FUNCTION core_record.append_actor_log(
    p_actor_hash bytea, p_actor_kind text, p_hpr_number text, p_organisation text, p_place text,
    p_action text, p_number_hash bytea, p_items jsonb, p_outcome text, p_outcome_code text,
    p_correlation_id text, p_app text DEFAULT NULL
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO core_record.actor_log VALUES (p_actor_hash, gen_random_uuid(), clock_timestamp(),
        session_user::text, p_actor_kind, p_hpr_number, p_organisation, p_place, p_action, p_number_hash,
        p_items, p_outcome, p_outcome_code, p_correlation_id, p_app)
$$;
"""


def upgrade() -> None:
    """The register; then the log's functions with the app, for those who had them."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(REGISTER)
    op.execute(ROWS)
    op.execute(TEXT)
    op.execute(f"DROP FUNCTION core_record.append_access_log({OLD_PERSON})")
    op.execute(f"DROP FUNCTION core_record.append_actor_log({OLD_ACTOR})")
    op.execute(APPEND)
    for function in (
        f"append_access_log({OLD_PERSON}, text, text)",
        f"append_actor_log({OLD_ACTOR}, text)",
    ):
        name = f"FUNCTION core_record.{function}"
        op.execute(f"REVOKE ALL ON {name} FROM PUBLIC; GRANT EXECUTE ON {name} TO may_decide")
