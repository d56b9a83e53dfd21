"""The codes that entries use: a small selection that comes with the product, and what the operator loads."""

from alembic import op

revision = "0003"
down_revision = "0002"

CODES = """
CREATE TABLE journal.code (
    system   text NOT NULL,
    code     text NOT NULL,
    nb       text NOT NULL,
    en       text NOT NULL DEFAULT '',
    valid_to date,
    origin   text NOT NULL CHECK (origin IN ('builtin', 'operator')),
    words    tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, nb || ' ' || en)) STORED,
    PRIMARY KEY (system, code)
);
CREATE INDEX code_words ON journal.code USING gin (words);
CREATE INDEX code_prefix ON journal.code (system, code text_pattern_ops);
CREATE TABLE journal.code_system (
    system    text PRIMARY KEY,
    loaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    codes     integer NOT NULL
);
COMMENT ON TABLE journal.code_system IS 'loaded whole: a code that is not there, or has ended, is refused';
REVOKE ALL ON journal.code, journal.code_system FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE (nb, en, valid_to, origin) ON journal.code TO akson_journal;
GRANT SELECT, INSERT, UPDATE (loaded_at, codes) ON journal.code_system TO akson_journal;
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(CODES)
