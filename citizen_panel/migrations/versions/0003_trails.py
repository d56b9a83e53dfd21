"""What is shown remembers every step: numbers may not come near an earlier set either."""

from alembic import op

revision = "0003"
down_revision = "0002"

_TRAIL = """
UPDATE panel.{table} SET shown_from = (
    SELECT coalesce(jsonb_object_agg(key, jsonb_build_array(jsonb_build_array(0, value))), '{{}}')
    FROM jsonb_each(shown_from))
WHERE shown_from <> '{{}}'
"""


def upgrade() -> None:
    """Rows of numbers under way become trails of one step."""
    for table in ("result", "stance_result"):
        op.execute(_TRAIL.format(table=table))
        op.execute(
            f"COMMENT ON COLUMN panel.{table}.shown_from IS"
            " 'member → [[step, digest of the answer or null], …] of every step that was shown'"
        )
