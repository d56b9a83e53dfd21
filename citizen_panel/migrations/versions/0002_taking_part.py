"""Proposals, discussion and moderation; meetings; control points and what is measured beside them.

What members write lies behind forced row-level security: one's own, what is published, and, for moderators,
what belongs to the panel they serve (`akson.unit`). Stances are one's own; one function counts them.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

PANELS = """
ALTER TABLE panel.panel ADD COLUMN call jsonb NOT NULL DEFAULT '{}', ADD COLUMN call_until timestamptz,
    ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE panel.consultation ADD COLUMN reminded_at timestamptz;
"""

TOPICS = """
CREATE TABLE panel.topic (
    topic_id  uuid PRIMARY KEY,
    panel_id  uuid NOT NULL REFERENCES panel.panel,
    kind      text NOT NULL CHECK (kind IN ('proposal', 'discussion')),
    state     text NOT NULL CHECK (state IN ('waiting', 'open', 'closed', 'removed')),
    title     jsonb NOT NULL DEFAULT '{}',
    about     jsonb NOT NULL DEFAULT '{}',
    closes_at timestamptz,
    opened_on date,
    version   integer NOT NULL DEFAULT 1,
    request_hash bytea,
    UNIQUE (panel_id, request_hash)
);
COMMENT ON TABLE panel.topic IS
    'A proposal or a discussion; title and about only where the panel wrote them.';
CREATE TABLE panel.contribution (
    member_id    uuid NOT NULL REFERENCES panel.member ON DELETE CASCADE,
    contribution_id uuid NOT NULL UNIQUE,
    panel_id     uuid NOT NULL REFERENCES panel.panel,
    topic_id     uuid NOT NULL REFERENCES panel.topic ON DELETE CASCADE,
    kind         text NOT NULL CHECK (kind IN ('proposal', 'for', 'against', 'comment')),
    title        text,
    body         text NOT NULL,
    lang         text NOT NULL CHECK (lang IN ('nb', 'nn', 'en')),
    translations jsonb NOT NULL DEFAULT '{}',
    reply_to     uuid,
    state        text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'published', 'withheld', 'removed')),
    reason       text,
    words        jsonb,
    moderated_by bytea,
    moderated_at timestamptz,
    appeal       text,
    appeal_state text CHECK (appeal_state IN ('open', 'upheld', 'overturned')),
    appeal_words jsonb,
    appeal_by    bytea,
    appeal_at    timestamptz,
    version      integer NOT NULL DEFAULT 1,
    made_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    published_on date,
    request_hash bytea,
    PRIMARY KEY (member_id, contribution_id),
    UNIQUE (member_id, request_hash),
    CHECK (kind <> 'proposal' OR title IS NOT NULL),
    CHECK (state NOT IN ('withheld', 'removed') OR (reason IS NOT NULL AND words IS NOT NULL)),
    CHECK ((appeal IS NULL) = (appeal_state IS NULL)),
    CHECK (appeal_by <> moderated_by)
);
COMMENT ON COLUMN panel.contribution.appeal_by IS 'Never who withheld or removed it.';
CREATE INDEX contribution_topic ON panel.contribution (topic_id, state);
CREATE INDEX contribution_queue ON panel.contribution (panel_id)
    WHERE state = 'waiting' OR appeal_state = 'open';
CREATE TABLE panel.complaint (
    member_id       uuid NOT NULL REFERENCES panel.member ON DELETE CASCADE,
    contribution_id uuid NOT NULL REFERENCES panel.contribution (contribution_id) ON DELETE CASCADE,
    panel_id        uuid NOT NULL REFERENCES panel.panel,
    reason          text NOT NULL,
    settled_at      timestamptz,
    PRIMARY KEY (member_id, contribution_id)
);
COMMENT ON TABLE panel.complaint IS 'A member says that something published breaks the rules.';
"""

STANCES = """
CREATE TABLE panel.stance (
    member_id  uuid NOT NULL REFERENCES panel.member ON DELETE CASCADE,
    subject_id uuid NOT NULL,
    stance     text NOT NULL CHECK (stance IN ('support', 'oppose', 'coming', 'not-coming')),
    PRIMARY KEY (member_id, subject_id)
);
COMMENT ON COLUMN panel.stance.subject_id IS
    'A proposal (support, oppose) or a meeting (coming, not-coming).';
CREATE INDEX stance_subject ON panel.stance (subject_id);
CREATE TABLE panel.stance_result (
    subject_id   uuid PRIMARY KEY,
    shown        jsonb,
    shown_from   jsonb NOT NULL DEFAULT '{}',
    waiting      jsonb,
    waiting_from jsonb NOT NULL DEFAULT '{}',
    shown_at     timestamptz,
    final        boolean NOT NULL DEFAULT false
);
"""

MEETINGS = """
CREATE TABLE panel.meeting (
    meeting_id uuid PRIMARY KEY,
    panel_id   uuid NOT NULL REFERENCES panel.panel,
    state      text NOT NULL CHECK (state IN ('planned', 'held', 'cancelled')),
    title      jsonb NOT NULL,
    place      jsonb NOT NULL,
    agenda     jsonb NOT NULL,
    minutes    jsonb NOT NULL DEFAULT '{}',
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL CHECK (ends_at > starts_at),
    version    integer NOT NULL DEFAULT 1,
    request_hash bytea,
    UNIQUE (panel_id, request_hash)
);
"""

OUTCOMES = """
CREATE TABLE panel.control_point (
    control_point_id uuid PRIMARY KEY,
    panel_id   uuid NOT NULL REFERENCES panel.panel,
    code       text NOT NULL,
    state      text NOT NULL CHECK (state IN ('planned', 'passed', 'stopped')),
    title      jsonb NOT NULL,
    plan       jsonb NOT NULL,
    benefit    jsonb NOT NULL,
    assessment jsonb NOT NULL DEFAULT '{}',
    due_on     date NOT NULL,
    cost_planned bigint NOT NULL CHECK (cost_planned >= 0),
    cost_spent bigint CHECK (cost_spent >= 0),
    targets    jsonb NOT NULL DEFAULT '{}',
    version    integer NOT NULL DEFAULT 1,
    request_hash bytea,
    UNIQUE (panel_id, code),
    UNIQUE (panel_id, request_hash)
);
COMMENT ON COLUMN panel.control_point.targets IS 'Measure → what the plan expects of it.';
ALTER TABLE panel.decision ADD COLUMN control_point_id uuid REFERENCES panel.control_point,
    ADD COLUMN topic_id uuid REFERENCES panel.topic, ADD COLUMN request_hash bytea UNIQUE;
ALTER TABLE panel.feedback ADD COLUMN topic_id uuid REFERENCES panel.topic;
CREATE TABLE panel.measurement (
    measure     text NOT NULL,
    measured_on date NOT NULL,
    value       double precision NOT NULL,
    taken_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (measure, measured_on)
);
COMMENT ON TABLE panel.measurement IS 'The last value of each day; what could not be measured has no row.';
-- A process counts from nought at every start: what was read last, and the sum over all starts.
CREATE TABLE panel.counter (
    name  text PRIMARY KEY,
    raw   double precision NOT NULL,
    total double precision NOT NULL
);
"""

WALL = """
CREATE POLICY own ON panel.contribution TO akson_panel
    USING (member_id = nullif(current_setting('akson.person', true), '')::uuid);
CREATE POLICY published ON panel.contribution FOR SELECT TO akson_panel USING (state = 'published');
CREATE POLICY moderated ON panel.contribution TO akson_panel
    USING (panel_id::text = nullif(current_setting('akson.unit', true), ''));
CREATE POLICY moderated ON panel.complaint TO akson_panel
    USING (panel_id::text = nullif(current_setting('akson.unit', true), ''));
CREATE POLICY own ON panel.complaint TO akson_panel
    USING (member_id = nullif(current_setting('akson.person', true), '')::uuid);
CREATE POLICY own ON panel.stance TO akson_panel
    USING (member_id = nullif(current_setting('akson.person', true), '')::uuid);
CREATE FUNCTION panel.stances(p_subject uuid) RETURNS TABLE (member_id uuid, stance text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.member_id, s.stance FROM panel.stance s WHERE s.subject_id = p_subject
$$;
-- {"en": {"title": …, "body": …}} → {"en": …} for one of the two.
CREATE FUNCTION panel.said_in(p_translations jsonb, p_part text) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_object_agg(key, value ->> p_part) FROM jsonb_each(p_translations)
    WHERE value ->> p_part <> ''
$$;
-- A proposal that nobody has seen goes with its author.
CREATE FUNCTION panel.drop_unseen_topic() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM panel.topic t WHERE t.topic_id = OLD.topic_id AND t.state = 'waiting';
    RETURN NULL;
END $$;
CREATE TRIGGER drop_unseen_topic AFTER DELETE ON panel.contribution FOR EACH ROW
    WHEN (OLD.kind = 'proposal') EXECUTE FUNCTION panel.drop_unseen_topic();
"""

RIGHTS = """
GRANT UPDATE (name, about, terms, terms_version, targets, call, call_until, version)
    ON panel.panel TO akson_panel;
REVOKE ALL ON FUNCTION panel.stances(uuid), panel.drop_unseen_topic(), panel.said_in(jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION panel.stances(uuid), panel.said_in(jsonb, text) TO akson_panel;
GRANT SELECT, INSERT, UPDATE ON panel.topic, panel.contribution, panel.complaint, panel.stance_result,
    panel.meeting, panel.control_point, panel.measurement, panel.counter TO akson_panel;
GRANT SELECT, INSERT, UPDATE, DELETE ON panel.stance TO akson_panel;
"""


def upgrade() -> None:
    """Make tables, the wall around what members write, and the service's rights."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for part in (PANELS, TOPICS, STANCES, MEETINGS, OUTCOMES):
        op.execute(part)
    for table in ("contribution", "complaint", "stance"):
        op.execute(f"ALTER TABLE panel.{table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE panel.{table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY owner ON panel.{table} TO akson_owner USING (true)")
    for part in (WALL, RIGHTS):
        op.execute(part)
