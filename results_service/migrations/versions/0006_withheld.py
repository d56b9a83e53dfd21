"""The second wall knows what a sperring withholds: reports named in `akson.withheld` are no rows at all.

A transaction that reads for someone whom a sperring keeps from parts of a person's data names the reports
(`SET LOCAL akson.withheld`, ids joined by commas) before anything is read. No reader can then forget it.
"""

from alembic import op

revision = "0006"
down_revision = "0005"

TABLES = ("report", "report_version")
PARTITIONS = 16
_POLICY = """
ALTER POLICY person ON results.{table} USING (
    person_id = nullif(current_setting('akson.person', true), '')::uuid
    AND (coalesce(current_setting('akson.withheld', true), '') = ''
        OR strpos(current_setting('akson.withheld', true), report_id::text) = 0))
"""


def upgrade() -> None:
    """Extend the policies, of the partitions too."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in TABLES:
        for name in (table, *(f"{table}_{number:02d}" for number in range(PARTITIONS))):
            op.execute(_POLICY.format(table=name))
