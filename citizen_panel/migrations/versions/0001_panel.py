"""Panels, members, consultations, answers, results, decisions, feedback. No health data, no national number.

A member is known by a keyed hash of the number, one for each panel, so that memberships cannot be joined
across panels. What tells who a member is lies encrypted, for the panel's leader alone.
"""

from alembic import op

revision = "0001"
down_revision = None

KEYS = """
CREATE TABLE panel.key_check (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    value    text NOT NULL
);
"""

PANELS = """
CREATE TABLE panel.panel (
    panel_id    uuid PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('citizens', 'professionals')),
    recruitment text NOT NULL CHECK (recruitment IN ('open', 'draw')),
    name        jsonb NOT NULL,
    about       jsonb NOT NULL,
    terms       jsonb NOT NULL,
    terms_version integer NOT NULL CHECK (terms_version > 0),
    targets     jsonb NOT NULL DEFAULT '{}',
    made_at     timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Who leads, moderates and decides; by hash, as members are.
CREATE TABLE panel.staff (
    panel_id      uuid NOT NULL REFERENCES panel.panel,
    identity_hash bytea NOT NULL CHECK (octet_length(identity_hash) = 32),
    role          text NOT NULL CHECK (role IN ('leader', 'moderator', 'decision-maker')),
    PRIMARY KEY (panel_id, identity_hash, role)
);
"""

MEMBERS = """
CREATE TABLE panel.member (
    member_id     uuid PRIMARY KEY,
    panel_id      uuid NOT NULL REFERENCES panel.panel,
    identity_hash bytea NOT NULL CHECK (octet_length(identity_hash) = 32),
    state         text NOT NULL CHECK (state IN ('volunteer', 'member')),
    alias         text NOT NULL,
    identity      bytea,
    traits        jsonb NOT NULL,
    terms_version integer NOT NULL,
    joined_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (panel_id, identity_hash),
    UNIQUE (panel_id, alias)
);
COMMENT ON TABLE panel.member IS 'Deleted with all answers when the member leaves.';
CREATE TABLE panel.draw (
    draw_id    uuid PRIMARY KEY,
    panel_id   uuid NOT NULL REFERENCES panel.panel,
    commitment text NOT NULL,
    promised_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seed_cipher bytea NOT NULL,
    drawn_at   timestamptz,
    public_entropy text,
    outcome    jsonb,
    CHECK ((drawn_at IS NULL) = (outcome IS NULL))
);
"""

CONSULTATIONS = """
CREATE TABLE panel.consultation (
    consultation_id uuid PRIMARY KEY,
    panel_id    uuid NOT NULL REFERENCES panel.panel,
    state       text NOT NULL CHECK (state IN ('draft', 'open', 'closed', 'published')),
    title       jsonb NOT NULL,
    about       jsonb NOT NULL,
    questions   jsonb NOT NULL,
    dimensions  text[] NOT NULL DEFAULT '{}',
    opens_at    timestamptz NOT NULL,
    closes_at   timestamptz NOT NULL CHECK (closes_at > opens_at),
    version     integer NOT NULL DEFAULT 1,
    request_hash bytea,
    invited     integer,
    method      jsonb NOT NULL DEFAULT '{}',
    themes      jsonb NOT NULL DEFAULT '[]',
    UNIQUE (panel_id, request_hash)
);
CREATE TABLE panel.answer (
    consultation_id uuid NOT NULL REFERENCES panel.consultation,
    member_id    uuid NOT NULL REFERENCES panel.member ON DELETE CASCADE,
    answers      jsonb NOT NULL,
    submitted    jsonb,
    version      integer NOT NULL DEFAULT 1,
    changed_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    submitted_at timestamptz,
    PRIMARY KEY (consultation_id, member_id)
);
COMMENT ON COLUMN panel.answer.answers IS 'The draft as it stands; submitted: what counts.';
-- What is shown, what waits to be, and a digest of each answer they were counted from, for the next step.
CREATE TABLE panel.result (
    consultation_id uuid PRIMARY KEY REFERENCES panel.consultation,
    shown        jsonb,
    shown_from   jsonb NOT NULL DEFAULT '{}',
    waiting      jsonb,
    waiting_from jsonb NOT NULL DEFAULT '{}',
    shown_at     timestamptz,
    final        boolean NOT NULL DEFAULT false
);
"""

OUTCOMES = """
CREATE TABLE panel.decision (
    decision_id     uuid PRIMARY KEY,
    panel_id        uuid NOT NULL REFERENCES panel.panel,
    consultation_id uuid REFERENCES panel.consultation,
    title           jsonb NOT NULL,
    said            jsonb NOT NULL,
    control_point   jsonb NOT NULL,
    steps           jsonb NOT NULL DEFAULT '[]',
    state           text NOT NULL CHECK (state IN ('considered', 'decided', 'done', 'declined')),
    version         integer NOT NULL DEFAULT 1,
    changed_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE panel.feedback (
    feedback_id uuid PRIMARY KEY,
    code_hash   bytea NOT NULL UNIQUE CHECK (octet_length(code_hash) = 32),
    request_hash bytea UNIQUE,
    page        text NOT NULL,
    lang        text NOT NULL,
    body        text NOT NULL,
    theme       text,
    state       text NOT NULL DEFAULT 'received'
        CHECK (state IN ('received', 'answered', 'joined', 'withheld')),
    reply       jsonb,
    decision_id uuid REFERENCES panel.decision,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    answered_at timestamptz
);
CREATE INDEX feedback_waiting ON panel.feedback (page, received_at) WHERE state = 'received';
"""

# A member's own rows alone; only the counting function sees everybody's. FORCE binds the owner too, hence its
# own policy, which the service's role never has.
WALL = """
ALTER TABLE panel.answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE panel.answer FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON panel.answer TO akson_panel
    USING (member_id = nullif(current_setting('akson.person', true), '')::uuid);
CREATE POLICY counted ON panel.answer TO akson_owner USING (true);
CREATE FUNCTION panel.submitted_answers(p_consultation uuid)
RETURNS TABLE (member_id uuid, submitted jsonb, traits jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.member_id, a.submitted, m.traits FROM panel.answer a
    JOIN panel.member m ON m.member_id = a.member_id
    WHERE a.consultation_id = p_consultation AND a.submitted IS NOT NULL
$$;
"""

RIGHTS = """
GRANT USAGE ON SCHEMA panel TO akson_panel;
REVOKE ALL ON FUNCTION panel.submitted_answers(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION panel.submitted_answers(uuid) TO akson_panel;
GRANT SELECT, INSERT ON panel.key_check TO akson_panel;
GRANT SELECT ON panel.panel, panel.staff TO akson_panel;
GRANT SELECT, INSERT, UPDATE, DELETE ON panel.member, panel.answer TO akson_panel;
GRANT SELECT, INSERT, UPDATE ON panel.draw, panel.consultation, panel.result, panel.decision, panel.feedback
    TO akson_panel;
"""


def upgrade() -> None:
    """Make the schema's tables, the wall around answers, and the service's rights."""
    for part in (KEYS, PANELS, MEMBERS, CONSULTATIONS, OUTCOMES, WALL, RIGHTS):
        op.execute(part)
