"""The folder of official schemas: what is found, missing and broken; nothing is fetched."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from results_service.intake import schemas
from results_service.intake.schemas import SchemaProblem, load
from tests.shared import SHARED, requires_shared

V14 = "http://www.kith.no/xmlstds/labsvar/2012-02-15"
SMALL = f"""<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="{V14}">
<element name="Message"/></schema>"""


@pytest.fixture(autouse=True)
def _looked_at_anew() -> None:
    schemas._load.cache_clear()


def states(folder: Path) -> dict[str, str]:
    found = load(folder)
    assert found is not None
    return {one.wanted.name: one.state for one in found.installed}


def words(folder: Path) -> str:
    found = load(folder)
    assert found is not None
    return found.words


def copy(folder: Path, *names: str) -> None:
    assert SHARED is not None
    for name in names:
        (folder / name).write_bytes((SHARED / "testdata" / "xsd" / name).read_bytes())


def test_given_no_folder_is_named_then_there_is_nothing_to_judge_by() -> None:
    assert load(None) is None


def test_given_a_folder_that_is_not_there_then_it_is_said_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SchemaProblem, match="no such folder: make it") as told:
        load(tmp_path / "none")
    assert str(tmp_path / "none") in str(told.value)


def test_given_an_empty_folder_then_all_are_missing(tmp_path: Path) -> None:
    assert set(states(tmp_path).values()) == {"missing"}
    assert "svarrapport 1.4 MISSING" in words(tmp_path)


@requires_shared
def test_given_the_official_files_then_all_are_found_by_what_they_declare(tmp_path: Path) -> None:
    assert SHARED is not None
    for number, path in enumerate(sorted((SHARED / "testdata" / "xsd").glob("*.xsd"))):
        imported = path.name in ("kith.xsd", "felleskomponent1.xsd", "kith-base64.xsd")
        name = path.name if imported else f"renamed-{number}.XSD"
        (tmp_path / name).write_bytes(path.read_bytes())
    assert set(states(tmp_path).values()) == {"found"}


@requires_shared
def test_given_one_version_alone_then_that_is_found_and_the_others_missing(tmp_path: Path) -> None:
    copy(tmp_path, "svar-v1.4.xsd", "kith.xsd")
    found = load(tmp_path)
    assert found is not None
    assert found.namespaces == {V14}
    assert states(tmp_path)["svarrapport 1.3"] == "missing"


@requires_shared
def test_given_what_a_schema_imports_is_missing_then_it_is_named(tmp_path: Path) -> None:
    copy(tmp_path, "svar-v1.4.xsd")
    assert "svarrapport 1.4 BROKEN: it needs kith.xsd, which the folder lacks" in words(tmp_path)


@requires_shared
def test_given_one_is_broken_then_the_other_still_judges(tmp_path: Path) -> None:
    copy(tmp_path, "svar-v1.4.xsd", "svar-v13.xsd", "kith.xsd")
    broken = tmp_path / "svar-v13.xsd"
    broken.write_bytes(broken.read_bytes().replace(b'type="kith:TS"', b'type="kith:TQ"', 1))
    found = load(tmp_path)
    assert found is not None
    assert found.namespaces == {V14}
    assert "svarrapport 1.3 BROKEN: it is no valid schema (line 27)" in words(tmp_path)
    assert [one.wanted.name for one in found.broken] == ["svarrapport 1.3"]


def test_given_a_file_cut_short_then_what_is_not_found_may_be_that_one(tmp_path: Path) -> None:
    (tmp_path / "small.xsd").write_text(SMALL)
    (tmp_path / "cut.xsd").write_text("<schema")
    assert states(tmp_path)["svarrapport 1.4"] == "found"
    assert "svarrapport 1.3 BROKEN: cut.xsd cannot be read" in words(tmp_path)


def test_given_two_different_files_for_one_schema_then_none_is_guessed(tmp_path: Path) -> None:
    (tmp_path / "a.xsd").write_text(SMALL)
    (tmp_path / "b.xsd").write_text(SMALL + "<!-- b -->")
    assert "several files declare it (a.xsd, b.xsd): keep one" in words(tmp_path)


def test_given_the_same_file_twice_then_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "a.xsd").write_text(SMALL)
    (tmp_path / "b.xsd").write_text(SMALL)
    assert states(tmp_path)["svarrapport 1.4"] == "found"


def test_given_a_schema_that_imports_from_the_net_then_nothing_is_fetched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        calls: list[object] = []

        def listen() -> None:
            try:
                calls.append(server.accept())
            except TimeoutError:
                return

        listener = threading.Thread(target=listen)
        listener.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/other.xsd"
        (tmp_path / "a.xsd").write_text(
            f'<!DOCTYPE schema SYSTEM "{address}">'
            + SMALL.replace("<element", f'<import namespace="urn:x" schemaLocation="{address}"/><element')
        )
        load(tmp_path)
        listener.join()
    assert calls == []


def test_given_a_schema_that_includes_a_file_outside_the_folder_then_that_is_not_read(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside.xsd", tmp_path / "folder"
    folder.mkdir()
    outside.write_text(SMALL)
    (folder / "a.xsd").write_text(
        SMALL.replace(
            '<element name="Message"/>',
            f'<include schemaLocation="{outside}"/><element name="Message" type="none"/>',
        )
    )
    assert "it needs outside.xsd, which the folder lacks" in words(folder)
