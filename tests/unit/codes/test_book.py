"""The code book: what comes with the product, and what is read from the directorate's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from results_service.codes import CodeBook, CodeFileError
from results_service.codes.systems import NLK, OID_ROOT
from tests.shared import SHARED, requires_shared

HEAD = (
    "kode,gyldig_fra,gyldig_til,erstattes_av,norsk_bruksnavn,komponent,enhet,primært_fagområde,gruppering\n"
)


class TestBuiltin:
    def test_common_codes_have_name_field_group_and_unit(self) -> None:
        info = CodeBook.builtin().find(NLK, "NPU03230")
        assert info is not None
        assert (info.name, info.field, info.group, info.ucum) == (
            "P-Kalium",
            "CLIN",
            "Elektrolytter",
            "mmol/L",
        )
        assert info.at_once

    def test_it_says_that_it_is_not_the_whole_nlk(self) -> None:
        assert not CodeBook.builtin().complete

    def test_what_may_be_shown_at_once_is_never_genetic_pathology_or_without_field(self) -> None:
        for info in CodeBook.builtin():
            if info.at_once:
                assert info.field in ("CLIN", "MBIO"), info.code
                assert not info.is_genetic

    @pytest.mark.parametrize("code", ["NPU54286", "NPU29745"])
    def test_genetic_codes_are_known_as_such(self, code: str) -> None:
        info = CodeBook.builtin().find(NLK, code)
        assert info is not None
        assert info.is_genetic

    def test_short_lists_name_their_codes(self) -> None:
        info = CodeBook.builtin().find(OID_ROOT + "8244", "1")
        assert info is not None
        assert info.name == "Over øvre referansegrense"

    def test_nothing_is_found_under_another_system(self) -> None:
        assert CodeBook.builtin().find(OID_ROOT + "8212", "NPU03230") is None


class TestNlkFile:
    def read(self, tmp_path: Path, text: str, encoding: str = "utf-8") -> CodeBook:
        path = tmp_path / "nlk.csv"
        path.write_bytes(text.encode(encoding))
        return CodeBook.from_nlk_csv(path)

    def test_rows_become_codes(self, tmp_path: Path) -> None:
        book = self.read(
            tmp_path,
            HEAD + "NPU1,2013-01-25,2020-02-29,NPU2,P-Noe,Noe,x 10E9/L,Medisinsk genetikk,\n"
            'NPU2,2013-01-25,,,P-Annet,,µmol/L,Klinisk farmakologi,"Farmakogenetiske analyser, alle"\n',
        )
        assert book.complete
        first, second = book.find(NLK, "NPU1"), book.find(NLK, "NPU2")
        assert first is not None
        assert second is not None
        assert (first.name, first.field, first.successor, first.valid_to) == (
            "P-Noe",
            "MGEN",
            "NPU2",
            "2020-02-29",
        )
        assert (first.ucum, second.ucum) == ("10*9/L", "umol/L")
        assert first.is_genetic
        assert second.is_genetic

    def test_the_row_in_force_counts(self, tmp_path: Path) -> None:
        old = "NPU1,,2019-12-31,,Gammel,,,Patologi,\n"
        older = "NPU1,,2015-12-31,,Eldst,,,Patologi,\n"
        new = "NPU1,,,,Ny,,,Patologi,\n"
        for order in (old + new + older, new + old, older + old + new):
            info = self.read(tmp_path, HEAD + order).find(NLK, "NPU1")
            assert info is not None
            assert info.name == "Ny"
        info = self.read(tmp_path, HEAD + older + old).find(NLK, "NPU1")
        assert info is not None
        assert info.name == "Gammel"

    def test_what_may_be_shown_at_once_stays_so_unless_nlk_calls_it_genetic(self, tmp_path: Path) -> None:
        row = "NPU03230,,,,P-Kalium,,mmol/L,Medisinsk biokjemi,{}\n"
        kept = self.read(tmp_path, HEAD + row.format("Elektrolytter")).find(NLK, "NPU03230")
        assert kept is not None
        assert kept.at_once
        moved = self.read(tmp_path, HEAD + row.format("Genetiske undersøkelser")).find(NLK, "NPU03230")
        assert moved is not None
        assert not moved.at_once

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1"])
    def test_the_encodings_of_the_field(self, tmp_path: Path, encoding: str) -> None:
        book = self.read(tmp_path, HEAD.replace(",", ";") + "NPU1;;;;P-Ære;;;Patologi;\n", encoding)
        info = book.find(NLK, "NPU1")
        assert info is not None
        assert info.name == "P-Ære"

    @pytest.mark.parametrize("text", ["", "code,display\nS,Sensitiv\n", "\x00\x01"])
    def test_another_file_is_refused_with_what_is_missing(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(CodeFileError, match="kode"):
            self.read(tmp_path, text)

    @requires_shared
    def test_the_whole_of_nlk(self) -> None:
        assert SHARED is not None
        book = CodeBook.from_nlk_csv(SHARED / "codes" / "nlk_7280.csv")
        assert len([info for info in book if info.system == NLK]) == 11391
        genetic = book.find(NLK, "NPU54286")
        assert genetic is not None
        assert genetic.is_genetic
        # No group of ordinary investigations is taken for a genetic one.
        assert not any(
            info.is_genetic for info in book if info.group in ("Hematologi", "Fenetylaminer", "Elektrolytter")
        )

    @requires_shared
    def test_the_built_in_names_are_nlks_own(self) -> None:
        assert SHARED is not None
        book = CodeBook.from_nlk_csv(SHARED / "codes" / "nlk_7280.csv")
        for info in CodeBook.builtin():
            if info.system == NLK:
                real = book.find(NLK, info.code)
                assert real is not None
                assert (info.name, info.field, info.group, info.unit) == (
                    real.name,
                    real.field,
                    real.group,
                    real.unit,
                )


class TestListFile:
    def test_a_list_is_known_by_its_number(self, tmp_path: Path) -> None:
        path = tmp_path / "volven_8351.csv"
        path.write_text("code,display\nS,Serum\nP,Plasma\n", encoding="utf-8")
        book = CodeBook.from_list_csv(path)
        info = book.find(OID_ROOT + "8351", "P")
        assert info is not None
        assert info.name == "Plasma"
        assert not book.complete

    def test_a_name_without_number_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "liste.csv"
        path.write_text("code,display\nS,Serum\n", encoding="utf-8")
        with pytest.raises(CodeFileError, match="number"):
            CodeBook.from_list_csv(path)
        assert CodeBook.from_list_csv(path, "8351").find(OID_ROOT + "8351", "S") is not None

    def test_another_file_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "volven_8351.csv"
        path.write_text("a,b\n1,2\n", encoding="utf-8")
        with pytest.raises(CodeFileError, match="display"):
            CodeBook.from_list_csv(path)

    def test_books_are_put_together(self, tmp_path: Path) -> None:
        path = tmp_path / "volven_8351.csv"
        path.write_text("code,display\nS,Serum\n", encoding="utf-8")
        both = CodeBook.builtin().merged(CodeBook.from_list_csv(path))
        assert both.find(OID_ROOT + "8351", "S") is not None
        assert both.find(NLK, "NPU03230") is not None
        assert len(both) == len(CodeBook.builtin()) + 1
