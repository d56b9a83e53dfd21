"""Growth references that the operator loads: LMS tables by name, measure and sex. About no person."""

from alembic import op

revision = "0011"
down_revision = "0010"

TABLES = """
CREATE TABLE journal.growth_table (
    name      text NOT NULL,
    measure   text NOT NULL,
    sex       text NOT NULL CHECK (sex IN ('male', 'female')),
    version   text NOT NULL,
    source    text NOT NULL,
    low       double precision NOT NULL,
    high      double precision NOT NULL CHECK (high > low),
    loaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (measure, sex, name)
);
COMMENT ON COLUMN journal.growth_table.low IS 'days of age, or cm where the measure goes by length';
CREATE TABLE journal.growth_point (
    name    text NOT NULL,
    measure text NOT NULL,
    sex     text NOT NULL,
    x       double precision NOT NULL,
    l       double precision NOT NULL,
    m       double precision NOT NULL CHECK (m > 0),
    s       double precision NOT NULL CHECK (s > 0),
    PRIMARY KEY (measure, sex, name, x),
    FOREIGN KEY (measure, sex, name) REFERENCES journal.growth_table (measure, sex, name)
);
REVOKE ALL ON journal.growth_table, journal.growth_point FROM PUBLIC;
GRANT SELECT, INSERT, DELETE ON journal.growth_table, journal.growth_point TO akson_journal;
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(TABLES)
