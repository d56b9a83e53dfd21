"""A report may be nothing but the laboratory's word that tests are ordered and not answered yet."""

from importlib import import_module

from alembic import op

revision = "0021"
down_revision = "0020"

_BEFORE = import_module("core_record.migrations.versions.0019_result_news")
_NEWS = "core_record.announce_result(uuid, uuid, uuid, timestamptz, text, text, text[], boolean)"
_FUNCTIONS = _BEFORE.QUEUES[
    _BEFORE.QUEUES.index("CREATE FUNCTION core_record.announce_result") : _BEFORE.QUEUES.index(
        "CREATE FUNCTION core_record.result_news_done"
    )
]
FUNCTIONS = (
    _FUNCTIONS.replace("    p_units text[]\n", "    p_units text[], p_awaited boolean\n")
    .replace("        requester_units)\n", "        requester_units, awaited)\n")
    .replace("        p_units)\n", "        p_units, p_awaited)\n")
    .replace(
        "requester_units = excluded.requester_units\n",
        "requester_units = excluded.requester_units,\n        awaited = excluded.awaited\n",
    )
    .replace(
        "requester_hpr text, requester_units text[]\n",
        "requester_hpr text, requester_units text[], awaited boolean\n",
    )
    .replace("        n.requester_units\n", "        n.requester_units, n.awaited\n")
)
RIGHTS = f"""
REVOKE ALL ON FUNCTION {_NEWS}, core_record.take_result_news(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {_NEWS} TO akson_results;
GRANT EXECUTE ON FUNCTION core_record.take_result_news(int) TO akson_journal;
"""


def upgrade() -> None:
    """A column, and the two functions with it."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE core_record.result_news ADD COLUMN awaited boolean NOT NULL DEFAULT false")
    op.execute(
        """
        DROP FUNCTION core_record.announce_result(uuid, uuid, uuid, timestamptz, text, text, text[]);
        DROP FUNCTION core_record.take_result_news(int)
        """
    )
    op.execute(FUNCTIONS)
    op.execute(RIGHTS)
