"""What the product is made of: a bill of materials (CycloneDX 1.6), and what is known to be unsafe in it.

`python -m dev.supply sbom --out FILE` reads the lock files: Python packages with their hashes, and the
browser's from `reflex.lock`. `python -m dev.supply audit` asks the OSV database about each. When it cannot be
asked, that is said and is exit code 3, never a pass; `--tolerate-offline` (for a build without network) makes
it exit 0, and says it still.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

import httpx
import typer

ROOT = Path(__file__).resolve().parents[1]
OSV = "https://api.osv.dev/v1/querybatch"
NOT_ASKED = 3
_PYTHON = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_BATCH = 500


@dataclass(frozen=True)
class Package:
    """A locked package: its package URL (purl), and the hashes that the lock file holds it to."""

    name: str
    version: str
    purl: str
    hashes: tuple[tuple[str, str], ...]  # (algorithm as CycloneDX names it, hex)
    licence: str | None = None


def python_packages(lock: Path = ROOT / "requirements" / "product.lock") -> Iterator[Package]:
    """The packages of a pip lock file."""
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if found := _PYTHON.match(line):
            name, version = re.sub(r"[-_.]+", "-", found[1]).lower(), found[2]
            hashes = tuple(("SHA-256", digest) for digest in _HASH.findall(line))
            yield Package(name, version, f"pkg:pypi/{name}@{version}", hashes, _licence(name))


def browser_packages(lock: Path = ROOT / "reflex.lock" / "bun.lock") -> Iterator[Package]:
    """The packages of a bun lock file (JSON with commas too many)."""
    read = json.loads(_TRAILING_COMMA.sub(r"\1", lock.read_text(encoding="utf-8")))
    seen = set()
    for entry in read["packages"].values():
        name, _, version = str(entry[0]).rpartition("@")
        if (name, version) in seen:
            continue
        seen.add((name, version))
        purl = f"pkg:npm/{quote(name, safe='/')}@{version}"
        yield Package(name, version, purl, _integrity(str(entry[-1])))


def bill_of_materials(packages: list[Package], version: str) -> dict[str, Any]:
    """CycloneDX 1.6 as JSON; the same lock files give the same bytes."""
    components = [_component(package) for package in sorted(packages, key=lambda p: p.purl)]
    product = {
        "type": "application",
        "bom-ref": f"pkg:generic/akson@{version}",
        "name": "akson",
        "version": version,
    }
    content = json.dumps(components, sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": {"component": product},
        "components": components,
        "dependencies": [{"ref": product["bom-ref"], "dependsOn": [c["bom-ref"] for c in components]}],
    }


def audit(packages: list[Package], http: httpx.Client) -> dict[str, list[str]]:
    """Known vulnerabilities by package URL. Raises `httpx.HTTPError` when the database does not answer."""
    found: dict[str, list[str]] = {}
    for start in range(0, len(packages), _BATCH):
        batch = packages[start : start + _BATCH]
        answer = http.post(OSV, json={"queries": [{"package": {"purl": p.purl}} for p in batch]})
        answer.raise_for_status()
        for package, result in zip(batch, answer.json()["results"], strict=True):
            if known := [str(one["id"]) for one in result.get("vulns", [])]:
                found[package.purl] = known
    return found


def run_audit(packages: list[Package], http: httpx.Client, *, tolerate_offline: bool) -> int:
    """Ask and tell; the exit code: 0 nothing known, 1 something, 3 not asked."""
    try:
        found = audit(packages, http)
    except (httpx.HTTPError, ValueError, KeyError) as error:
        typer.echo(f"AUDIT NOT DONE: the advisory database did not answer ({type(error).__name__}).")
        typer.echo(
            f"Nothing is known about {len(packages)} packages. Run `make audit` where {OSV} is reachable."
        )
        return 0 if tolerate_offline else NOT_ASKED
    for purl, known in sorted(found.items()):
        typer.echo(f"{purl}: {', '.join(known)}")
    typer.echo(f"{len(packages)} packages asked about, {len(found)} with known vulnerabilities.")
    return 1 if found else 0


def _component(package: Package) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "purl": package.purl,
    }
    if package.hashes and package.purl.startswith("pkg:npm/"):
        made["hashes"] = [{"alg": alg, "content": content} for alg, content in package.hashes]
    elif package.hashes:
        # one for each file that pip may take: CycloneDX's `hashes` would say that one file has them all
        made["externalReferences"] = [
            {
                "type": "distribution",
                "url": f"https://pypi.org/project/{package.name}/{package.version}/",
                "hashes": [{"alg": alg, "content": content}],
            }
            for alg, content in package.hashes
        ]
    if package.licence:
        made["licenses"] = [{"license": {"name": package.licence}}]
    return made


def _licence(name: str) -> str | None:
    """As the installed package states it; None where it is not installed here or does not say in short."""
    try:
        stated = metadata(name)
    except PackageNotFoundError:
        return None
    said = next((stated[field] for field in ("License-Expression", "License") if field in stated), "")
    return said if 0 < len(said) <= 80 and "\n" not in said else None


def _integrity(text: str) -> tuple[tuple[str, str], ...]:
    """`sha512-<base64>` of a bun lock file."""
    if not text.startswith("sha512-"):
        return ()
    try:
        return (("SHA-512", base64.b64decode(text.removeprefix("sha512-"), validate=True).hex()),)
    except binascii.Error:
        return ()


def _version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m dev.supply", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("sbom").add_argument("--out", type=Path, default=Path("build/sbom.cdx.json"))
    commands.add_parser("audit").add_argument("--tolerate-offline", action="store_true")
    chosen = parser.parse_args()
    packages = [*python_packages(), *browser_packages()]
    if chosen.command == "audit":
        with httpx.Client(timeout=20.0) as http:
            return run_audit(packages, http, tolerate_offline=chosen.tolerate_offline)
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    bill = bill_of_materials(packages, _version())
    chosen.out.write_text(json.dumps(bill, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    typer.echo(f"{chosen.out}: {len(packages)} packages.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
