"""Rules about the tree itself: small modules, nothing of ../shared in it, locks that name no registry."""

from __future__ import annotations

import hashlib
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.shared import SHARED, requires_shared

ROOT = Path(__file__).resolve().parents[2]
LONGEST_MODULE = 300


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, check=False, text=True
    ).stdout
    found = [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    if not found:
        pytest.skip("not a git checkout: which files are the product's cannot be told")
    return found


def test_modules_stay_small() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked("*.py")
        if not path.is_relative_to(ROOT / "tests")
        and (lines := len(path.read_text().splitlines())) > LONGEST_MODULE
    }
    assert not long


def test_no_two_tests_have_one_module_name() -> None:
    """In a folder with `__init__.py` whose parent has none, pytest names it by folder and file alone."""
    named = Counter(
        f"{path.parent.name}.{path.stem}"
        for path in tracked("tests/*.py")
        if (path.parent / "__init__.py").exists() and not (path.parents[1] / "__init__.py").exists()
    )
    named.subtract({name: 1 for name in named if name.endswith((".__init__", ".conftest"))})
    assert [name for name, times in named.items() if times > 1] == []


@requires_shared
def test_nothing_of_shared_is_copied_into_the_tree() -> None:
    assert SHARED is not None
    theirs = {
        hashlib.sha256(path.read_bytes()).hexdigest(): path.name
        for path in SHARED.rglob("*")
        if path.is_file() and path.stat().st_size > 200
    }
    copies = [
        str(p.relative_to(ROOT)) for p in tracked() if hashlib.sha256(p.read_bytes()).hexdigest() in theirs
    ]
    assert not copies


def test_lock_files_name_no_registry() -> None:
    for path in tracked("requirements/*.lock"):
        text = path.read_text()
        assert "://" not in text
        assert "--index-url" not in text
        assert text.count("--hash=sha256:") >= 1
