"""A look-up's facts, with less work for the database.

Starting a plan costs more than reading the few rows it finds: what most persons do not have (privacy
settings, a listed GP at the reader's place, an attestation) is asked for when the first statement says that
it is there. The facts are those of 0016.
"""

from alembic import op

revision = "0025"
down_revision = "0024"

DROP = """
DROP FUNCTION core_record.open_look_up(bytea, bytea, text, text, text, text, date, uuid);
DROP FUNCTION core_record.decision_facts(uuid, uuid, text, text, text, text, date, uuid);
"""

# The transaction serves the person of the number from here on; NULL when nobody has it.
SERVE = """
CREATE FUNCTION core_record.serve_number(p_number bytea) RETURNS uuid LANGUAGE plpgsql VOLATILE AS $$
DECLARE v_person uuid := core_record.resolve_number(p_number);
BEGIN
    IF v_person IS NOT NULL THEN
        EXECUTE pg_catalog.format('SET LOCAL akson.person = %L', v_person);
    END IF;
    RETURN v_person;
END $$;
"""

# Security invoker, as before: the caller's rights, behind the second wall, and one snapshot (STABLE).
# Settings are read here, in the look-up's own transaction, and nowhere kept.
FACTS = """
CREATE TYPE core_record.facts AS (
    person_id uuid, actor_id uuid, person_name text, birth_date date, personnel_name text, hpr_owner uuid,
    authorised boolean, organisation_name text, place_name text, place_inside boolean, employed boolean,
    listed_gp boolean, gp_substitute boolean, reserved boolean, blocked boolean, restricted_all boolean,
    restricted_fields text[], restricted_sources text[], consented boolean, consent_withdrawn boolean,
    care_relation text, attested_purpose text, attested_until timestamptz, attested_reason text,
    organisation_kind text, employed_as text
);
CREATE FUNCTION core_record.decision_facts(
    p_person uuid, p_actor uuid, p_hpr_number text, p_role text, p_organisation text, p_place text,
    p_today date, p_attestation uuid
) RETURNS core_record.facts LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    f core_record.facts;
    v_parent text;  -- of the place
    v_gps text[];  -- who has the person on the list, at the reader's place
    v_settings boolean;  -- whether the person ever made a setting
BEGIN
    SELECT p_person, p_actor, p.given_name || ' ' || p.family_name, p.birth_date,
        s.given_name || ' ' || s.family_name,
        (SELECT h.personnel_id FROM core_record.personnel h WHERE h.hpr_number = p_hpr_number),
        EXISTS (SELECT 1 FROM core_record.authorisation a
            WHERE a.personnel_id = p_actor AND a.code = p_role
            AND p_today BETWEEN a.valid_from AND coalesce(a.valid_to, 'infinity')),
        o.name, w.name, w.parent, CASE WHEN p_place IS NULL THEN o.kind ELSE w.kind END,
        (SELECT coalesce(min(e.role) FILTER (WHERE e.org_number = p_place), min(e.role))
            FROM core_record.employment e
            WHERE e.personnel_id = p_actor AND e.org_number IN (p_organisation, p_place)
            AND p_today BETWEEN e.valid_from AND coalesce(e.valid_to, 'infinity')),
        ARRAY(SELECT g.hpr_number FROM core_record.gp_list g
            WHERE g.person_id = p_person AND g.org_number IN (p_organisation, p_place)
            AND p_today BETWEEN g.valid_from AND coalesce(g.valid_to, 'infinity')),
        EXISTS (SELECT 1 FROM core_record.privacy_setting v WHERE v.person_id = p_person),
        (SELECT min(r.kind) FROM core_record.care_relation r
            WHERE r.person_id = p_person AND r.org_number IN (p_organisation, p_place)
            AND (r.personnel_id IS NULL OR r.personnel_id = p_actor)
            AND now() >= r.opened_at AND (r.closed_at IS NULL OR now() < r.closed_at)),
        false, false, false, '{}'::text[], '{}'::text[], false, false
    INTO f.person_id, f.actor_id, f.person_name, f.birth_date, f.personnel_name, f.hpr_owner, f.authorised,
        f.organisation_name, f.place_name, v_parent, f.organisation_kind, f.employed_as, v_gps, v_settings,
        f.care_relation, f.reserved, f.blocked, f.restricted_all, f.restricted_fields, f.restricted_sources,
        f.consented, f.consent_withdrawn
    FROM (SELECT 1) one
    LEFT JOIN core_record.person p ON p.person_id = p_person
    LEFT JOIN core_record.personnel s ON s.personnel_id = p_actor
    LEFT JOIN core_record.organisation o ON o.org_number = p_organisation
    LEFT JOIN core_record.organisation w ON w.org_number = p_place;

    f.employed := f.employed_as IS NOT NULL;
    f.place_inside := p_place = p_organisation OR coalesce(v_parent = p_organisation, false);
    IF NOT f.place_inside AND v_parent IS NOT NULL THEN
        f.place_inside := EXISTS (SELECT 1 FROM core_record.organisation d
            WHERE d.org_number = v_parent AND d.parent = p_organisation);
    END IF;
    f.listed_gp := coalesce(p_hpr_number = ANY (v_gps), false);
    f.gp_substitute := v_gps <> '{}' AND EXISTS (SELECT 1 FROM core_record.gp_substitute t
        WHERE t.hpr_number = ANY (v_gps) AND t.substitute_hpr = p_hpr_number
        AND p_today BETWEEN t.valid_from AND coalesce(t.valid_to, 'infinity'));
    IF p_attestation IS NOT NULL THEN
        SELECT a.purpose, a.expires_at, a.reason INTO f.attested_purpose, f.attested_until, f.attested_reason
        FROM core_record.attestation a WHERE a.person_id = p_person
            AND a.attestation_id = p_attestation AND a.actor_id = p_actor;
    END IF;

    IF v_settings THEN
        SELECT coalesce(bool_or(s.kind = 'reservasjon' AND holds), false),
            coalesce(bool_or(s.kind = 'blokkering' AND holds
                AND (s.personnel_id = p_actor OR s.hpr_number = p_hpr_number)), false),
            coalesce(bool_or(s.kind = 'sperring' AND holds AND (s.scope = 'all'
                OR s.scope = 'reader' AND (s.org_number IN (p_organisation, p_place) OR EXISTS (
                    SELECT 1 FROM core_record.organisation c
                    LEFT JOIN core_record.organisation d ON d.org_number = c.parent
                    WHERE c.org_number IN (p_organisation, p_place)
                    AND s.org_number IN (c.parent, d.parent))))), false),
            coalesce(array_agg(s.field) FILTER (WHERE s.scope = 'field' AND holds), '{}'),
            coalesce(array_agg(s.org_number) FILTER (WHERE s.scope = 'source' AND holds), '{}'),
            coalesce(bool_or(s.kind = 'samtykke' AND holds AND mine), false),
            coalesce(bool_or(s.kind = 'samtykke' AND s.withdrawn_by <> 'clinician' AND mine), false)
        INTO f.reserved, f.blocked, f.restricted_all, f.restricted_fields, f.restricted_sources, f.consented,
            f.consent_withdrawn
        FROM core_record.privacy_setting s
        CROSS JOIN LATERAL (SELECT
            s.withdrawn_at IS NULL AND now() >= s.valid_from
                AND (s.valid_to IS NULL OR now() < s.valid_to) AS holds,
            s.org_number IN (p_organisation, p_place)
                AND (s.personnel_id IS NULL OR s.personnel_id = p_actor) AS mine) state
        WHERE s.person_id = p_person;
        f.consent_withdrawn := f.consent_withdrawn AND NOT f.consented;
    END IF;
    RETURN f;
END $$;
"""

RIGHTS = """
REVOKE ALL ON FUNCTION core_record.serve_number(bytea),
    core_record.decision_facts(uuid, uuid, text, text, text, text, date, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core_record.serve_number(bytea),
    core_record.decision_facts(uuid, uuid, text, text, text, text, date, uuid) TO may_decide;
"""


def upgrade() -> None:
    """The same answers."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(DROP)
    op.execute(SERVE)
    op.execute(FACTS)
    op.execute(RIGHTS)
