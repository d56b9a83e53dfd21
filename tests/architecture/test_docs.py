"""The documents say what the code does: settings, decisions, and the glossary's identifiers."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from cli.processes import processes
from core_record.access import rules_doc
from kit.settings import Settings
from kit.settings_doc import as_markdown

ROOT = Path(__file__).resolve().parents[2]


def test_the_settings_page_is_what_the_settings_are() -> None:
    assert (ROOT / "docs" / "settings.md").read_text() == as_markdown()


def test_the_page_of_access_rules_is_what_the_rules_are() -> None:
    assert (ROOT / "docs" / "access-rules.md").read_text() == rules_doc.as_markdown()


def test_every_setting_is_described() -> None:
    assert not [name for name, field in Settings.model_fields.items() if not field.description]


def test_every_decision_is_listed_and_every_listed_one_exists() -> None:
    folder = ROOT / "docs" / "adr"
    listed = set(re.findall(r"\]\((\d{4}-[a-z0-9-]+\.md)\)", (folder / "README.md").read_text()))
    assert listed == {path.name for path in folder.glob("[0-9]*.md")}


def test_links_between_documents_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.relative_to(ROOT)} → {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert not broken


def test_the_compose_file_follows_the_compose_specification() -> None:
    schemas = list(Path(sys.prefix).glob("compose/compose/config/compose_spec.json"))
    assert schemas, "run the tests with `make test`: it installs the specification's schema"
    schema = json.loads(schemas[0].read_text())
    errors = jsonschema.Draft7Validator(schema).iter_errors(compose_file())
    assert not [f"{list(error.absolute_path)}: {error.message}" for error in errors]


def compose_file() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return content


def test_the_containers_and_the_runner_start_the_same_processes() -> None:
    compose = compose_file()
    own = {name for name, service in compose["services"].items() if service.get("image") == "akson:0.1.0"}
    assert own == {*processes(Settings()), "portal", "roles", "migrate"}
    for name, service in compose["services"].items():
        assert "healthcheck" in service or service.get("restart") == "no", name


def test_every_test_and_file_that_the_security_page_names_exists() -> None:
    named = re.findall(r"`((?:tests|kit|portal|core_record|results_service|docs)/[\w./-]+)`", _security())
    assert len(set(named)) > 40
    assert [name for name in sorted(set(named)) if not (ROOT / name).exists()] == []


def _security() -> str:
    return (ROOT / "docs" / "security.md").read_text()
