"""Reports withheld are named by the last digit of their ids: a row is looked for in a sixteenth of them.

`akson.withheld` says that something is withheld, `akson.withheld_0` … `_f` name what. A row of a person with
250 reports withheld was looked for in a text of 9 kB, which took most of the time of the whole look-up. Ids
in `akson.withheld` itself, as a service of the former version names them, are withheld too.

Revision ID: 0015
Revises: 0014
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = ("report", "report_version")
PARTITIONS = 16
_POLICY = """
ALTER POLICY person ON results.{table} USING (
    person_id = nullif(current_setting('akson.person', true), '')::uuid
    AND (coalesce(current_setting('akson.withheld', true), '') = ''
        OR strpos(current_setting('akson.withheld', true), report_id::text) = 0
        AND strpos(coalesce(current_setting('akson.withheld_' || right(report_id::text, 1), true), ''),
            report_id::text) = 0))
"""


def upgrade() -> None:
    """The policies, of the partitions too."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in TABLES:
        for name in (table, *(f"{table}_{number:02d}" for number in range(PARTITIONS))):
            op.execute(_POLICY.format(table=name))
