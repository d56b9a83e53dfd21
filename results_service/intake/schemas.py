"""The official schemas, which the operator installs (`AKSON_SCHEMAS`): what is there, compiled once.

Files are found by what they declare, not by their names. What one imports is taken from the same folder by
its file's name, whatever address it says: nothing is fetched. Schemas: svarrapport v1.3 and v1.4 (HIS 80822,
HITS 1102), MsgHead v1.2 (HIS 80601), Base64Container v1.0, of KITH and the Directorate of Health.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from lxml import etree
from msgspec import Struct, structs

_XSD = "{http://www.w3.org/2001/XMLSchema}"
_SIGNATURE = "xmldsig-core-schema.xsd"
# A signature in a MsgHead is not verified here; without W3C's own schema its inside is not judged either.
_ANY_SIGNATURE = (
    b'<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/2000/09/xmldsig#">'
    b'<element name="Signature"/></schema>'
)
_Resolver: Any = etree.Resolver  # its stubs lack resolve_filename


class SchemaProblem(ValueError):
    """The folder of schemas cannot be used at all; the message says what to do."""


class Wanted(Struct, frozen=True):
    """A schema there is use for: its name, namespace and root element."""

    name: str
    namespace: str
    root: str


WANTED = (
    Wanted("svarrapport 1.4", "http://www.kith.no/xmlstds/labsvar/2012-02-15", "Message"),
    Wanted("svarrapport 1.3", "http://www.kith.no/xmlstds/labsvar/2008-12-01", "Message"),
    Wanted("MsgHead 1.2", "http://www.kith.no/xmlstds/msghead/2006-05-24", "MsgHead"),
    Wanted("Base64Container 1.0", "http://www.kith.no/xmlstds/base64container", "Base64Container"),
)


class Installed(Struct, frozen=True):
    """How it stands with one schema. `files`: those that declare it; `fault`: why it cannot be used."""

    wanted: Wanted
    files: tuple[Path, ...] = ()
    fault: str = ""

    @property
    def state(self) -> str:
        """`found`, `missing` or `broken`."""
        return "broken" if self.fault else "found" if self.files else "missing"

    @property
    def words(self) -> str:
        """The state in words, for an operator."""
        if self.fault:
            return f"{self.wanted.name} BROKEN: {self.fault}"
        return f"{self.wanted.name} {self.files[0].name if self.files else 'MISSING'}"


class Schemas(Struct, frozen=True):
    """The schemas of a folder. `compiled` judges messages of `namespaces`; None where there is none."""

    folder: Path
    installed: tuple[Installed, ...]
    compiled: Any
    namespaces: frozenset[str]

    @property
    def broken(self) -> tuple[Installed, ...]:
        """Those that are there and cannot be used."""
        return tuple(one for one in self.installed if one.state == "broken")

    @property
    def words(self) -> str:
        """What is found, missing and broken."""
        return "; ".join(one.words for one in self.installed)


def load(folder: Path | None) -> Schemas | None:
    """The schemas of a folder; None when none is named. Raises `SchemaProblem` when it is not there."""
    if folder is None:
        return None
    if not folder.is_dir():
        raise SchemaProblem(
            f"AKSON_SCHEMAS names {folder}, and there is no such folder: make it and put the schemas of"
            " svarrapport into it, or leave AKSON_SCHEMAS unset."
        )
    return _load(folder)


@lru_cache(maxsize=2)
def _load(folder: Path) -> Schemas:
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".xsd" and path.is_file())
    declared = list(_declared(files))
    installed = [_judge(wanted, declared, files) for wanted in WANTED]
    usable = [one for one in installed if one.state == "found"]
    compiled, fault = _compile({one.wanted.namespace: one.files[0] for one in usable}, files)
    if fault:
        together = f"together with the others, {fault}"
        installed = [structs.replace(one, fault=together) if one in usable else one for one in installed]
        usable = []
    return Schemas(folder, tuple(installed), compiled, frozenset(one.wanted.namespace for one in usable))


def _declared(files: list[Path]) -> Iterator[tuple[Path, str, set[str | None]]]:
    """File, target namespace and global elements of every file that is a schema."""
    for path in files:
        try:
            root = etree.parse(path, _parser()).getroot()
        except (etree.XMLSyntaxError, OSError):
            yield path, "", set()
            continue
        if root.tag == f"{_XSD}schema":
            names = {element.get("name") for element in root.findall(f"{_XSD}element")}
            yield path, root.get("targetNamespace", ""), names


def _judge(wanted: Wanted, declared: list[tuple[Path, str, set[str | None]]], files: list[Path]) -> Installed:
    mine = tuple(p for p, space, names in declared if space == wanted.namespace and wanted.root in names)
    if not mine:
        unreadable = [path.name for path, space, names in declared if not space and not names]
        fault = f"{', '.join(unreadable)} cannot be read: install it again" if unreadable else ""
        return Installed(wanted, (), fault)
    if len({path.read_bytes() for path in mine}) > 1:
        names = ", ".join(path.name for path in mine)
        return Installed(wanted, mine, f"several files declare it ({names}): keep one")
    _, fault = _compile({wanted.namespace: mine[0]}, files)
    return Installed(wanted, mine, fault)


def _compile(chosen: dict[str, Path], files: list[Path]) -> tuple[Any, str]:
    """One schema that imports the chosen ones, and what is wrong with it."""
    if not chosen:
        return None, ""
    root = etree.Element(f"{_XSD}schema")
    for number, namespace in enumerate(chosen):
        etree.SubElement(root, f"{_XSD}import", namespace=namespace, schemaLocation=f"akson:{number}")
    folder = _Folder(list(chosen.values()), files)
    parser = _parser()
    parser.resolvers.add(folder)
    try:
        return etree.XMLSchema(etree.fromstring(etree.tostring(root), parser)), ""
    except etree.XMLSchemaParseError as error:
        if folder.missing:
            return None, f"it needs {', '.join(sorted(folder.missing))}, which the folder lacks"
        line = error.error_log[0].line if len(error.error_log) else 0
        return None, f"it is no valid schema (line {line}): install it again"


def _parser() -> etree.XMLParser:
    return etree.XMLParser(no_network=True, load_dtd=False)


class _Folder(_Resolver):  # type: ignore[misc]
    """Answers every address from the folder: chosen files by number, others by name; else with nothing."""

    def __init__(self, chosen: list[Path], files: list[Path]) -> None:
        self._chosen = {f"akson:{number}": path for number, path in enumerate(chosen)}
        self._by_name = {path.name: path for path in reversed(files)}
        self.missing: set[str] = set()

    def resolve(self, system_url: str, _public_id: str, context: object) -> Any:
        name = system_url.rpartition("/")[2]
        path = self._chosen.get(system_url) or self._by_name.get(name)
        if path is not None:
            return self.resolve_filename(str(path), context)
        if name == _SIGNATURE:
            return self.resolve_string(_ANY_SIGNATURE, context)
        self.missing.add(name)
        return self.resolve_empty(context)
