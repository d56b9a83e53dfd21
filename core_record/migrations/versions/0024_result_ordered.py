"""What is announced of a report says which order it may answer: our requisition numbers, examinations by code
with how far the laboratory has come, when it was sampled. Never what the answer is."""

from importlib import import_module

from alembic import op

revision = "0024"
down_revision = "0023"

_BEFORE = import_module("core_record.migrations.versions.0022_result_warned").FUNCTIONS
_AT = _BEFORE.index("CREATE FUNCTION core_record.announce_result")
FUNCTIONS = (
    _BEFORE[_AT:]
    .replace(
        "p_awaited boolean, p_warned boolean\n",
        "p_awaited boolean, p_warned boolean,\n"
        "    p_requisitions text[], p_examinations text[], p_sampled timestamptz\n",
    )
    .replace(
        "requester_units, awaited, warned)",
        "requester_units, awaited, warned, requisitions,\n        examinations, sampled)",
    )
    .replace(
        "p_awaited, p_warned)",
        "p_awaited, p_warned, p_requisitions, p_examinations,\n        p_sampled)",
    )
    .replace(
        "warned = waits.warned OR excluded.warned\n",
        "warned = waits.warned OR excluded.warned,\n        requisitions = excluded.requisitions,"
        " examinations = excluded.examinations,\n        sampled = excluded.sampled\n",
    )
    .replace(
        "awaited boolean, warned boolean\n)",
        "awaited boolean, warned boolean,\n"
        "    requisitions text[], examinations text[], sampled timestamptz\n)",
    )
    .replace("n.awaited, n.warned\n", "n.awaited, n.warned, n.requisitions, n.examinations, n.sampled\n")
)
_ARGUMENTS = "uuid, uuid, uuid, timestamptz, text, text, text[], boolean, boolean"
_NEWS = f"core_record.announce_result({_ARGUMENTS}, text[], text[], timestamptz)"
RIGHTS = f"""
REVOKE ALL ON FUNCTION {_NEWS}, core_record.take_result_news(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {_NEWS} TO akson_results;
GRANT EXECUTE ON FUNCTION core_record.take_result_news(int) TO akson_journal;
"""


def upgrade() -> None:
    """Three columns, and the two functions with them."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(
        """
        ALTER TABLE core_record.result_news
            ADD COLUMN requisitions text[] NOT NULL DEFAULT '{}',
            ADD COLUMN examinations text[] NOT NULL DEFAULT '{}',
            ADD COLUMN sampled timestamptz;
        COMMENT ON COLUMN core_record.result_news.examinations IS
            'standing, system and code of each: how far the laboratory has come, never the answer'
        """
    )
    op.execute(f"DROP FUNCTION core_record.announce_result({_ARGUMENTS})")
    op.execute("DROP FUNCTION core_record.take_result_news(int)")
    op.execute(FUNCTIONS)
    op.execute(RIGHTS)
