"""Who administers which organisation; who changed a register row, on what ground; organisations' validity."""

from alembic import op

revision = "0005"
down_revision = "0004"

ADMINISTRATION = """
-- "Administers this organisation and what is below it." The register says so, never a claim in a login.
CREATE TABLE core_record.administration (
    personnel_id uuid NOT NULL REFERENCES core_record.personnel,
    org_number   text NOT NULL REFERENCES core_record.organisation,
    valid_from   date NOT NULL,
    valid_to     date CHECK (valid_to >= valid_from),
    PRIMARY KEY (personnel_id, org_number, valid_from)
);
CREATE INDEX organisation_parent ON core_record.organisation (parent);
CREATE INDEX employment_organisation ON core_record.employment (org_number);
GRANT SELECT, INSERT, UPDATE ON core_record.administration TO akson_core;
"""

VALIDITY = """
ALTER TABLE core_record.organisation
    ADD COLUMN valid_from date,
    ADD COLUMN valid_to date,
    ADD CONSTRAINT organisation_period CHECK (valid_to >= valid_from);
"""

CHANGES = """
-- A file that was imported: `digest` is its SHA-256, `counts` rows added, changed and ended by table.
CREATE TABLE core_record.register_import (
    import_id uuid PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    file_name text NOT NULL,
    digest    bytea NOT NULL CHECK (octet_length(digest) = 32),
    counts    jsonb NOT NULL
);
GRANT SELECT, INSERT ON core_record.register_import TO akson_core;
"""

# Who, why and by which import; rows from before this migration came by import.
ORIGIN = """
ALTER TABLE core_record.{table}
    ADD COLUMN source text NOT NULL DEFAULT 'import'
        CHECK (source IN ('import', 'administrator', 'operator')),
    ADD COLUMN actor_hash bytea,
    ADD COLUMN actor_name text,
    ADD COLUMN organisation text,
    ADD COLUMN reason text,
    ADD COLUMN import_id uuid;
"""

SEEN = """
CREATE INDEX register_change_key ON core_record.register_change (register, key, at);
CREATE INDEX register_change_organisation
    ON core_record.register_change (register, (after ->> 'org_number'), at);
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(ADMINISTRATION)
    op.execute(VALIDITY)
    op.execute(CHANGES)
    op.execute(
        "CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON core_record.register_import"
        " FOR EACH ROW EXECUTE FUNCTION core_record.refuse_change()"
    )
    for table in ("register_change", "person_change"):
        op.execute(ORIGIN.format(table=table))
    op.execute(SEEN)
