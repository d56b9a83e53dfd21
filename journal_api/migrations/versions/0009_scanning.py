"""Documents that came without a scanner are scanned later: which wait, and which are quarantined."""

from alembic import op

revision = "0009"
down_revision = "0008"

CONTENT = """
ALTER TABLE journal.document_content
    DROP CONSTRAINT document_content_scan_check,
    ADD CONSTRAINT document_content_scan_check CHECK (scan IN ('clean', 'unscanned', 'infected')),
    ADD COLUMN scanned_at timestamptz,
    ADD COLUMN finding text;
COMMENT ON COLUMN journal.document_content.finding IS 'what the scanner calls the malware it found';
GRANT UPDATE (scan, scanned_at, finding) ON journal.document_content TO akson_journal;
"""
# Ids, state and dates across persons; reached by functions alone, but by the owner's moving of rows.
WAITING = """
CREATE TABLE journal.document_scan (
    person_id  uuid NOT NULL,
    entry_id   uuid NOT NULL,
    org_number text NOT NULL,
    state      text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'infected')),
    since      timestamptz NOT NULL DEFAULT clock_timestamp(),
    due        timestamptz NOT NULL DEFAULT clock_timestamp(),
    tries      integer NOT NULL DEFAULT 0,
    PRIMARY KEY (person_id, entry_id)
);
CREATE INDEX document_scan_due ON journal.document_scan (due) WHERE state = 'waiting';
COMMENT ON COLUMN journal.document_scan.since IS 'when it began to wait, or was found infected';
REVOKE ALL ON journal.document_scan FROM PUBLIC;

CREATE FUNCTION journal.scan_later(p_person uuid, p_entry uuid, p_unit text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO journal.document_scan (person_id, entry_id, org_number) VALUES (p_person, p_entry, p_unit)
    ON CONFLICT DO NOTHING
$$;
-- The one that has been due longest and that nobody else is at. It is due again later, ever later: one that
-- cannot be scanned, or takes its scanner down, holds no other up.
CREATE FUNCTION journal.take_unscanned() RETURNS TABLE (person_id uuid, entry_id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE journal.document_scan d SET tries = d.tries + 1,
        due = clock_timestamp() + least(interval '3 minutes' * power(2, least(d.tries, 10)), interval '1 day')
    FROM (SELECT w.person_id, w.entry_id FROM journal.document_scan w
        WHERE w.state = 'waiting' AND w.due <= clock_timestamp()
        ORDER BY w.due LIMIT 1 FOR UPDATE SKIP LOCKED) one
    WHERE d.person_id = one.person_id AND d.entry_id = one.entry_id
    RETURNING d.person_id, d.entry_id
$$;
CREATE FUNCTION journal.all_unscanned_now() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE journal.document_scan SET due = clock_timestamp() WHERE state = 'waiting'
$$;
CREATE FUNCTION journal.scan_over(p_person uuid, p_entry uuid, p_infected boolean) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM journal.document_scan
        WHERE person_id = p_person AND entry_id = p_entry AND NOT p_infected;
    UPDATE journal.document_scan SET state = 'infected', since = clock_timestamp()
        WHERE person_id = p_person AND entry_id = p_entry AND state = 'waiting'
$$;
CREATE FUNCTION journal.scan_state() RETURNS TABLE (waiting bigint, seconds double precision, infected bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*) FILTER (WHERE d.state = 'waiting'),
        coalesce(extract(epoch FROM clock_timestamp() - min(d.since) FILTER (WHERE d.state = 'waiting')), 0),
        count(*) FILTER (WHERE d.state = 'infected') FROM journal.document_scan d
$$;
CREATE FUNCTION journal.quarantined() RETURNS TABLE (entry_id uuid, org_number text, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.entry_id, d.org_number, d.since FROM journal.document_scan d
    WHERE d.state = 'infected' ORDER BY d.since
$$;
REVOKE ALL ON FUNCTION journal.scan_later(uuid, uuid, text), journal.take_unscanned(),
    journal.all_unscanned_now(), journal.scan_over(uuid, uuid, boolean), journal.scan_state(),
    journal.quarantined() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION journal.scan_later(uuid, uuid, text), journal.take_unscanned(),
    journal.all_unscanned_now(), journal.scan_over(uuid, uuid, boolean), journal.scan_state(),
    journal.quarantined() TO akson_journal;
"""
# The owner is bound by the wall too: it is down for this statement, within the transaction, for nobody else.
EARLIER = """
ALTER TABLE journal.document_content NO FORCE ROW LEVEL SECURITY;
INSERT INTO journal.document_scan (person_id, entry_id, org_number, since)
    SELECT person_id, entry_id, org_number, at FROM journal.document_content WHERE scan = 'unscanned';
ALTER TABLE journal.document_content FORCE ROW LEVEL SECURITY;
"""


def upgrade() -> None:
    """Let what is unscanned wait for a scanner."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in (CONTENT, WAITING, EARLIER):
        op.execute(statement)
