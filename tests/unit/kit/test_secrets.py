"""Secrets come from files or the environment: none is in the tree, and none is a setting that is printed."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from kit.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
# what a secret in a file would look like: private keys, JWKs with their private part, passwords in addresses
_SECRET = re.compile(
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"
    r"|\"d\"\s*:\s*\"[A-Za-z0-9_-]{40,}\""
    r"|(?:postgres(?:ql)?|rediss?|https?)://[^\s/:@\"'{}<>]+:[^\s/@\"'{}<>$]{3,}@"
    r"|\b(?:password|passwd|client_secret|api_key)\s*=\s*[\"'][^\"'{}$]{8,}[\"']",
    re.IGNORECASE,
)
_TEXT = {".py", ".yaml", ".yml", ".toml", ".json", ".sh", ".md", ".ini", ".cfg", ".in", ".lock", ""}


def tracked() -> list[Path]:
    named = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.split("\0")
    return [ROOT / name for name in named if name and Path(name).suffix in _TEXT]


def test_no_secret_is_in_the_tree() -> None:
    found = []
    for path in tracked():
        if not path.is_file() or path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {match[0][:30]}…" for match in _SECRET.finditer(text)]
    assert not found, "\n".join(found)


def test_the_pattern_knows_a_secret() -> None:
    for text in (
        "-----BEGIN EC PRIVATE KEY-----",
        '"d": "' + "a" * 43 + '"',
        "postgresql://akson:hunter22@db/akson",
        "password = 'correct horse'",
    ):
        assert _SECRET.search(text), text


def test_keys_are_settings_only_as_the_folder_or_file_they_lie_in() -> None:
    named = [name for name in Settings.model_fields if re.search("key|jwk|secret|password|token$", name)]
    for name in named:
        assert "Path" in str(Settings.model_fields[name].annotation), name
    assert {"keys", "helseid_client_jwk", "idporten_client_jwk"} <= set(named)
