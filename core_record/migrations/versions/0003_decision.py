"""What the decision reads, in one round trip: who is asked for, who is asking, and how they are related."""

from alembic import op

revision = "0003"
down_revision = "0002"

# Security invoker: it reads with the caller's rights and behind the second wall. Privacy settings, when they
# come, are columns of this answer, so that they are read in the look-up's own transaction.
FACTS = """
CREATE FUNCTION core_record.decision_facts(
    p_person uuid, p_actor uuid, p_hpr_number text, p_role text, p_organisation text, p_place text,
    p_today date
) RETURNS TABLE (
    person_id uuid, actor_id uuid, person_name text, birth_date date, personnel_name text, hpr_owner uuid,
    authorised boolean, organisation_name text, place_name text, place_inside boolean, employed boolean,
    listed_gp boolean, gp_substitute boolean
) LANGUAGE sql STABLE AS $$
    SELECT p_person, p_actor,
        (SELECT p.given_name || ' ' || p.family_name FROM core_record.person p WHERE p.person_id = p_person),
        (SELECT p.birth_date FROM core_record.person p WHERE p.person_id = p_person),
        (SELECT s.given_name || ' ' || s.family_name FROM core_record.personnel s
            WHERE s.personnel_id = p_actor),
        (SELECT s.personnel_id FROM core_record.personnel s WHERE s.hpr_number = p_hpr_number),
        EXISTS (SELECT 1 FROM core_record.authorisation a
            WHERE a.personnel_id = p_actor AND a.code = p_role
            AND p_today BETWEEN a.valid_from AND coalesce(a.valid_to, 'infinity')),
        (SELECT o.name FROM core_record.organisation o WHERE o.org_number = p_organisation),
        (SELECT o.name FROM core_record.organisation o WHERE o.org_number = p_place),
        p_place = p_organisation OR EXISTS (
            SELECT 1 FROM core_record.organisation c
            LEFT JOIN core_record.organisation d ON d.org_number = c.parent
            WHERE c.org_number = p_place AND p_organisation IN (c.parent, d.parent)),
        EXISTS (SELECT 1 FROM core_record.employment e
            WHERE e.personnel_id = p_actor AND e.org_number IN (p_organisation, p_place)
            AND p_today BETWEEN e.valid_from AND coalesce(e.valid_to, 'infinity')),
        EXISTS (SELECT 1 FROM core_record.gp_list g
            WHERE g.person_id = p_person AND g.hpr_number = p_hpr_number
            AND g.org_number IN (p_organisation, p_place)
            AND p_today BETWEEN g.valid_from AND coalesce(g.valid_to, 'infinity')),
        EXISTS (SELECT 1 FROM core_record.gp_list g
            JOIN core_record.gp_substitute t ON t.hpr_number = g.hpr_number
            WHERE g.person_id = p_person AND t.substitute_hpr = p_hpr_number
            AND g.org_number IN (p_organisation, p_place)
            AND p_today BETWEEN g.valid_from AND coalesce(g.valid_to, 'infinity')
            AND p_today BETWEEN t.valid_from AND coalesce(t.valid_to, 'infinity'))
$$;
"""

# Resolves both numbers, makes the transaction serve the person (by a literal SET LOCAL), reads the facts.
OPEN = """
CREATE FUNCTION core_record.open_look_up(
    p_number bytea, p_actor_number bytea, p_hpr_number text, p_role text, p_organisation text, p_place text,
    p_today date
) RETURNS TABLE (
    person_id uuid, actor_id uuid, person_name text, birth_date date, personnel_name text, hpr_owner uuid,
    authorised boolean, organisation_name text, place_name text, place_inside boolean, employed boolean,
    listed_gp boolean, gp_substitute boolean
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE v_person uuid := core_record.resolve_number(p_number);
BEGIN
    IF v_person IS NOT NULL THEN
        EXECUTE pg_catalog.format('SET LOCAL akson.person = %L', v_person);
    END IF;
    RETURN QUERY SELECT * FROM core_record.decision_facts(v_person,
        core_record.resolve_number(p_actor_number), p_hpr_number, p_role, p_organisation, p_place, p_today);
END $$;
"""

RIGHTS = """
REVOKE ALL ON FUNCTION
    core_record.decision_facts(uuid, uuid, text, text, text, text, date),
    core_record.open_look_up(bytea, bytea, text, text, text, text, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    core_record.decision_facts(uuid, uuid, text, text, text, text, date),
    core_record.open_look_up(bytea, bytea, text, text, text, text, date) TO may_decide;
GRANT SELECT (person_id, given_name, family_name, birth_date) ON core_record.person TO may_decide;
GRANT SELECT ON core_record.gp_list, core_record.gp_substitute, core_record.personnel,
    core_record.authorisation, core_record.employment, core_record.organisation TO may_decide;
"""


def upgrade() -> None:
    """Make the two functions and give the deciding group exactly what they read."""
    op.execute(FACTS)
    op.execute(OPEN)
    op.execute(RIGHTS)
