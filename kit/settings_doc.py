"""`docs/settings.md` from the settings themselves: `python -m kit.settings_doc > docs/settings.md`."""

from __future__ import annotations

import sys

from kit.settings import Settings

_HEAD = """# Settings

Every process reads its settings from the environment. Secrets are never settings: they are files in the
keys folder (`AKSON_KEYS`): `ring.json` (keys for numbers, originals, sessions and the log), `db/<role>`
(passwords of the database roles) and `clients/*.jwk` (the portal's keys at the identity providers).

This page is made from `kit/settings.py` by `python -m kit.settings_doc`.

| variable | default | what |
|---|---|---|
"""


def as_markdown() -> str:
    """The page: one row a setting."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None or field.default_factory else str(field.default)
        if name == "data":
            default = "`/var/lib/akson` as root, else `~/.local/share/akson`"
        elif default:
            default = f"`{default}`"
        rows.append(f"| `AKSON_{name.upper()}` | {default} | {field.description} |")
    return _HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
