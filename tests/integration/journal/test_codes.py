"""Codes: found by what is written, loaded by the operator, refused where the whole system is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from journal_api.journal.codes.service import import_file
from kit.tables import CodeFileError
from tests.conftest import TestDatabase
from tests.integration.journal.conftest import Journal, code_of
from tests.integration.journal.test_lists import make, sent


async def found(journal: Journal, system: str, query: str, count: int = 20) -> list[dict[str, Any]]:
    body = {"system": system, "query": query, "count": count}
    answer = await journal.ok("lege-koman", None, "POST", "/codes/_search", body)
    codes: list[dict[str, Any]] = answer["codes"]
    return codes


def load(postgres: TestDatabase, folder: Path, text: str, *, whole: bool = False) -> Any:
    path = folder / "codes.csv"
    path.write_text(text, encoding="utf-8")
    with psycopg.connect(postgres.superuser_dsn) as conn:
        return import_file(conn, path, whole=whole)


@pytest.fixture
def clean_codes(postgres: TestDatabase) -> Any:
    yield
    with psycopg.connect(postgres.superuser_dsn) as conn:
        conn.execute("DELETE FROM journal.code_system")
        conn.execute("DELETE FROM journal.code WHERE origin = 'operator'")


@pytest.mark.parametrize(
    ("system", "query", "first"),
    [
        ("icpc-2", "T90", "T90"),
        ("icpc-2", "t9", "T90"),
        ("icpc-2", "diab typ 2", "T90"),
        ("icpc-2", "heart fail", "K77"),
        ("icd-10", "e11", "E11.9"),
        ("atc", "metf", "A10BA02"),
        ("sysvak", "hpv", "HPV01"),
        ("atc", "røde hunder", "J07BD52"),
        ("9602", "epikrise", "A00-1"),
    ],
)
async def test_given_the_beginning_of_a_code_or_of_words_then_the_best_is_first(
    journal: Journal, system: str, query: str, first: str
) -> None:
    assert [one["code"] for one in await found(journal, system, query)][:1] == [first]


@pytest.mark.parametrize("query", ["", "  ", "%", "_", "'; DROP", "zzzz", "& | !"])
async def test_given_signs_of_no_word_then_nothing_is_found(journal: Journal, query: str) -> None:
    assert await found(journal, "icpc-2", query) == []


async def test_given_another_system_then_it_says_which_there_are(journal: Journal) -> None:
    body = {"system": "loinc", "query": "x"}
    answer = await journal.call("lege-koman", None, "POST", "/codes/_search", body)
    assert code_of(answer) == "422 code-system"
    assert len(await found(journal, "icpc-2", "a", count=3)) == 3


async def test_given_a_loaded_file_then_its_words_count_and_loading_again_changes_nothing(
    journal: Journal, postgres: TestDatabase, tmp_path: Path, clean_codes: None
) -> None:
    text = "system;code;nb;en\nicpc-2;T90;Sukkersyke type 2;\nicpc-2;T91;Vitaminmangel;Vitamin deficiency\n"
    first, again = load(postgres, tmp_path, text), load(postgres, tmp_path, text)
    assert (first.codes, first.changed, again.changed) == (2, 2, 0)
    assert (await found(journal, "icpc-2", "sukker"))[0]["code"] == "T90"
    await make(journal, "Condition", coding={"system": "icpc-2", "code": "T99", "display": "Annet"})


async def test_given_the_whole_system_then_what_is_not_in_it_is_refused_but_stays_where_it_stands(
    journal: Journal, postgres: TestDatabase, tmp_path: Path, clean_codes: None
) -> None:
    before = await make(journal, "Condition", coding={"system": "icpc-2", "code": "T99", "display": "Annet"})
    done = load(postgres, tmp_path, "system,code,nb\nicpc-2,T90,Diabetes type 2\n", whole=True)
    assert done.ended > 50

    other = sent("Condition", coding={"system": "icpc-2", "code": "T98", "display": "x"})
    refused = await journal.call("lege-koman", "line", "PUT", f"/journal/Condition/{uuid4()}", other)
    assert code_of(refused) == "422 code-unknown"
    await make(journal, "Condition")
    same = sent("Condition", coding={"system": "icpc-2", "code": "T99", "display": "Annet"}, note="Ny")
    path = f"/journal/Condition/{before['id']}"
    await journal.ok("lege-koman", "line", "PUT", path, same, If_Match='"1"')
    assert await found(journal, "icpc-2", "K77") == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("loinc,1-8,x", "system must be"),
        ("icpc-2,T9,x", "form of a code"),
        ("icpc-2,T90,", "nb must have words"),
        ("icpc-2,T90,Diabetes\nicpc-2,T90,Annet", "stands twice"),
    ],
)
def test_given_a_bad_line_then_the_file_is_refused_with_its_line(
    postgres: TestDatabase, tmp_path: Path, line: str, said: str
) -> None:
    with pytest.raises(CodeFileError, match=said):
        load(postgres, tmp_path, "system,code,nb\n" + line + "\n")
