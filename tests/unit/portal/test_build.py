"""The build: its key changes with what it is made of, and its scripts talk to wherever they came from."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from portal import build
from portal.ui.packages import FRONTEND_PACKAGES, PLACEHOLDER_HOST, AkselStyles, BrowserOrigin

SOURCES = {
    "rxconfig.py": "config = 1",
    "reflex.lock/bun.lock": "{}",
    "reflex.lock/package.json": "{}",
    "portal/portal.py": "app = 1",
    "portal/ui/texts/frame.nb.yaml": "a: b",
    "portal/ui/akson.css": "body {}",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, content in SOURCES.items():
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    monkeypatch.setattr(build, "ROOT", tmp_path / "root")
    return tmp_path / "root"


@pytest.mark.parametrize("name", SOURCES)
def test_the_key_changes_with_every_source(root: Path, name: str) -> None:
    before = build.build_key()
    assert build.build_key() == before
    (root / name).write_text("other")
    assert build.build_key() != before


class Exporter:
    """Stands for `reflex export`: counts its runs, and leaves what a build leaves unless told to fail."""

    def __init__(self) -> None:
        self.runs = 0
        self.fails = False

    def run(
        self, command: list[str], *, env: dict[str, str], cwd: Path, **_: object
    ) -> subprocess.CompletedProcess[bytes]:
        self.runs += 1
        assert (cwd / "rxconfig.py").is_file()
        assert (cwd / "reflex.lock" / "bun.lock").is_file()
        if not self.fails:
            page = Path(env["REFLEX_WEB_WORKDIR"]) / "build" / "client" / "404.html"
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text("")
        return subprocess.CompletedProcess(command, 1 if self.fails else 0)


def test_it_is_built_once_and_again_when_a_source_changes(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter, target = Exporter(), tmp_path / "target"
    monkeypatch.setattr(subprocess, "run", exporter.run)
    assert [build.build_portal(target), build.build_portal(target)] == [True, False]
    (root / "portal" / "portal.py").write_text("app = 2")
    exporter.fails = True
    with pytest.raises(build.BuildFailed, match=r"build\.log"):
        build.build_portal(target)
    exporter.fails = False
    assert build.build_portal(target)
    assert exporter.runs == 3


def test_the_command_names_no_address_but_its_own(tmp_path: Path) -> None:
    command, environment = build.portal_command(3123, tmp_path)
    assert command[command.index("--port") + 1] == "3123"
    assert command[command.index("--host") + 1] == "127.0.0.1"
    assert command[command.index("--workers") + 1] == "1"
    assert environment["REFLEX_WEB_WORKDIR"] == str(tmp_path / "web")
    assert not any(name.startswith("AKSON_") for name in environment)


def scripts(folder: Path, **content: str) -> Path:
    for name, text in content.items():
        (folder / f"{name}.js").write_text(text)
    return folder


def test_the_placeholder_becomes_the_browsers_own_origin(tmp_path: Path) -> None:
    host = PLACEHOLDER_HOST
    env = f'e={{PING:"http://{host}/ping",EVENT:`ws://{host}/_event`,T:"x"}}'
    BrowserOrigin().post_build(static_dir=scripts(tmp_path, env=env, other="1"))
    origin = 'globalThis.location.origin.replace("http","{}")'
    expected = f'e={{PING:({origin.format("http")}+"/ping"),EVENT:({origin.format("ws")}+`/_event`),T:"x"}}'
    assert (tmp_path / "env.js").read_text() == expected
    assert (tmp_path / "other.js").read_text() == "1"


@pytest.mark.parametrize("left", ["", f"a = b + http://{PLACEHOLDER_HOST}"])
def test_a_build_that_would_talk_to_nobody_is_no_build(tmp_path: Path, left: str) -> None:
    with pytest.raises(RuntimeError, match="not made relative"):
        BrowserOrigin().post_build(static_dir=scripts(tmp_path, a=left))


def test_styles_and_packages_come_from_nowhere_else() -> None:
    assert not any(
        "http" in sheet or "index.css" in sheet.split("/ds-css/")[-1]
        for sheet in AkselStyles().get_stylesheet_paths()
        if "ds-css" in sheet
    )
    assert all(package.rpartition("@")[2][0].isdigit() for package in FRONTEND_PACKAGES)
    ((path, sheet),) = AkselStyles().get_static_assets()
    assert path == Path("styles/akson.css")
    assert "url(http" not in str(sheet)
