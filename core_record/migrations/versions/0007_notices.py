"""Notices to citizens: written in the transaction of what they tell of, read by the citizen alone."""

from alembic import op

revision = "0007"
down_revision = "0006"

# `log_seq`: the row of the person's log that it is about. `details`: codes and ids, never contents.
TABLE = """
CREATE TABLE core_record.notice (
    person_id uuid NOT NULL,
    notice_id uuid NOT NULL,
    at        timestamptz NOT NULL,
    kind      text NOT NULL,
    key       text NOT NULL,
    log_seq   bigint,
    details   jsonb NOT NULL,
    read_at   timestamptz,
    PRIMARY KEY (person_id, notice_id),
    UNIQUE (person_id, kind, key)
);
ALTER TABLE core_record.notice ENABLE ROW LEVEL SECURITY;
ALTER TABLE core_record.notice FORCE ROW LEVEL SECURITY;
CREATE POLICY only_served ON core_record.notice
    USING (person_id = nullif(current_setting('akson.person', true), '')::uuid);
"""

# The log row comes as the transaction's last statement. Its number is known before: whoever holds the end of
# the person's chain writes the next one.
ADD = """
CREATE FUNCTION core_record.add_notice(
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
    RETURN v_id;
END $$;
REVOKE ALL ON FUNCTION core_record.add_notice(uuid, text, text, jsonb, boolean) FROM PUBLIC;
REVOKE ALL ON core_record.notice FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core_record.add_notice(uuid, text, text, jsonb, boolean) TO may_decide;
GRANT SELECT, UPDATE (read_at) ON core_record.notice TO akson_core;
"""


def upgrade() -> None:
    """Make the table, the second wall, the one way in, and the rights."""
    op.execute(TABLE)
    op.execute(ADD)
