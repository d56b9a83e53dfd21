"""Representation: who may act for whom. Powers of attorney (fullmakt); what a decision reads of parents.

A fullmakt is the giver's row and is never deleted: an ended one is history. `represented` is a projection
keyed by the one who acts (ids alone): it says whom to ask about, and decides nothing.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

TABLES = """
ALTER TABLE core_record.person ADD COLUMN IF NOT EXISTS deceased_on date;
CREATE TABLE core_record.fullmakt (
    person_id   uuid NOT NULL,
    fullmakt_id uuid NOT NULL,
    holder_id   uuid NOT NULL CHECK (holder_id <> person_id),
    holder_name text NOT NULL,
    powers      text[] NOT NULL
        CHECK (cardinality(powers) > 0 AND powers <@ ARRAY['results', 'access-log', 'settings']),
    valid_from  date NOT NULL,
    valid_to    date CHECK (valid_to >= valid_from),
    given_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at    timestamptz,
    ended_by    text CHECK (ended_by IN ('giver', 'holder')),
    PRIMARY KEY (person_id, fullmakt_id),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
COMMENT ON TABLE core_record.fullmakt IS 'person_id gave holder_id the right to act; ended rows stay.';
CREATE TABLE core_record.represented (
    person_id      uuid NOT NULL,
    represented_id uuid NOT NULL,
    relation       text NOT NULL CHECK (relation IN ('parent', 'attorney')),
    PRIMARY KEY (person_id, represented_id, relation)
);
COMMENT ON TABLE core_record.represented IS 'Whom person_id may be able to act for; the decision judges.';
"""

WALL = """
ALTER TABLE core_record.{table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE core_record.{table} FORCE ROW LEVEL SECURITY;
CREATE POLICY only_served ON core_record.{table}
    USING (person_id = nullif(current_setting('akson.person', true), '')::uuid);
"""

# Both tables of relations are kept by the represented person; the projection's row belongs to the one who
# acts. The trigger serves that person for one statement, and then again whom the transaction served.
PROJECT = """
CREATE FUNCTION core_record.project_represented() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    served text := coalesce(current_setting('akson.person', true), '');
    changed jsonb := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END;
    acts uuid := (changed ->> TG_ARGV[1])::uuid;
BEGIN
    EXECUTE format('SET LOCAL akson.person = %L', acts);
    IF TG_OP = 'DELETE' THEN
        DELETE FROM core_record.represented WHERE person_id = acts
            AND represented_id = (changed ->> 'person_id')::uuid AND relation = TG_ARGV[0];
    ELSE
        INSERT INTO core_record.represented VALUES (acts, (changed ->> 'person_id')::uuid, TG_ARGV[0])
            ON CONFLICT DO NOTHING;
    END IF;
    EXECUTE format('SET LOCAL akson.person = %L', served);
    RETURN NULL;
END $$;
CREATE TRIGGER project_represented AFTER INSERT OR UPDATE OR DELETE ON core_record.person_parent
    FOR EACH ROW EXECUTE FUNCTION core_record.project_represented('parent', 'parent_id');
CREATE TRIGGER project_represented AFTER INSERT OR UPDATE ON core_record.fullmakt
    FOR EACH ROW EXECUTE FUNCTION core_record.project_represented('attorney', 'holder_id');
"""

KNOWN_PARENTS = """
ALTER TABLE core_record.person_parent NO FORCE ROW LEVEL SECURITY;
ALTER TABLE core_record.represented NO FORCE ROW LEVEL SECURITY;
INSERT INTO core_record.represented SELECT parent_id, person_id, 'parent' FROM core_record.person_parent;
ALTER TABLE core_record.person_parent FORCE ROW LEVEL SECURITY;
ALTER TABLE core_record.represented FORCE ROW LEVEL SECURITY;
"""

# Security definer: it compares addresses of several persons and answers yes or no, never an address. It
# serves one person at a time, and in the end again the one the transaction served.
FACTS = """
CREATE FUNCTION core_record.representation_facts(p_person uuid, p_actor uuid, p_today date)
RETURNS TABLE (actor_name text, actor_birth_date date, actor_protected boolean, actor_deceased boolean,
    person_protected boolean, person_deceased boolean, responsible_parent boolean,
    parent_at_address boolean, powers text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    served text := coalesce(current_setting('akson.person', true), '');
    person core_record.person;
    actor core_record.person;
    responsible uuid[];
    v_powers text[];
    v_parent uuid;
    together boolean := false;
BEGIN
    EXECUTE format('SET LOCAL akson.person = %L', p_person);
    SELECT * INTO person FROM core_record.person p WHERE p.person_id = p_person;
    responsible := ARRAY(SELECT r.parent_id FROM core_record.person_parent r
        WHERE r.person_id = p_person AND r.responsibility);
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
    EXECUTE format('SET LOCAL akson.person = %L', served);
    RETURN QUERY SELECT nullif(concat_ws(' ', actor.given_name, actor.family_name), ''), actor.birth_date,
        actor.address_protection IS DISTINCT FROM 'none', actor.deceased_on IS NOT NULL,
        person.address_protection IS DISTINCT FROM 'none', person.deceased_on IS NOT NULL,
        coalesce(p_actor = ANY (responsible), false), together, v_powers;
END $$;

-- Who shall hold a fullmakt: found by number and family name together, so that a number alone tells no name.
-- Nobody under address protection, unregistered or deceased is found.
CREATE FUNCTION core_record.fullmakt_holder(p_hash bytea, p_family_name text)
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
        AND p.address_protection = 'none' AND p.deceased_on IS NULL
        AND lower(p.family_name) = lower(p_family_name);
    EXECUTE format('SET LOCAL akson.person = %L', served);
END $$;
"""

RIGHTS = """
REVOKE ALL ON core_record.fullmakt, core_record.represented FROM PUBLIC;
REVOKE ALL ON FUNCTION core_record.project_represented(),
    core_record.representation_facts(uuid, uuid, date),
    core_record.fullmakt_holder(bytea, text) FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE (ended_at, ended_by) ON core_record.fullmakt TO akson_core;
GRANT SELECT ON core_record.represented TO akson_core;
GRANT EXECUTE ON FUNCTION core_record.representation_facts(uuid, uuid, date) TO may_decide;
GRANT EXECUTE ON FUNCTION core_record.fullmakt_holder(bytea, text) TO akson_core;
"""


def upgrade() -> None:
    """Make tables, the second wall, the projection and what the decision reads."""
    op.execute(TABLES)
    for table in ("fullmakt", "represented"):
        op.execute(WALL.format(table=table))
    op.execute(PROJECT)
    op.execute(KNOWN_PARENTS)
    op.execute(FACTS)
    op.execute(RIGHTS)
