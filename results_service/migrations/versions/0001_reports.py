"""Reports: what is shown, what came, and which person a report number belongs to.

`report` and `report_version` are distributed by person and closed by forced row-level security. `report_key`
and `known_message` lie outside the person's shard: they hold hashes and ids alone, and the first is reached
only through a function.
"""

from alembic import op

revision = "0001"
down_revision = None

PARTITIONS = 16

_REPORT = """
CREATE TABLE results.report (
    person_id uuid NOT NULL,
    report_id uuid NOT NULL,
    version_id uuid NOT NULL,
    effective timestamptz NOT NULL,
    issued timestamptz NOT NULL,
    category text,
    status text NOT NULL,
    codes bigint[] NOT NULL,
    tags bigint[] NOT NULL,
    release_class smallint NOT NULL CHECK (release_class BETWEEN 1 AND 4),
    preliminary boolean NOT NULL,
    warnings text[] NOT NULL DEFAULT '{}',
    body bytea NOT NULL,
    PRIMARY KEY (person_id, report_id)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE results.report IS 'What is shown of each report now. body: the DiagnosticReport, zstd.';
ALTER TABLE results.report ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX report_newest ON results.report (person_id, effective DESC, issued DESC, report_id);
"""

_VERSION = """
CREATE TABLE results.report_version (
    person_id uuid NOT NULL,
    report_id uuid NOT NULL,
    version_id uuid NOT NULL,
    message_id uuid NOT NULL,
    key_hash bytea NOT NULL,
    fingerprint bytea NOT NULL,
    generated timestamptz NOT NULL,
    serv_type text NOT NULL,
    status text NOT NULL,
    sampled date,
    requisitions text[] NOT NULL,
    report_date text,
    release_class smallint NOT NULL CHECK (release_class BETWEEN 1 AND 4),
    preliminary boolean NOT NULL,
    held text,
    received timestamptz NOT NULL DEFAULT now(),
    resources bytea NOT NULL,
    PRIMARY KEY (person_id, report_id, version_id)
) PARTITION BY HASH (person_id);
COMMENT ON TABLE results.report_version IS 'Every version as it came. held: why it waits, never shown.';
ALTER TABLE results.report_version ALTER COLUMN resources SET STORAGE EXTERNAL;
"""

_OUTSIDE_THE_SHARD = """
CREATE TABLE results.report_key (
    key_hash bytea PRIMARY KEY,
    person_id uuid NOT NULL
);
COMMENT ON TABLE results.report_key IS 'Whose a report number is. Reached by claim_report_key only.';
CREATE TABLE results.known_message (
    message_hash bytea NOT NULL,
    fingerprint bytea NOT NULL,
    key_hash bytea NOT NULL,
    intake_id uuid NOT NULL,
    report_id uuid NOT NULL,
    version_id uuid NOT NULL,
    held text,
    PRIMARY KEY (message_hash, fingerprint)
);
COMMENT ON TABLE results.known_message IS 'Messages by hash of sender and MsgId. No persons.';
"""

_CLAIM = """
CREATE FUNCTION results.claim_report_key(wanted bytea, claimant uuid, OUT owner uuid, OUT first boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO results.report_key (key_hash, person_id) VALUES (wanted, claimant) ON CONFLICT DO NOTHING;
    first := FOUND;
    SELECT person_id INTO STRICT owner FROM results.report_key WHERE key_hash = wanted FOR UPDATE;
END $$;
COMMENT ON FUNCTION results.claim_report_key IS
    'Gives a report number to the first person it came for, says whose it is, and locks it until commit.';
REVOKE ALL ON FUNCTION results.claim_report_key FROM PUBLIC;
GRANT EXECUTE ON FUNCTION results.claim_report_key TO akson_results;
"""

_GRANTS = """
GRANT USAGE ON SCHEMA results TO akson_results;
GRANT SELECT, INSERT, UPDATE, DELETE ON results.report TO akson_results;
GRANT SELECT, INSERT, DELETE ON results.report_version TO akson_results;
GRANT SELECT, INSERT, UPDATE ON results.known_message TO akson_results;
"""


def _secure(table: str) -> str:
    return f"""
ALTER TABLE results.{table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE results.{table} FORCE ROW LEVEL SECURITY;
CREATE POLICY person ON results.{table}
    USING (person_id = nullif(current_setting('akson.person', true), '')::uuid);
"""


def _partition(table: str) -> None:
    for number in range(PARTITIONS):
        name = f"{table}_{number:02d}"
        op.execute(
            f"CREATE TABLE results.{name} PARTITION OF results.{table} "
            f"FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number})"
        )
        op.execute(_secure(name))


def upgrade() -> None:
    """Make the tables."""
    op.execute(_REPORT)
    op.execute(_VERSION)
    op.execute(_OUTSIDE_THE_SHARD)
    for table in ("report", "report_version"):
        op.execute(_secure(table))
        _partition(table)
    op.execute(_CLAIM)
    op.execute(_GRANTS)
