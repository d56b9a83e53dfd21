"""Equivalences: which codes and units mean the same, which replaced which, and which can be converted.

Reference data, the same for everybody: no row-level security. A row leads from one (sender, system, code,
unit) to one other, so that every way through the table ends in one place.

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE results.code_equivalence (
            origin     text NOT NULL CHECK (origin IN ('nlk', 'operator')),
            sender     text NOT NULL DEFAULT '',
            system     text NOT NULL,
            code       text NOT NULL,
            unit       text NOT NULL DEFAULT '',
            kind       text NOT NULL CHECK (kind IN ('successor', 'equivalent', 'conversion', 'apart')),
            to_system  text NOT NULL DEFAULT '',
            to_code    text NOT NULL DEFAULT '',
            to_unit    text NOT NULL DEFAULT '',
            factor     numeric CHECK (factor <> 0),
            added      numeric,
            decimals   smallint CHECK (decimals BETWEEN 0 AND 6),
            source     text NOT NULL,
            valid_from date,
            PRIMARY KEY (origin, sender, system, code, unit),
            CHECK ((kind = 'conversion') = (factor IS NOT NULL)),
            CHECK ((kind = 'apart') = (to_code = ''))
        );
        COMMENT ON TABLE results.code_equivalence IS
            'What is compared over time across codes and units. sender: of a local code, else empty.'
            ' unit: UCUM, else as laboratories write it; empty for any. New value = value * factor + added.';
        GRANT SELECT, INSERT, UPDATE, DELETE ON results.code_equivalence TO akson_results
        """
    )
