"""`akson panel setup`: a wrong file changes nothing and says where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from citizen_panel.panels.setup import read_panel_file
from kit.errors import Malformed

ROOT = Path(__file__).resolve().parents[3]


def test_the_development_file_is_one() -> None:
    assert {panel.kind for panel in read_panel_file(ROOT / "dev" / "panel.yaml").panels} == {
        "citizens",
        "professionals",
    }


@pytest.mark.parametrize("text", ["panels: 3", "panels: [{id: x}]", "other: []", ": :", ""])
def test_given_a_wrong_file_then_the_place_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "panel.yaml"
    path.write_text(text)
    with pytest.raises(Malformed) as problem:
        read_panel_file(path)
    assert problem.value.code == "panel-file-invalid"
