"""A person with a journal is not merged: what stands in a journal is moved by people who have read it.

Before, only the results were looked through for rows left behind.
"""

from importlib import import_module

from alembic import op

revision = "0018"
down_revision = "0017"

_BEFORE = import_module("core_record.migrations.versions.0013_merging").FINISH_MERGE
_FINISH = _BEFORE[: _BEFORE.index("-- The persons who are this one now")]


def upgrade() -> None:
    """The same function, looking through the journal's tables too."""
    op.execute(
        _FINISH.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(
            "c.relnamespace = 'results'::regnamespace",
            "c.relnamespace IN (SELECT n.oid FROM pg_namespace n WHERE n.nspname IN ('results', 'journal'))",
        )
    )
