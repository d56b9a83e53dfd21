"""Where the real messages lie, if they do: a user's clone has none, and those tests are then skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

_CANDIDATE = Path(__file__).resolve().parent.parent.parent / "shared"
SHARED: Path | None = _CANDIDATE if (_CANDIDATE / "testdata").is_dir() else None
REAL_MESSAGES: list[Path] = sorted((SHARED / "testdata" / "svarrapport").rglob("*.xml")) if SHARED else []

requires_shared = pytest.mark.skipif(
    SHARED is None, reason="../shared is absent: no real messages to test against"
)
