"""The official schemas of ../shared, with the absolute import of kith.xsd resolved locally."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from tests.shared import SHARED

_FILES = {
    "http://www.kith.no/xmlstds/labsvar/2012-02-15": "svar-v1.4.xsd",
    "http://www.kith.no/xmlstds/labsvar/2008-12-01": "svar-v13.xsd",
}


_Resolver: Any = etree.Resolver  # its stubs lack resolve_filename


class _Local(_Resolver):  # type: ignore[misc]
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def resolve(self, system_url: str, public_id: str, context: object) -> Any:
        return self.resolve_filename(str(self.folder / Path(system_url).name), context)


@cache
def schema(namespace: str) -> etree.XMLSchema:
    """The schema of a message namespace."""
    assert SHARED is not None
    folder = SHARED / "testdata" / "xsd"
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Local(folder))
    return etree.XMLSchema(etree.parse(str(folder / _FILES[namespace]), parser))


def faults(body: bytes) -> list[str]:
    """What the schema says against a message; empty when valid."""
    root = etree.fromstring(body)
    validator: Any = schema(etree.QName(root).namespace or "")
    validator.validate(root)
    return [f"{e.line}: {e.message}" for e in validator.error_log]
