"""E-mail that tells of notices: the address, encrypted, and the queue of mails: ids and dates."""

from alembic import op

revision = "0015"
down_revision = "0014"

# `email_id` binds the ciphertexts to their place; it follows the row when persons are merged.
TABLES = """
CREATE TABLE core_record.notice_email (
    person_id       uuid PRIMARY KEY,
    email_id        uuid NOT NULL,
    address_cipher  bytea NOT NULL,
    language        text NOT NULL CHECK (language IN ('nb', 'nn', 'en')),
    anytime         boolean NOT NULL DEFAULT false,
    set_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    code_cipher     bytea,
    code_expires_at timestamptz,
    wrong_codes     int NOT NULL DEFAULT 0,
    confirmed_at    timestamptz,
    last_mail_at    timestamptz,
    refused_at      timestamptz,
    CHECK ((code_cipher IS NULL) = (code_expires_at IS NULL))
);
ALTER TABLE core_record.notice_email ENABLE ROW LEVEL SECURITY;
ALTER TABLE core_record.notice_email FORCE ROW LEVEL SECURITY;
CREATE POLICY only_served ON core_record.notice_email
    USING (person_id = nullif(current_setting('akson.person', true), '')::uuid);
CREATE TABLE core_record.notice_mail (
    person_id  uuid NOT NULL,
    mail_id    uuid NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('code', 'news')),
    ordered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    next_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    tries      int NOT NULL DEFAULT 0,
    done_at    timestamptz,
    outcome    text,
    PRIMARY KEY (person_id, mail_id),
    CHECK ((done_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX notice_mail_due ON core_record.notice_mail (next_at) WHERE done_at IS NULL;
CREATE UNIQUE INDEX notice_mail_one_waiting ON core_record.notice_mail (person_id, kind)
    WHERE done_at IS NULL;
"""

# Reached by functions alone: whom a mail is to is not known before one is taken.
QUEUE = """
-- Order a mail; one of a kind waits at a time. False: `p_most` of the kind were ordered the last day.
CREATE FUNCTION core_record.order_notice_mail(p_person uuid, p_kind text, p_most int) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (SELECT count(*) FROM core_record.notice_mail m WHERE m.person_id = p_person AND m.kind = p_kind
            AND m.ordered_at > clock_timestamp() - interval '1 day') >= p_most THEN
        RETURN false;
    END IF;
    INSERT INTO core_record.notice_mail (person_id, mail_id, kind)
        VALUES (p_person, gen_random_uuid(), p_kind) ON CONFLICT DO NOTHING;
    RETURN true;
END $$;
-- No mail waits for this person any more.
CREATE FUNCTION core_record.cancel_notice_mail(p_person uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE core_record.notice_mail SET done_at = clock_timestamp(), outcome = 'withdrawn'
    WHERE person_id = p_person AND done_at IS NULL
$$;
-- What waits for this person is looked at now: other times were chosen.
CREATE FUNCTION core_record.hurry_notice_mail(p_person uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE core_record.notice_mail SET next_at = clock_timestamp()
    WHERE person_id = p_person AND done_at IS NULL AND tries = 0
$$;
-- The mail that is due first, taken for `p_lease`: whoever dies with it leaves it to be taken again.
CREATE FUNCTION core_record.take_notice_mail(p_lease interval)
RETURNS TABLE (person_id uuid, mail_id uuid, kind text, tries int)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE core_record.notice_mail m SET next_at = clock_timestamp() + p_lease, tries = m.tries + 1
    FROM (SELECT n.person_id, n.mail_id FROM core_record.notice_mail n
        WHERE n.done_at IS NULL AND n.next_at <= clock_timestamp()
        ORDER BY n.next_at LIMIT 1 FOR UPDATE SKIP LOCKED) due
    WHERE m.person_id = due.person_id AND m.mail_id = due.mail_id
    RETURNING m.person_id, m.mail_id, m.kind, m.tries
$$;
CREATE FUNCTION core_record.postpone_notice_mail(p_person uuid, p_mail uuid, p_next timestamptz, p_tries int)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE core_record.notice_mail SET next_at = p_next, tries = p_tries
    WHERE person_id = p_person AND mail_id = p_mail AND done_at IS NULL
$$;
CREATE FUNCTION core_record.notice_mail_done(p_person uuid, p_mail uuid, p_outcome text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE core_record.notice_mail SET done_at = clock_timestamp(), outcome = p_outcome
    WHERE person_id = p_person AND mail_id = p_mail AND done_at IS NULL
$$;
-- Mails done with long ago are nobody's business; and for how long the oldest that is due has waited.
CREATE FUNCTION core_record.keep_notice_mail(p_age interval) RETURNS double precision
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM core_record.notice_mail WHERE done_at < clock_timestamp() - p_age;
    SELECT coalesce(extract(epoch FROM clock_timestamp() - min(next_at)), 0)
    FROM core_record.notice_mail WHERE done_at IS NULL AND next_at <= clock_timestamp()
$$;
"""

# As 0007, and a mail is ordered where the person wants one.
ADD = """
CREATE OR REPLACE FUNCTION core_record.add_notice(
    p_person uuid, p_kind text, p_key text, p_details jsonb, p_of_next_row boolean
) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE v_seq bigint; v_id uuid;
BEGIN
    IF EXISTS (SELECT 1 FROM core_record.notice n
            WHERE n.person_id = p_person AND n.kind = p_kind AND n.key = p_key) THEN
        RETURN NULL;
    END IF;
    IF p_of_next_row THEN
        INSERT INTO core_record.access_log_head VALUES (p_person, 0, sha256(uuid_send(p_person)))
            ON CONFLICT DO NOTHING;
        SELECT h.seq + 1 INTO STRICT v_seq FROM core_record.access_log_head h
            WHERE h.person_id = p_person FOR UPDATE;
    END IF;
    INSERT INTO core_record.notice (person_id, notice_id, at, kind, key, log_seq, details)
        VALUES (p_person, gen_random_uuid(), clock_timestamp(), p_kind, p_key, v_seq, p_details)
        ON CONFLICT DO NOTHING RETURNING notice_id INTO v_id;
    IF v_id IS NOT NULL AND EXISTS (SELECT 1 FROM core_record.notice_email e
            WHERE e.person_id = p_person AND e.confirmed_at IS NOT NULL AND e.refused_at IS NULL) THEN
        PERFORM core_record.order_notice_mail(p_person, 'news', 100);
    END IF;
    RETURN v_id;
END $$;
"""

# Called by `finish_merge`: the address follows the person, unless the other has one.
MERGE = """
CREATE FUNCTION core_record.merge_notice_email(p_from uuid, p_to uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE found core_record.notice_email; served text := coalesce(current_setting('akson.person', true), '');
BEGIN
    DELETE FROM core_record.notice_mail WHERE person_id = p_from AND done_at IS NULL;
    EXECUTE format('SET LOCAL akson.person = %L', p_from);
    DELETE FROM core_record.notice_email WHERE person_id = p_from RETURNING * INTO found;
    IF found.person_id IS NOT NULL THEN
        EXECUTE format('SET LOCAL akson.person = %L', p_to);
        found.person_id := p_to;
        INSERT INTO core_record.notice_email SELECT (found).* ON CONFLICT DO NOTHING;
    END IF;
    EXECUTE format('SET LOCAL akson.person = %L', served);
END $$;
CREATE FUNCTION core_record.note_merged() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN PERFORM core_record.merge_notice_email(NEW.from_person, NEW.to_person); RETURN NULL; END $$;
CREATE TRIGGER email_follows AFTER INSERT ON core_record.person_merge
    FOR EACH ROW EXECUTE FUNCTION core_record.note_merged();
"""

RIGHTS = """
REVOKE ALL ON core_record.notice_email, core_record.notice_mail FROM PUBLIC;
REVOKE ALL ON FUNCTION core_record.order_notice_mail(uuid, text, int), core_record.cancel_notice_mail(uuid),
    core_record.hurry_notice_mail(uuid), core_record.take_notice_mail(interval),
    core_record.postpone_notice_mail(uuid, uuid, timestamptz, int),
    core_record.notice_mail_done(uuid, uuid, text), core_record.keep_notice_mail(interval),
    core_record.merge_notice_email(uuid, uuid), core_record.note_merged() FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON core_record.notice_email TO akson_core;
GRANT EXECUTE ON FUNCTION core_record.order_notice_mail(uuid, text, int),
    core_record.cancel_notice_mail(uuid), core_record.hurry_notice_mail(uuid) TO akson_core;
GRANT SELECT (person_id, email_id, address_cipher, language, anytime, code_cipher, code_expires_at,
    confirmed_at, last_mail_at, refused_at), UPDATE (last_mail_at, refused_at)
    ON core_record.notice_email TO akson_housekeeping;
GRANT SELECT (person_id, at, read_at) ON core_record.notice TO akson_housekeeping;
GRANT EXECUTE ON FUNCTION core_record.take_notice_mail(interval),
    core_record.postpone_notice_mail(uuid, uuid, timestamptz, int),
    core_record.notice_mail_done(uuid, uuid, text), core_record.keep_notice_mail(interval)
    TO akson_housekeeping;
"""


def upgrade() -> None:
    """Make the address behind its wall, the queue, and the rights of who sets and who sends."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in (TABLES, QUEUE, ADD, MERGE, RIGHTS):
        op.execute(statement)
