"""What the pages name exists, and what exists is named: commands, options, settings, metrics, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import typer

from cli import endpoints_doc
from cli.main import app
from kit.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("kit", "core_record", "results_service", "journal_api", "citizen_panel", "portal", "cli")
PAGES = {
    str(path.relative_to(ROOT)): path.read_text()
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"))
    if path.name not in {"CHANGELOG.md", "endpoints.md"}
}
TEXT = "\n".join(PAGES.values())
NOT_SETTINGS = {"AKSON_SAMPLE_APP_PORT"}  # of dev/sample_app.py
METRIC = re.compile(r"\bakson_[a-z_]+(?:_seconds|_total|_waiting|_heads|_quarantined|_percent|_rows)\b")


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command with its words, as `codes import`."""
    if hasattr(group, "commands"):
        for name, each in group.commands.items():
            yield from commands(each, (*path, name))
    else:
        yield " ".join(path), group


COMMANDS = dict(commands(typer.main.get_command(app)))
GROUPS = {name.partition(" ")[0] for name in COMMANDS}


def called() -> Iterator[tuple[str, str]]:
    """Each command line in a page: in a code block, or between backticks."""
    for page, text in PAGES.items():
        lines = re.findall(r"^ {4}(.*\bakson [a-z].*)$", text, re.MULTILINE)
        for line in (*lines, *re.findall(r"`([^`\n]*\bakson [a-z][^`\n]*)`", text)):
            for found in re.finditer(r"(?:^|\s|bin/)akson ((?:(?! akson |#|&&).)+)", line):
                yield page, found[1].strip()


def test_every_command_that_a_page_names_exists_with_its_options() -> None:
    wrong, seen = [], 0
    for page, line in called():
        words = line.split()
        name = next((n for n in (" ".join(words[:2]), words[0]) if n in COMMANDS or n in GROUPS), None)
        if name is None:
            wrong.append(f"{page}: akson {line}")
            continue
        seen += 1
        known = {o for p in getattr(COMMANDS.get(name), "params", []) for o in (*p.opts, *p.secondary_opts)}
        if name in COMMANDS:
            used = re.findall(r"(?<=\s)(--?[a-z][a-z-]*)", line)
            wrong += [f"{page}: akson {line}: {option}" for option in used if option not in known]
    assert wrong == []
    assert seen > 40


def test_every_command_is_named_in_a_page() -> None:
    lines = [line for _, line in called()]
    assert [name for name in COMMANDS if not any(re.match(rf"{name}\b", line) for line in lines)] == []


def test_every_variable_that_is_named_is_a_setting() -> None:
    settings = {f"AKSON_{name.upper()}" for name in Settings.model_fields}
    places = {**PAGES, "Dockerfile": (ROOT / "Dockerfile").read_text()}
    places |= {"docker-compose.yml": (ROOT / "docker-compose.yml").read_text()}
    named = {
        (page, name) for page, text in places.items() for name in re.findall(r"\bAKSON_[A-Z_]*[A-Z]\b", text)
    }
    assert len(named) > 60
    assert [one for one in sorted(named) if one[1] not in {*settings, *NOT_SETTINGS}] == []


def test_every_metric_is_in_the_page_for_operators_and_every_named_one_exists() -> None:
    """Counters are declared without `_total`, which Prometheus adds."""
    source = "\n".join(path.read_text() for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
    declared = set(re.findall(r"(?:Counter|Gauge|Histogram)\(\s*\"(akson_[a-z_]+)\"", source))
    declared |= set(re.findall(r"Metric(?:Family)?\(\s*\"(akson_[a-z_]+)\"", source))
    assert len(declared) > 20
    base = {name.removesuffix("_total") for name in declared}
    page = PAGES["docs/operations.md"]
    named = set(METRIC.findall(TEXT))
    assert {name for name in named if name.removesuffix("_total") not in base} == set()
    assert {name for name in base if not re.search(rf"\b{name}(?:_total)?\b", page)} == set()


@lru_cache(maxsize=1)
def addresses() -> set[tuple[str, str]]:
    """Method and address of every service, with `{}` for what varies."""
    return {
        (method.upper(), re.sub(r"\{[^}]*\}", "{}", path))
        for _, _, paths in endpoints_doc.documents()
        for path, methods in paths.items()
        for method in methods
    }


def test_the_page_of_addresses_is_what_the_services_answer() -> None:
    page = (ROOT / "docs" / "endpoints.md").read_text()
    assert page == endpoints_doc.as_markdown(), "python -m cli.endpoints_doc > docs/endpoints.md"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_address_of_a_service_that_a_page_names_exists(name: str) -> None:
    named = re.findall(r"`(GET|POST|PUT|DELETE|PATCH) (/[^\s`?]*)", PAGES[name])
    wrong = []
    for method, path in named:
        plain = re.sub(r"\{[^}]*\}", "{}", path)
        if not any(m == method and fits(known, plain) for m, known in addresses()):
            wrong.append(f"{method} {path}")
    assert [one for one in wrong if one.partition(" ")[2] not in of_the_portal()] == []


def fits(known: str, named: str) -> bool:
    """Whether an address is one that exists; a page may write a value where the route has a parameter."""
    return re.fullmatch(re.escape(known).replace(r"\{\}", r"[^/]+"), named) is not None


def of_the_portal() -> set[str]:
    """Addresses of the portal's plain routes and of the token exchange, which no OpenAPI document lists."""
    source = "\n".join(path.read_text() for path in (ROOT / "portal").rglob("*.py"))
    found = {name for name in re.findall(r"\"(/[a-z][a-z/{}_-]*)\"", source) if "{" not in name}
    found |= {f"/auth/{provider}/backchannel-logout" for provider in ("helseid", "idporten")}
    return {"/token", "/jwks", *found}


def test_the_targets_of_make_that_are_named_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)", TEXT)) | set(
        re.findall(r"^ {4}make ([a-z]+)", TEXT, re.MULTILINE)
    )
    assert named <= targets
    assert {"run", "test", "check"} <= named
