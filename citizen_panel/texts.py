"""Texts that are shown: language (`nb`, `nn`, `en`) → text."""

from __future__ import annotations

from kit.errors import Unprocessable

Texts = dict[str, str]
LANGUAGES = ("nb", "nn", "en")


def check_texts(*texts: Texts) -> None:
    """Raises `Unprocessable` (`text-missing`) unless each is there in bokmål and in no unknown language."""
    for each in texts:
        if not each.get("nb", "").strip() or each.keys() - set(LANGUAGES):
            raise Unprocessable(
                "text-missing", "Every text is needed in bokmål (nb); nn and en are optional."
            )
