"""The book of codes: what a code is called, which field it belongs to, its unit, what replaced it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from msgspec import Struct

from kit.tables import rows
from results_service.codes import sources
from results_service.codes.systems import NLK, OID_ROOT


class CodeInfo(Struct, frozen=True):
    """A code as the book knows it.

    `system` is the OID, `field` a code of 8202 (CLIN, MBIO, MGEN, FARM, IMTR, PAT) or "", `group` NLK's
    gruppering, `unit` as NLK writes it, `successor` the code that replaced it, `valid_to` an ISO date or "".
    `at_once` says whether the citizen may see such a result at once (clinical rule 4).
    """

    system: str
    code: str
    name: str
    field: str = ""
    group: str = ""
    unit: str = ""
    ucum: str | None = None
    successor: str | None = None
    valid_to: str = ""
    at_once: bool = False

    @property
    def is_genetic(self) -> bool:
        """Whether NLK groups the code among genetic investigations, of whatever field."""
        group = self.group.lower()
        return self.field == "MGEN" or "genetisk" in group or "genotype" in group


class CodeBook:
    """Codes by (system OID, code). `complete` says whether the whole NLK is loaded."""

    def __init__(self, infos: Iterable[CodeInfo] = (), *, complete: bool = False) -> None:
        self._infos = {(info.system, info.code): info for info in infos}
        self.complete = complete

    def __len__(self) -> int:
        return len(self._infos)

    def __iter__(self) -> Iterator[CodeInfo]:
        return iter(self._infos.values())

    def find(self, system_oid: str, code: str) -> CodeInfo | None:
        """The code's entry, or None."""
        return self._infos.get((system_oid, code))

    def merged(self, other: CodeBook) -> CodeBook:
        """Both books in one; `other` decides names and groups, what may be seen at once stays."""
        infos = dict(self._infos)
        for key, info in other._infos.items():
            mine = infos.get(key)
            infos[key] = _keep_release(info, mine) if mine is not None and mine.at_once else info
        return CodeBook(infos.values(), complete=self.complete or other.complete)

    @staticmethod
    def builtin() -> CodeBook:
        """The commonest NLK codes and the short code lists, which come with the product."""
        return _builtin()

    @staticmethod
    def from_nlk_csv(path: Path) -> CodeBook:
        """The whole NLK from the directorate's CSV file, with the built-in book beneath it.

        Raises `kit.tables.CodeFileError` when the file is no such table.
        """
        return _builtin().merged(CodeBook(CodeBook.nlk_codes(path), complete=True))

    @staticmethod
    def nlk_codes(path: Path) -> list[CodeInfo]:
        """The rows of NLK's CSV file alone. Raises `kit.tables.CodeFileError`."""
        return [
            CodeInfo(
                system=NLK,
                code=row.code,
                name=row.name,
                field=row.field,
                group=row.group,
                unit=row.unit,
                ucum=row.ucum,
                successor=row.successor,
                valid_to=row.valid_to,
            )
            for row in sources.read_nlk(path)
        ]

    @staticmethod
    def from_list_csv(path: Path, number: str | None = None) -> CodeBook:
        """A short code list (columns code, display), named by its number in Volven, as "8245".

        Without `number` it is taken from the file's name. Raises `kit.tables.CodeFileError`.
        """
        number = number or sources.list_number(path)
        return CodeBook(CodeInfo(OID_ROOT + number, row.code, row.name) for row in sources.read_list(path))


def _keep_release(info: CodeInfo, mine: CodeInfo) -> CodeInfo:
    return CodeInfo(
        info.system,
        info.code,
        info.name,
        info.field,
        info.group,
        info.unit,
        info.ucum,
        info.successor,
        info.valid_to,
        mine.at_once and not info.is_genetic,
    )


@cache
def _builtin() -> CodeBook:
    text = (files("results_service.codes") / "data" / "common_codes.csv").read_text(encoding="utf-8")
    return CodeBook(
        CodeInfo(
            system=OID_ROOT + row["set"],
            code=row["code"],
            name=row["name"],
            field=row["field"],
            group=row["group"],
            unit=row["unit"],
            ucum=sources.unit_code(row["unit"]),
            at_once=row["at_once"] == "1",
        )
        for row in rows(text)
    )
