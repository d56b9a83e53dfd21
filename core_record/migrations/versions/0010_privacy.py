"""Privacy settings with history, care relations, attestations; the decision reads them with the rest."""

from alembic import op

revision = "0010"
down_revision = "0009"

# One row for each setting ever made. It may be withdrawn once, and is never changed otherwise or deleted.
# sperring: scope all, field (a field of medicine), source (who sent the data) or reader (who wants to see).
SETTINGS = """
CREATE TABLE core_record.privacy_setting (
    person_id             uuid NOT NULL,
    setting_id            uuid NOT NULL,
    kind                  text NOT NULL CHECK (kind IN ('sperring', 'blokkering', 'reservasjon', 'samtykke')),
    scope                 text CHECK (scope IN ('all', 'field', 'source', 'reader')),
    field                 text CHECK (field IN ('CLIN', 'MBIO', 'MGEN', 'FARM', 'IMTR', 'PAT', 'RAD', 'NUK')),
    org_number            text,
    personnel_id          uuid,
    hpr_number            text,
    party_name            text,
    valid_from            timestamptz NOT NULL,
    valid_to              timestamptz,
    set_at                timestamptz NOT NULL DEFAULT clock_timestamp(),
    set_by                text NOT NULL CHECK (set_by IN ('citizen', 'representative', 'clinician')),
    set_by_hash           bytea NOT NULL,
    set_by_name           text,
    set_by_organisation   text,
    request_hash          bytea,
    withdrawn_at          timestamptz,
    withdrawn_by          text CHECK (withdrawn_by IN ('citizen', 'representative', 'clinician')),
    withdrawn_by_hash     bytea,
    withdrawn_by_name     text,
    PRIMARY KEY (person_id, setting_id),
    UNIQUE (person_id, request_hash),
    CHECK (valid_to > valid_from),
    CHECK ((kind = 'sperring') = (scope IS NOT NULL)),
    CHECK ((coalesce(scope, '') = 'field') = (field IS NOT NULL)),
    CHECK ((coalesce(scope, kind) IN ('source', 'reader', 'samtykke')) = (org_number IS NOT NULL)),
    CHECK (kind <> 'blokkering' OR personnel_id IS NOT NULL),
    CHECK (kind IN ('blokkering', 'samtykke') OR personnel_id IS NULL AND hpr_number IS NULL),
    CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
);
-- Which care relation the journal shows. personnel_id is empty where a whole unit has it.
CREATE TABLE core_record.care_relation (
    person_id    uuid NOT NULL,
    relation_id  uuid NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('admission', 'contact', 'task')),
    org_number   text NOT NULL,
    personnel_id uuid,
    opened_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    closed_at    timestamptz CHECK (closed_at >= opened_at),
    PRIMARY KEY (person_id, relation_id)
);
-- What a health worker attests of one person: bound to both, for at most an hour. content is encrypted.
CREATE TABLE core_record.attestation (
    person_id      uuid NOT NULL,
    attestation_id uuid NOT NULL,
    actor_id       uuid NOT NULL,
    purpose        text NOT NULL CHECK (purpose IN ('TREAT', 'ETREAT', 'COC', 'BTG')),
    reason         text,
    user_selected  boolean NOT NULL,
    made_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at     timestamptz NOT NULL,
    content        bytea NOT NULL,
    PRIMARY KEY (person_id, attestation_id),
    CHECK (expires_at <= made_at + interval '60 minutes')
);
"""

# What a reservation orders: another service deletes what it holds, and finds out by function alone.
ORDERS = """
CREATE TABLE core_record.deletion_order (
    person_id  uuid NOT NULL,
    setting_id uuid NOT NULL,
    ordered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    done_at    timestamptz,
    counts     jsonb,
    PRIMARY KEY (person_id, setting_id)
);
CREATE INDEX deletion_order_due ON core_record.deletion_order (ordered_at) WHERE done_at IS NULL;

CREATE FUNCTION core_record.order_deletion(p_person uuid, p_setting uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO core_record.deletion_order (person_id, setting_id) VALUES (p_person, p_setting)
        ON CONFLICT DO NOTHING
$$;
CREATE FUNCTION core_record.deletions_of(p_person uuid)
RETURNS TABLE (setting_id uuid, ordered_at timestamptz, done_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.setting_id, d.ordered_at, d.done_at FROM core_record.deletion_order d
    WHERE d.person_id = p_person
$$;
-- The oldest order nobody works on, locked until commit.
CREATE FUNCTION core_record.take_deletion() RETURNS TABLE (person_id uuid, setting_id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.person_id, d.setting_id FROM core_record.deletion_order d WHERE d.done_at IS NULL
    ORDER BY d.ordered_at LIMIT 1 FOR UPDATE SKIP LOCKED
$$;
CREATE FUNCTION core_record.deletion_done(p_person uuid, p_setting uuid, p_counts jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE core_record.deletion_order SET done_at = clock_timestamp(), counts = p_counts
    WHERE person_id = p_person AND setting_id = p_setting
$$;
-- Whether a message about the person may be kept. Holds the person's row until commit, so that a reservation
-- waits for messages under way and every later one sees it.
CREATE FUNCTION core_record.is_reserved(p_person uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM 1 FROM core_record.person p WHERE p.person_id = p_person FOR KEY SHARE;
    RETURN EXISTS (SELECT 1 FROM core_record.privacy_setting s
        WHERE s.person_id = p_person AND s.kind = 'reservasjon' AND s.withdrawn_at IS NULL
        AND clock_timestamp() >= s.valid_from);
END $$;
-- The first look-up by consent records it, for the course of treatment.
CREATE FUNCTION core_record.note_consent(
    p_person uuid, p_setting uuid, p_org_number text, p_org_name text, p_until timestamptz,
    p_actor_hash bytea, p_actor_name text
) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO core_record.privacy_setting (person_id, setting_id, kind, org_number, party_name, valid_from,
        valid_to, set_by, set_by_hash, set_by_name, set_by_organisation)
    VALUES (p_person, p_setting, 'samtykke', p_org_number, p_org_name, clock_timestamp(), p_until,
        'clinician', p_actor_hash, p_actor_name, p_org_number)
    ON CONFLICT DO NOTHING
$$;
"""

HISTORY = """
CREATE FUNCTION core_record.withdraw_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE v_mine text[] := ARRAY['withdrawn_at', 'withdrawn_by', 'withdrawn_by_hash', 'withdrawn_by_name'];
BEGIN
    IF OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL
            OR to_jsonb(OLD) - v_mine IS DISTINCT FROM to_jsonb(NEW) - v_mine THEN
        RAISE EXCEPTION 'a setting may be withdrawn once, nothing else' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER withdraw_only BEFORE UPDATE ON core_record.privacy_setting
    FOR EACH ROW EXECUTE FUNCTION core_record.withdraw_only();
CREATE TRIGGER no_delete BEFORE DELETE ON core_record.privacy_setting
    FOR EACH ROW EXECUTE FUNCTION core_record.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON core_record.privacy_setting
    FOR EACH STATEMENT EXECUTE FUNCTION core_record.refuse_change();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON core_record.attestation
    FOR EACH ROW EXECUTE FUNCTION core_record.refuse_change();
"""

WALL = """
ALTER TABLE core_record.{table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE core_record.{table} FORCE ROW LEVEL SECURITY;
CREATE POLICY only_served ON core_record.{table}
    USING (person_id = nullif(current_setting('akson.person', true), '')::uuid);
"""

COLUMNS = """
    person_id uuid, actor_id uuid, person_name text, birth_date date, personnel_name text, hpr_owner uuid,
    authorised boolean, organisation_name text, place_name text, place_inside boolean, employed boolean,
    listed_gp boolean, gp_substitute boolean, reserved boolean, blocked boolean, restricted_all boolean,
    restricted_fields text[], restricted_sources text[], consented boolean, consent_withdrawn boolean,
    care_relation text, attested_purpose text, attested_until timestamptz, attested_reason text
"""

# Security invoker, as before: the caller's rights, behind the second wall. Settings are read here, in the
# look-up's own transaction, and nowhere kept.
FACTS = """
DROP FUNCTION core_record.open_look_up(bytea, bytea, text, text, text, text, date);
DROP FUNCTION core_record.decision_facts(uuid, uuid, text, text, text, text, date);
CREATE FUNCTION core_record.decision_facts(
    p_person uuid, p_actor uuid, p_hpr_number text, p_role text, p_organisation text, p_place text,
    p_today date, p_attestation uuid
) RETURNS TABLE (%columns%) LANGUAGE sql STABLE AS $$
    SELECT p_person, p_actor, person.name, person.birth_date,
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
            AND p_today BETWEEN t.valid_from AND coalesce(t.valid_to, 'infinity')),
        coalesce(setting.reserved, false), coalesce(setting.blocked, false),
        coalesce(setting.restricted_all, false), coalesce(setting.fields, '{}'),
        coalesce(setting.sources, '{}'), coalesce(setting.consented, false),
        coalesce(setting.consent_withdrawn AND NOT setting.consented, false),
        (SELECT r.kind FROM core_record.care_relation r
            WHERE r.person_id = p_person AND r.org_number IN (p_organisation, p_place)
            AND (r.personnel_id IS NULL OR r.personnel_id = p_actor)
            AND now() >= r.opened_at AND (r.closed_at IS NULL OR now() < r.closed_at)
            ORDER BY r.kind LIMIT 1),
        attested.purpose, attested.expires_at, attested.reason
    FROM (SELECT 1) one
    LEFT JOIN LATERAL (
        SELECT p.given_name || ' ' || p.family_name AS name, p.birth_date
        FROM core_record.person p WHERE p.person_id = p_person) person ON true
    LEFT JOIN LATERAL (
        SELECT bool_or(s.kind = 'reservasjon' AND holds) AS reserved,
            bool_or(s.kind = 'blokkering' AND holds
                AND (s.personnel_id = p_actor OR s.hpr_number = p_hpr_number)) AS blocked,
            bool_or(s.kind = 'sperring' AND holds AND (s.scope = 'all'
                OR s.scope = 'reader' AND (s.org_number IN (p_organisation, p_place) OR EXISTS (
                    SELECT 1 FROM core_record.organisation c
                    LEFT JOIN core_record.organisation d ON d.org_number = c.parent
                    WHERE c.org_number IN (p_organisation, p_place)
                    AND s.org_number IN (c.parent, d.parent))))) AS restricted_all,
            array_agg(s.field) FILTER (WHERE s.scope = 'field' AND holds) AS fields,
            array_agg(s.org_number) FILTER (WHERE s.scope = 'source' AND holds) AS sources,
            bool_or(s.kind = 'samtykke' AND holds AND mine) AS consented,
            bool_or(s.kind = 'samtykke' AND s.withdrawn_by <> 'clinician' AND mine) AS consent_withdrawn
        FROM core_record.privacy_setting s
        CROSS JOIN LATERAL (SELECT
            s.withdrawn_at IS NULL AND now() >= s.valid_from
                AND (s.valid_to IS NULL OR now() < s.valid_to) AS holds,
            s.org_number IN (p_organisation, p_place)
                AND (s.personnel_id IS NULL OR s.personnel_id = p_actor) AS mine) state
        WHERE s.person_id = p_person) setting ON true
    LEFT JOIN core_record.attestation attested ON attested.person_id = p_person
        AND attested.attestation_id = p_attestation AND attested.actor_id = p_actor
$$;
"""

OPEN = """
CREATE FUNCTION core_record.open_look_up(
    p_number bytea, p_actor_number bytea, p_hpr_number text, p_role text, p_organisation text, p_place text,
    p_today date, p_attestation uuid
) RETURNS TABLE (%columns%) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_person uuid := core_record.resolve_number(p_number);
    -- A variable, since PostgreSQL would copy the call to every place where the facts use the actor.
    v_actor uuid := core_record.resolve_number(p_actor_number);
BEGIN
    IF v_person IS NOT NULL THEN
        EXECUTE pg_catalog.format('SET LOCAL akson.person = %L', v_person);
    END IF;
    RETURN QUERY SELECT * FROM core_record.decision_facts(v_person, v_actor, p_hpr_number, p_role,
        p_organisation, p_place, p_today, p_attestation);
END $$;
"""

RIGHTS = """
REVOKE ALL ON core_record.privacy_setting, core_record.care_relation, core_record.attestation,
    core_record.deletion_order FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA core_record FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    core_record.decision_facts(uuid, uuid, text, text, text, text, date, uuid),
    core_record.open_look_up(bytea, bytea, text, text, text, text, date, uuid),
    core_record.note_consent(uuid, uuid, text, text, timestamptz, bytea, text) TO may_decide;
GRANT EXECUTE ON FUNCTION core_record.order_deletion(uuid, uuid), core_record.deletions_of(uuid)
    TO akson_core;
GRANT EXECUTE ON FUNCTION core_record.take_deletion(), core_record.deletion_done(uuid, uuid, jsonb),
    core_record.is_reserved(uuid) TO akson_results;
GRANT SELECT (person_id, kind, scope, field, org_number, personnel_id, hpr_number, valid_from, valid_to,
    withdrawn_at, withdrawn_by) ON core_record.privacy_setting TO may_decide;
GRANT SELECT ON core_record.care_relation TO may_decide;
GRANT SELECT (person_id, attestation_id, actor_id, purpose, reason, expires_at) ON core_record.attestation
    TO may_decide;
GRANT SELECT, INSERT, UPDATE (withdrawn_at, withdrawn_by, withdrawn_by_hash, withdrawn_by_name)
    ON core_record.privacy_setting TO akson_core;
GRANT INSERT, UPDATE (closed_at) ON core_record.care_relation TO akson_core;
GRANT SELECT, INSERT ON core_record.attestation TO akson_core;
"""


def upgrade() -> None:
    """Make tables, their walls and history, and what the decision and the services may ask."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(SETTINGS)
    op.execute(ORDERS)
    op.execute(HISTORY)
    for table in ("privacy_setting", "care_relation", "attestation"):
        op.execute(WALL.format(table=table))
    op.execute(FACTS.replace("%columns%", COLUMNS))
    op.execute(OPEN.replace("%columns%", COLUMNS))
    op.execute(RIGHTS)
