"""The results page of one tab."""

from __future__ import annotations

import pytest

from tests.unit.portal_results.page import Page


@pytest.fixture
def tab(monkeypatch: pytest.MonkeyPatch) -> Page:
    return Page(monkeypatch)
