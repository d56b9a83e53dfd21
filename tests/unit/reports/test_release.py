"""When a citizen may see a report: the strictest item decides."""

from __future__ import annotations

from typing import Any

import pytest

from results_service.codes import CodeBook
from tests.unit.reports.build import (
    PERSON,
    code,
    investigation,
    item,
    mapped,
    message,
    num,
)


class TestRelease:
    def release(self, *items: str, codes: CodeBook | None = None, **said: Any) -> int:
        return mapped(message(*items, **said), codes).report.release_class

    KALIUM = item(investigation(), num("4.4"))

    def test_listed_numbers_are_shown_at_once(self) -> None:
        assert self.release(self.KALIUM, self.KALIUM) == 1

    def test_a_local_code_beside_a_listed_one_only_repeats_it(self) -> None:
        both = (
            "<Investigation>" + code("Id", "NPU03230", "7280") + code("Id", "K", "8212") + "</Investigation>"
        )
        assert self.release(item(both, num("4.4"))) == 1

    @pytest.mark.parametrize(
        ("other", "expected"),
        [
            (item(investigation("X", "8212"), num("1")), 2),
            (item(investigation(), "<TextResult><TextResultValue>høy</TextResultValue></TextResult>"), 2),
            (item(investigation(), num("4.4"), "<Comment>hemolyse</Comment>"), 2),
            (item(investigation("NPU08669"), num("4.4")), 2),  # PSA: known, not listed
            (item(investigation("NPU03230", "7230"), num("4.4")), 1),
            (item(investigation("OUS00488", "7230"), num("4.4")), 2),
            (item(investigation("NPU99999"), num("4.4")), 3),  # unknown while NLK is not loaded
            (item(investigation(), num("4.4"), status="2"), 3),
            (item(investigation("A", "8219")), 3),
            (item(investigation("NPU54286"), num("1")), 4),
            (item(investigation(), num("4.4"), serv_type="M", status="2"), 3),
        ],
    )
    def test_the_strictest_item_decides(self, other: str, expected: int) -> None:
        assert self.release(self.KALIUM, other) == expected

    def test_a_code_nlk_does_not_know_counts_as_unlisted_once_nlk_is_loaded(self) -> None:
        complete = CodeBook(CodeBook.builtin(), complete=True)
        assert self.release(item(investigation("NPU99999"), num("4.4")), codes=complete) == 2

    @pytest.mark.parametrize(
        ("said", "expected"),
        [
            ({"status": "P"}, 3),
            ({"status": "S"}, 3),
            ({"kind": "HIST"}, 3),
            ({"kind": "MGEN"}, 4),
            ({"report": "<Comment>merk</Comment>"}, 2),
            ({"report": "<CodedComment V='TA'/>"}, 2),
            ({"serv_type": "C"}, 1),
        ],
    )
    def test_the_report_can_be_stricter(self, said: dict[str, Any], expected: int) -> None:
        assert self.release(self.KALIUM, **said) == expected

    def test_a_report_without_results_is_not_shown_at_once(self) -> None:
        assert self.release() == 2
        assert self.release(person=PERSON, serv_type="C") == 2
