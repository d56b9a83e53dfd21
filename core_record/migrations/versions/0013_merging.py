"""Merging two persons who are one: both numbers lead to one person, the other is served no more."""

from alembic import op

revision = "0013"
down_revision = "0012"

TABLE = """
-- from_person is no more: its numbers are to_person's. `moved` are the other service's rows, by table.
CREATE TABLE core_record.person_merge (
    from_person uuid PRIMARY KEY,
    to_person   uuid NOT NULL CHECK (to_person <> from_person),
    merge_id    uuid NOT NULL UNIQUE,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    ordered_by  text NOT NULL,
    reason      text NOT NULL,
    moved       jsonb NOT NULL
);
CREATE INDEX person_merge_to ON core_record.person_merge (to_person);
ALTER TABLE core_record.access_log_head ADD COLUMN merged boolean NOT NULL DEFAULT false;
"""

# Whoever opened the merged person's data before the merge and logs after it is told to try again: the data
# have moved under the look-up's feet.
HEAD = """
CREATE FUNCTION core_record.refuse_merged() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN RAISE EXCEPTION 'this person has been merged with another: try again' USING ERRCODE = '40001'; END $$;
CREATE TRIGGER not_after_merging BEFORE UPDATE ON core_record.access_log_head
    FOR EACH ROW WHEN (OLD.merged) EXECUTE FUNCTION core_record.refuse_merged();
"""

# As 0001, and now a message that names a person waits while that person is being merged.
ENSURE = """
CREATE OR REPLACE FUNCTION core_record.ensure_person(
    p_hash bytea, p_kind text, p_cipher bytea, p_new_id uuid, p_birth_date date,
    OUT person_id uuid, OUT unregistered boolean
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE found_id uuid; again uuid; BEGIN
    INSERT INTO core_record.person_number (number_hash, person_id, kind, number_cipher)
        VALUES (p_hash, p_new_id, p_kind, p_cipher) ON CONFLICT DO NOTHING;
    SELECT n.person_id INTO STRICT found_id FROM core_record.person_number n WHERE n.number_hash = p_hash;
    IF found_id <> p_new_id THEN
        PERFORM pg_advisory_xact_lock_shared(hashtextextended(found_id::text, 13));
        SELECT n.person_id INTO STRICT again FROM core_record.person_number n WHERE n.number_hash = p_hash;
        IF again <> found_id THEN
            PERFORM pg_advisory_xact_lock_shared(hashtextextended(again::text, 13));
            found_id := again;
        END IF;
    END IF;
    EXECUTE format('SET LOCAL akson.person = %L', found_id);
    IF found_id = p_new_id THEN
        INSERT INTO core_record.person (person_id, birth_date) VALUES (found_id, p_birth_date);
    END IF;
    ensure_person.person_id := found_id;
    ensure_person.unregistered := NOT EXISTS (
        SELECT 1 FROM core_record.person p WHERE p.person_id = found_id AND p.registered);
END $$;
"""

# Locks the person who is to go, and says why the two cannot be merged (`code`), or nothing.
BEGIN_MERGE = """
CREATE FUNCTION core_record.begin_merge(
    p_from bytea, p_to bytea, OUT from_person uuid, OUT to_person uuid, OUT code text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    held text;
    born date[] := '{}';
    one uuid;
BEGIN
    SELECT n.person_id INTO from_person FROM core_record.person_number n WHERE n.number_hash = p_from;
    SELECT n.person_id INTO to_person FROM core_record.person_number n WHERE n.number_hash = p_to;
    code := CASE WHEN from_person IS NULL OR to_person IS NULL THEN 'number-unknown'
        WHEN from_person = to_person THEN 'already-one' END;
    IF code IS NOT NULL THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(from_person::text, 13));
    IF EXISTS (SELECT 1 FROM core_record.personnel p WHERE p.personnel_id = from_person) THEN
        code := 'merge-of-personnel';
        RETURN;
    END IF;
    FOREACH one IN ARRAY ARRAY[from_person, to_person] LOOP
        EXECUTE format('SET LOCAL akson.person = %L', one);
        born := born || (SELECT p.birth_date FROM core_record.person p WHERE p.person_id = one);
        IF EXISTS (SELECT 1 FROM core_record.privacy_setting s WHERE s.person_id = one
                AND s.kind = 'reservasjon' AND s.withdrawn_at IS NULL) THEN
            code := 'merge-of-reserved';
            RETURN;
        END IF;
    END LOOP;
    IF born[1] <> born[2] THEN code := 'merge-birth-dates-differ'; RETURN; END IF;
    EXECUTE format('SET LOCAL akson.person = %L', from_person);
    FOREACH held IN ARRAY
        ARRAY['privacy_setting', 'fullmakt', 'represented', 'care_relation', 'deletion_order']
    LOOP
        EXECUTE format('SELECT ''merge-person-has-settings'' FROM core_record.%I'
            ' WHERE person_id = $1 LIMIT 1', held) INTO code USING from_person;
        IF code IS NOT NULL THEN RETURN; END IF;
    END LOOP;
END $$;
"""

# Nothing may be left behind: every table of the results with a column `person_id` is looked through.
FINISH_MERGE = """
CREATE FUNCTION core_record.finish_merge(
    p_from uuid, p_to uuid, p_merge uuid, p_ordered_by text, p_reason text, p_moved jsonb
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    place text;
    v_unit text;
    left_behind boolean;
BEGIN
    EXECUTE format('SET LOCAL akson.person = %L', p_from);
    FOR place IN SELECT c.oid::regclass::text FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'person_id' AND NOT a.attisdropped
        WHERE c.relnamespace = 'results'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s WHERE person_id = $1)', place)
            INTO left_behind USING p_from;
        IF left_behind THEN
            RAISE EXCEPTION 'rows of the merged person are left in %', place USING ERRCODE = '23503';
        END IF;
    END LOOP;
    FOR v_unit IN SELECT DISTINCT g.org_number FROM core_record.gp_list g WHERE g.person_id = p_from LOOP
        EXECUTE format('SET LOCAL akson.unit = %L', v_unit);
        DELETE FROM core_record.own_patient p WHERE p.unit = v_unit AND p.person_id = p_from;
    END LOOP;
    UPDATE core_record.person_number SET person_id = p_to, in_use = false WHERE person_id = p_from;
    INSERT INTO core_record.person_merge VALUES
        (p_from, p_to, p_merge, clock_timestamp(), p_ordered_by, p_reason, p_moved);
    UPDATE core_record.access_log_head SET merged = true WHERE person_id = p_from;
END $$;

-- The persons who are this one now: their chains of the log are read with this person's.
CREATE FUNCTION core_record.merged_into(p_person uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE earlier AS (
        SELECT m.from_person FROM core_record.person_merge m WHERE m.to_person = p_person
        UNION SELECT m.from_person FROM core_record.person_merge m
            JOIN earlier e ON m.to_person = e.from_person
    ) SELECT from_person FROM earlier
$$;
"""

RIGHTS = """
REVOKE ALL ON core_record.person_merge FROM PUBLIC;
REVOKE ALL ON FUNCTION core_record.begin_merge(bytea, bytea), core_record.merged_into(uuid),
    core_record.refuse_merged(), core_record.finish_merge(uuid, uuid, uuid, text, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core_record.begin_merge(bytea, bytea),
    core_record.finish_merge(uuid, uuid, uuid, text, text, jsonb) TO akson_results;
GRANT EXECUTE ON FUNCTION core_record.merged_into(uuid) TO akson_core;
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in (TABLE, HEAD, ENSURE, BEGIN_MERGE, FINISH_MERGE, RIGHTS):
        op.execute(statement)
    for moment, every in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER no_{moment.split()[0].lower()} BEFORE {moment} ON core_record.person_merge"
            f" FOR EACH {every} EXECUTE FUNCTION core_record.refuse_change()"
        )
