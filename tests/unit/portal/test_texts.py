"""Every text in three languages, with the same places to fill, and no key that does not exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from portal.ui.text import text, text_by
from portal.ui.texts import LANGUAGES, UnknownText, say, texts, under

PORTAL = Path(__file__).resolve().parents[3] / "portal"
FOLDER = PORTAL / "ui" / "texts"
_PLACE = re.compile(r"\{(\w+)\}")
_AREAS = sorted({path.name.split(".")[0] for path in FOLDER.glob("*.yaml")})


@pytest.mark.parametrize("area", _AREAS)
def test_every_area_has_a_file_in_every_language(area: str) -> None:
    assert [lang for lang in LANGUAGES if not (FOLDER / f"{area}.{lang}.yaml").is_file()] == []


def test_every_key_exists_in_every_language_and_is_empty_in_all_or_none() -> None:
    first, *others = (texts(lang) for lang in LANGUAGES)
    for other in others:
        assert first.keys() ^ other.keys() == set()
    assert [key for key in first if len({bool(texts(lang)[key]) for lang in LANGUAGES}) > 1] == []
    assert [key for lang in LANGUAGES for key, value in texts(lang).items() if value == "None"] == []


def test_the_places_to_fill_are_the_same_in_every_language() -> None:
    for key, value in texts("nb").items():
        for lang in LANGUAGES:
            assert set(_PLACE.findall(texts(lang)[key])) == set(_PLACE.findall(value)), (lang, key)


def calls(*names: str) -> list[list[str]]:
    """The arguments of every call of these functions in the portal's code; "" for one that is no literal."""
    found = []
    for path in PORTAL.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                said = [str(one.value) if isinstance(one, ast.Constant) else "" for one in node.args]
                found.append(said)
    return found


def test_every_key_that_the_code_names_exists() -> None:
    keys = {said[0] for said in calls("text") if said}
    keys |= {said[-1 if len(said) == 1 else 1] for said in calls("say") if said}
    assert len(keys - {""}) > 50
    for key in keys - {""}:
        assert say("nb", key)


def test_every_table_of_texts_has_the_word_for_what_it_does_not_know() -> None:
    tables = {(said[0], said[2]) for said in calls("text_by") if len(said) > 2}
    tables |= {(said[0], "other") for said in calls("wrong_view")}
    known = [(prefix, default) for prefix, default in tables if prefix and default]
    assert len(known) > 50
    for prefix, default in known:
        assert [lang for lang in LANGUAGES if default not in under(lang, prefix)] == [], (prefix, default)


def test_an_unknown_key_is_found_when_the_portal_is_built() -> None:
    with pytest.raises(UnknownText):
        text("frame.no_such_text")
    with pytest.raises(UnknownText):
        text_by("frame.no_such_table", "key", "other")


def test_a_text_is_filled() -> None:
    assert say("nb", "frame.patient.age", years=57) == "57 år"
    filled = str(text("frame.patient.age", years=57))
    assert "57" in filled
    assert "years" in filled
