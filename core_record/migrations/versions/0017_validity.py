"""Address protection and parental responsibility hold for periods; what was known holds until further notice.

`0001-01-01` is the first day of what nobody knows when began (`registers.periods.ALWAYS`).
"""

from alembic import op

revision = "0017"
down_revision = "0016"

TABLES = """
CREATE TABLE core_record.address_protection (
    person_id  uuid NOT NULL REFERENCES core_record.person,
    valid_from date NOT NULL,
    valid_to   date CHECK (valid_to >= valid_from),
    level      text NOT NULL CHECK (level IN ('none', 'confidential', 'strictly_confidential')),
    PRIMARY KEY (person_id, valid_from)
);
ALTER TABLE core_record.person NO FORCE ROW LEVEL SECURITY;
INSERT INTO core_record.address_protection (person_id, valid_from, level)
    SELECT person_id, '0001-01-01', address_protection FROM core_record.person
    WHERE address_protection <> 'none';
ALTER TABLE core_record.person FORCE ROW LEVEL SECURITY;
ALTER TABLE core_record.address_protection ENABLE ROW LEVEL SECURITY;
ALTER TABLE core_record.address_protection FORCE ROW LEVEL SECURITY;
CREATE POLICY only_served ON core_record.address_protection
    USING (person_id = nullif(current_setting('akson.person', true), '')::uuid);
ALTER TABLE core_record.person_parent ADD COLUMN valid_from date NOT NULL DEFAULT '0001-01-01';
ALTER TABLE core_record.person_parent ALTER COLUMN valid_from DROP DEFAULT;
ALTER TABLE core_record.person_parent ADD COLUMN valid_to date CHECK (valid_to >= valid_from);
ALTER TABLE core_record.person_parent DROP CONSTRAINT person_parent_pkey;
ALTER TABLE core_record.person_parent ADD PRIMARY KEY (person_id, parent_id, valid_from);
"""

# Whether the person whom the transaction serves is protected that day; one unknown to the registers is.
PROTECTED = """
CREATE FUNCTION core_record.is_protected(p_person uuid, p_today date) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT NOT EXISTS (SELECT 1 FROM core_record.person p WHERE p.person_id = p_person)
        OR EXISTS (SELECT 1 FROM core_record.address_protection a WHERE a.person_id = p_person
            AND a.level <> 'none' AND p_today BETWEEN a.valid_from AND coalesce(a.valid_to, 'infinity'))
$$;
"""

# As 0006, with what holds that day.
FACTS = """
CREATE OR REPLACE FUNCTION core_record.representation_facts(p_person uuid, p_actor uuid, p_today date)
RETURNS TABLE (actor_name text, actor_birth_date date, actor_protected boolean, actor_deceased boolean,
    person_protected boolean, person_deceased boolean, responsible_parent boolean,
    parent_at_address boolean, powers text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    served text := coalesce(current_setting('akson.person', true), '');
    person core_record.person;
    actor core_record.person;
    v_person_protected boolean;
    v_actor_protected boolean;
    responsible uuid[];
    v_powers text[];
    v_parent uuid;
    together boolean := false;
BEGIN
    EXECUTE format('SET LOCAL akson.person = %L', p_person);
    SELECT * INTO person FROM core_record.person p WHERE p.person_id = p_person;
    v_person_protected := core_record.is_protected(p_person, p_today);
    responsible := ARRAY(SELECT r.parent_id FROM core_record.person_parent r
        WHERE r.person_id = p_person AND r.responsibility
        AND p_today BETWEEN r.valid_from AND coalesce(r.valid_to, 'infinity'));
    v_powers := ARRAY(SELECT DISTINCT unnest(f.powers) AS power FROM core_record.fullmakt f
        WHERE f.person_id = p_person AND f.holder_id = p_actor AND f.ended_at IS NULL
        AND p_today BETWEEN f.valid_from AND coalesce(f.valid_to, 'infinity') ORDER BY power);
    IF p_actor = ANY (responsible) AND person.address_id IS NOT NULL THEN
        FOREACH v_parent IN ARRAY responsible LOOP
            EXECUTE format('SET LOCAL akson.person = %L', v_parent);
            together := together OR EXISTS (SELECT 1 FROM core_record.person p
                WHERE p.person_id = v_parent AND p.address_id = person.address_id
                AND p.municipality IS NOT DISTINCT FROM person.municipality AND p.deceased_on IS NULL);
        END LOOP;
    END IF;
    EXECUTE format('SET LOCAL akson.person = %L', p_actor);
    SELECT * INTO actor FROM core_record.person p WHERE p.person_id = p_actor;
    v_actor_protected := core_record.is_protected(p_actor, p_today);
    EXECUTE format('SET LOCAL akson.person = %L', served);
    RETURN QUERY SELECT nullif(concat_ws(' ', actor.given_name, actor.family_name), ''), actor.birth_date,
        v_actor_protected, actor.deceased_on IS NOT NULL, v_person_protected, person.deceased_on IS NOT NULL,
        coalesce(p_actor = ANY (responsible), false), together, v_powers;
END $$;
DROP FUNCTION core_record.fullmakt_holder(bytea, text);
CREATE FUNCTION core_record.fullmakt_holder(p_hash bytea, p_family_name text, p_today date)
RETURNS TABLE (holder_id uuid, holder_name text, birth_date date)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    served text := coalesce(current_setting('akson.person', true), '');
    holder uuid := (SELECT n.person_id FROM core_record.person_number n WHERE n.number_hash = p_hash);
BEGIN
    IF holder IS NULL THEN RETURN; END IF;
    EXECUTE format('SET LOCAL akson.person = %L', holder);
    RETURN QUERY SELECT p.person_id, concat_ws(' ', p.given_name, p.family_name), p.birth_date
        FROM core_record.person p WHERE p.person_id = holder AND p.registered
        AND NOT core_record.is_protected(holder, p_today) AND p.deceased_on IS NULL
        AND lower(p.family_name) = lower(p_family_name);
    EXECUTE format('SET LOCAL akson.person = %L', served);
END $$;
"""

# As 0015, and the protection of the one who is no more is the other's: it may not end by a merge.
MERGE = """
CREATE FUNCTION core_record.merge_protection(p_from uuid, p_to uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found core_record.address_protection[];
    served text := coalesce(current_setting('akson.person', true), '');
BEGIN
    EXECUTE format('SET LOCAL akson.person = %L', p_from);
    found := ARRAY(SELECT a FROM core_record.address_protection a
        WHERE a.person_id = p_from AND a.level <> 'none');
    EXECUTE format('SET LOCAL akson.person = %L', p_to);
    INSERT INTO core_record.address_protection
        SELECT p_to, f.valid_from, f.valid_to, f.level FROM unnest(found) f
        ON CONFLICT (person_id, valid_from) DO UPDATE SET
            level = CASE WHEN 'strictly_confidential' IN (address_protection.level, excluded.level)
                THEN 'strictly_confidential' ELSE excluded.level END,
            valid_to = nullif(greatest(coalesce(address_protection.valid_to, 'infinity'),
                coalesce(excluded.valid_to, 'infinity')), 'infinity');
    EXECUTE format('SET LOCAL akson.person = %L', served);
END $$;
CREATE OR REPLACE FUNCTION core_record.note_merged() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM core_record.merge_notice_email(NEW.from_person, NEW.to_person);
    PERFORM core_record.merge_protection(NEW.from_person, NEW.to_person);
    RETURN NULL;
END $$;
"""

RIGHTS = """
REVOKE ALL ON core_record.address_protection FROM PUBLIC;
REVOKE ALL ON FUNCTION core_record.is_protected(uuid, date), core_record.merge_protection(uuid, uuid),
    core_record.fullmakt_holder(bytea, text, date) FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON core_record.address_protection TO akson_core;
GRANT EXECUTE ON FUNCTION core_record.fullmakt_holder(bytea, text, date) TO akson_core;
ALTER TABLE core_record.person DROP COLUMN address_protection;
"""


def upgrade() -> None:
    """Move the level to its table, give responsibility its days, and let the decision ask for a day."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in (TABLES, PROTECTED, FACTS, MERGE, RIGHTS):
        op.execute(statement)
