"""Registers: persons and their numbers, health personnel, organisations, GP lists, senders, own patients."""

from alembic import op

revision = "0001"
down_revision = None

# Reference tables (no patient data): on Citus they are reference tables.
REFERENCE = """
CREATE TABLE core_record.organisation (
    org_number   text PRIMARY KEY CHECK (org_number ~ '^[0-9]{9}$'),
    name         text NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('municipality', 'gp_office', 'home_care', 'emergency',
                     'health_centre', 'hospital', 'laboratory', 'radiology', 'broker', 'agency')),
    her_id       text UNIQUE,
    parent       text REFERENCES core_record.organisation,
    municipality text
);
CREATE TABLE core_record.department (
    her_id     text PRIMARY KEY,
    org_number text NOT NULL REFERENCES core_record.organisation,
    name       text NOT NULL
);
-- personnel_id is the person_id of the health worker: one human being, one id.
CREATE TABLE core_record.personnel (
    personnel_id uuid PRIMARY KEY,
    hpr_number   text UNIQUE,
    given_name   text NOT NULL,
    family_name  text NOT NULL
);
CREATE TABLE core_record.authorisation (
    personnel_id uuid NOT NULL REFERENCES core_record.personnel,
    code         text NOT NULL,
    valid_from   date NOT NULL,
    valid_to     date CHECK (valid_to >= valid_from),
    PRIMARY KEY (personnel_id, code, valid_from)
);
CREATE TABLE core_record.employment (
    personnel_id uuid NOT NULL REFERENCES core_record.personnel,
    org_number   text NOT NULL REFERENCES core_record.organisation,
    role         text NOT NULL,
    valid_from   date NOT NULL,
    valid_to     date CHECK (valid_to >= valid_from),
    PRIMARY KEY (personnel_id, org_number, role, valid_from)
);
CREATE TABLE core_record.gp_substitute (
    hpr_number     text NOT NULL,
    substitute_hpr text NOT NULL,
    valid_from     date NOT NULL,
    valid_to       date CHECK (valid_to >= valid_from),
    PRIMARY KEY (hpr_number, substitute_hpr, valid_from)
);
CREATE TABLE core_record.sender (
    org_number text PRIMARY KEY REFERENCES core_record.organisation,
    strict     boolean NOT NULL DEFAULT false
);
CREATE TABLE core_record.sender_identifier (
    id_type    text NOT NULL CHECK (id_type IN ('HER', 'ENH')),
    id_value   text NOT NULL,
    org_number text NOT NULL REFERENCES core_record.sender,
    department text REFERENCES core_record.department,
    PRIMARY KEY (id_type, id_value)
);
CREATE TABLE core_record.sender_delivery (
    org_number   text NOT NULL REFERENCES core_record.sender,
    delivered_by text NOT NULL REFERENCES core_record.organisation,
    PRIMARY KEY (org_number, delivered_by)
);
CREATE TABLE core_record.register_change (
    change_id uuid PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    register  text NOT NULL,
    key       text NOT NULL,
    before    jsonb,
    after     jsonb NOT NULL
);
CREATE TABLE core_record.key_check (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    value    text NOT NULL
);
"""

# The one place where numbers live: encrypted, found by keyed hash. No row-level security, since it is asked
# before anyone knows the person; instead no service role has any right to the table, only to functions.
NUMBERS = """
CREATE TABLE core_record.person_number (
    number_hash   bytea PRIMARY KEY CHECK (octet_length(number_hash) = 32),
    person_id     uuid NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('FNR', 'DNR', 'FHN')),
    number_cipher bytea NOT NULL,
    in_use        boolean NOT NULL DEFAULT true,
    added_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX person_number_person ON core_record.person_number (person_id);
"""

PERSONS = """
CREATE TABLE core_record.person (
    person_id          uuid PRIMARY KEY,
    registered         boolean NOT NULL DEFAULT false,
    given_name         text,
    family_name        text,
    birth_date         date,
    sex                smallint CHECK (sex IN (1, 2)),
    address_protection text NOT NULL DEFAULT 'none'
        CHECK (address_protection IN ('none', 'confidential', 'strictly_confidential')),
    municipality       text,
    address_id         text
);
CREATE TABLE core_record.person_parent (
    person_id      uuid NOT NULL REFERENCES core_record.person,
    parent_id      uuid NOT NULL,
    responsibility boolean NOT NULL,
    PRIMARY KEY (person_id, parent_id)
);
CREATE TABLE core_record.gp_list (
    person_id  uuid NOT NULL REFERENCES core_record.person,
    valid_from date NOT NULL,
    valid_to   date CHECK (valid_to >= valid_from),
    hpr_number text NOT NULL,
    org_number text NOT NULL,
    PRIMARY KEY (person_id, valid_from)
);
CREATE TABLE core_record.person_change (
    person_id uuid NOT NULL,
    change_id uuid NOT NULL,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    register  text NOT NULL,
    before    jsonb,
    after     jsonb NOT NULL,
    PRIMARY KEY (person_id, change_id)
);
-- A projection: whose patients are these, by unit and assignee (HPR number); never more than a name.
CREATE TABLE core_record.own_patient (
    unit        text NOT NULL,
    assignee    text NOT NULL,
    person_id   uuid NOT NULL,
    search_name text NOT NULL,
    valid_from  date NOT NULL,
    valid_to    date,
    PRIMARY KEY (unit, assignee, person_id)
);
"""

PERSON_TABLES = ("person", "person_parent", "gp_list", "person_change")
REGISTER_TABLES = (
    "organisation, core_record.department, core_record.personnel, core_record.authorisation,"
    " core_record.employment, core_record.gp_substitute, core_record.sender,"
    " core_record.sender_identifier, core_record.sender_delivery, core_record.person,"
    " core_record.person_parent, core_record.gp_list, core_record.own_patient"
)

# Security definer: they run as the owner, so each does one narrow thing and trusts no search path.
FUNCTIONS = """
CREATE FUNCTION core_record.resolve_number(p_hash bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT person_id FROM core_record.person_number WHERE number_hash = p_hash
$$;

-- The person behind a number, made when there is none. From here on the transaction serves this person.
CREATE FUNCTION core_record.ensure_person(
    p_hash bytea, p_kind text, p_cipher bytea, p_new_id uuid, p_birth_date date,
    OUT person_id uuid, OUT unregistered boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE found_id uuid; BEGIN
    INSERT INTO core_record.person_number (number_hash, person_id, kind, number_cipher)
        VALUES (p_hash, p_new_id, p_kind, p_cipher) ON CONFLICT DO NOTHING;
    SELECT n.person_id INTO STRICT found_id FROM core_record.person_number n WHERE n.number_hash = p_hash;
    EXECUTE format('SET LOCAL akson.person = %L', found_id);
    IF found_id = p_new_id THEN
        INSERT INTO core_record.person (person_id, birth_date) VALUES (found_id, p_birth_date);
    END IF;
    ensure_person.person_id := found_id;
    ensure_person.unregistered := NOT EXISTS (
        SELECT 1 FROM core_record.person p WHERE p.person_id = found_id AND p.registered);
END $$;

-- Another number of a person already known (D-nummer, later fødselsnummer). False: it is someone else's.
CREATE FUNCTION core_record.link_number(p_person uuid, p_hash bytea, p_kind text, p_cipher bytea)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO core_record.person_number (number_hash, person_id, kind, number_cipher, in_use)
        VALUES (p_hash, p_person, p_kind, p_cipher, false) ON CONFLICT DO NOTHING;
    RETURN EXISTS (
        SELECT 1 FROM core_record.person_number WHERE number_hash = p_hash AND person_id = p_person);
END $$;

-- The encrypted numbers in use of the persons in a list that the caller was allowed to open.
CREATE FUNCTION core_record.person_numbers(p_persons uuid[])
RETURNS TABLE (person_id uuid, number_hash bytea, number_cipher bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT n.person_id, n.number_hash, n.number_cipher FROM core_record.person_number n
    WHERE n.person_id = ANY (p_persons) AND n.in_use
$$;

-- True when these are the keys the database was made with; the first to ask decides.
CREATE FUNCTION core_record.check_keys(p_value text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO core_record.key_check (value) VALUES (p_value) ON CONFLICT DO NOTHING;
    RETURN EXISTS (SELECT 1 FROM core_record.key_check WHERE value = p_value);
END $$;

CREATE FUNCTION core_record.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN RAISE EXCEPTION 'rows of % are append-only', TG_TABLE_NAME USING ERRCODE = '42501'; END $$;
"""

GRANTS = f"""
REVOKE ALL ON ALL TABLES IN SCHEMA core_record FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA core_record FROM PUBLIC;
GRANT USAGE ON SCHEMA core_record TO may_decide;
GRANT EXECUTE ON FUNCTION core_record.resolve_number(bytea), core_record.check_keys(text) TO may_decide;
GRANT SELECT, INSERT, UPDATE ON core_record.{REGISTER_TABLES} TO akson_core;
GRANT DELETE ON core_record.own_patient, core_record.person_parent TO akson_core;
GRANT SELECT, INSERT ON core_record.register_change, core_record.person_change TO akson_core;
GRANT EXECUTE ON FUNCTION
    core_record.ensure_person(bytea, text, bytea, uuid, date),
    core_record.link_number(uuid, bytea, text, bytea),
    core_record.person_numbers(uuid[]) TO akson_core;
GRANT SELECT ON core_record.organisation, core_record.department, core_record.sender,
    core_record.sender_identifier, core_record.sender_delivery TO akson_results;
GRANT EXECUTE ON FUNCTION core_record.ensure_person(bytea, text, bytea, uuid, date) TO akson_results;
"""


def upgrade() -> None:
    """Make tables, the second wall, functions and rights."""
    op.execute(REFERENCE)
    op.execute(NUMBERS)
    op.execute(PERSONS)
    op.execute(FUNCTIONS)
    for table in PERSON_TABLES:
        _wall(table, "person_id = nullif(current_setting('akson.person', true), '')::uuid")
    _wall("own_patient", "unit = nullif(current_setting('akson.unit', true), '')")
    for table in ("register_change", "person_change"):
        _append_only(table)
    op.execute(GRANTS)


def _wall(table: str, condition: str) -> None:
    op.execute(
        f"ALTER TABLE core_record.{table} ENABLE ROW LEVEL SECURITY;"
        f"ALTER TABLE core_record.{table} FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY only_served ON core_record.{table} USING ({condition})"
    )


def _append_only(table: str) -> None:
    op.execute(
        f"CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON core_record.{table}"
        " FOR EACH ROW EXECUTE FUNCTION core_record.refuse_change();"
        f"CREATE TRIGGER no_truncate BEFORE TRUNCATE ON core_record.{table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION core_record.refuse_change()"
    )
