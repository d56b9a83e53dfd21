"""What import-linter cannot see: private models and repositories, and the layers inside a feature."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import grimp
import pytest

PACKAGES = ["kit", "core_record", "results_service", "journal_api", "citizen_panel", "portal", "cli", "dev"]
SERVICES = ["core_record", "results_service", "journal_api", "citizen_panel"]
LAYERS = ["endpoints", "tasks", "service", "repository", "models"]  # each may import what is to its right
PRIVATE = {"models", "repository"}


@lru_cache(maxsize=1)
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES)


def feature(module: str) -> tuple[str, str, str] | None:
    """`service.feature.layer...` → its parts; None for a module outside any feature."""
    parts = module.split(".")
    return (parts[0], parts[1], parts[2]) if parts[0] in SERVICES and len(parts) > 2 else None


def test_models_and_repository_are_private_to_their_feature() -> None:
    offences = []
    for imported in graph().modules:
        place = feature(imported)
        if place is None or place[2] not in PRIVATE:
            continue
        for importer in graph().find_modules_that_directly_import(imported):
            other = feature(importer)
            if other is None or other[:2] != place[:2]:
                offences.append(f"{importer} → {imported}")
    assert not sorted(offences)


@pytest.mark.parametrize(("lower", "upper"), [(b, a) for a, b in pairwise(LAYERS) if a != "endpoints"])
def test_inside_a_feature_imports_run_down(lower: str, upper: str) -> None:
    offences = []
    for importer in graph().modules:
        place = feature(importer)
        if place is None or place[2] != lower:
            continue
        for imported in graph().find_modules_directly_imported_by(importer):
            other = feature(imported)
            if (
                other
                and other[:2] == place[:2]
                and other[2] in LAYERS
                and LAYERS.index(other[2]) < LAYERS.index(lower)
            ):
                offences.append(f"{importer} → {imported}")
    assert not sorted(offences)


def test_the_portals_areas_do_not_import_each_other() -> None:
    areas = {"clinician", "citizen", "panel", "operations", "administration"}
    offences = []
    for importer in graph().modules:
        parts = importer.split(".")
        if parts[0] != "portal" or len(parts) < 3 or parts[1] not in areas:
            continue
        for imported in graph().find_modules_directly_imported_by(importer):
            target = imported.split(".")
            if target[0] == "portal" and len(target) > 1 and target[1] in areas - {parts[1]}:
                offences.append(f"{importer} → {imported}")
    assert not sorted(offences)


def test_the_portals_layers_run_down() -> None:
    """areas → frame → session → ui | clients."""
    order = ["frame", "session", "ui", "clients"]
    offences = []
    for importer in graph().modules:
        parts = importer.split(".")
        if parts[0] != "portal" or len(parts) < 2 or parts[1] not in order:
            continue
        allowed = {"frame": {"session", "ui", "clients"}, "session": {"ui", "clients"}}.get(parts[1], set())
        for imported in graph().find_modules_directly_imported_by(importer):
            target = imported.split(".")
            if target[0] == "portal" and len(target) > 1 and target[1] not in allowed | {parts[1]}:
                offences.append(f"{importer} → {imported}")
    assert not sorted(offences)
