"""Trees of results: nesting and references in either order, inheritance, dates, and what cannot be tied."""

from __future__ import annotations

import pytest

from tests.unit.reports.build import (
    KODEVERK,
    code,
    investigation,
    item,
    linked,
    mapped,
    message,
    specimen,
    text,
    tops,
    tree,
)


class TestShape:
    def test_nested_items_are_members(self) -> None:
        found = mapped(message(linked("A", "", linked("B"), linked("C"))))
        assert tree(found) == {"A": ["B", "C"]}
        assert tops(found) == ["A"]

    def test_references_make_members_in_either_order(self) -> None:
        forwards = mapped(message(linked("R1", "M"), linked("M"), linked("R2", "M")))
        backwards = mapped(message(linked("M"), linked("R1", "M"), linked("R2", "M")))
        assert tree(forwards) == tree(backwards) == {"M": ["R1", "R2"]}
        assert tops(forwards) == tops(backwards) == ["M"]

    def test_chains_of_references(self) -> None:
        found = mapped(message(linked("R", "M"), linked("M", "C"), linked("C")))
        assert tree(found) == {"M": ["R"], "C": ["M"]}

    def test_a_reference_to_the_item_it_is_nested_in_says_nothing_new(self) -> None:
        found = mapped(message(linked("M", "", linked("R", "M"))))
        assert tree(found) == {"M": ["R"]}
        assert found.issues == []

    def test_a_nested_item_that_refers_within_its_tree_moves_out_one_step(self) -> None:
        found = mapped(message(linked("G", "", linked("M"), linked("R", "M"))))
        assert tree(found) == {"G": ["M"], "M": ["R"]}

    def test_a_nested_item_that_refers_to_another_tree_stands_in_both(self) -> None:
        found = mapped(message(linked("G", "", linked("R", "M")), linked("M")))
        assert tree(found) == {"G": ["R"], "M": ["R"]}

    @pytest.mark.parametrize(
        "items",
        [
            (linked("A", "A"),),
            (linked("A", "B"), linked("B", "A")),
            (linked("A", "C"), linked("B", "A"), linked("C", "B")),
            (linked("A", "B", linked("B")),),
        ],
    )
    def test_circles_are_cut_and_told_and_nothing_is_lost(self, items: tuple[str, ...]) -> None:
        found = mapped(message(*items))
        assert found.issues == ["result-reference-loop"]
        reached = set(tops(found))
        for members in tree(found).values():
            reached.update(members)
        assert reached == {o["identifier"][0]["value"] for o in found.observations}

    def test_a_dangling_reference_is_told_and_the_result_stands_by_itself(self) -> None:
        found = mapped(message(linked("R", "borte"), linked("M")))
        assert found.issues == ["result-reference-dangling"]
        assert tops(found) == ["R", "M"]
        issue = found.report.issues[0]
        assert issue.path == "ServReport/Patient/ResultItem[1]"

    def test_a_resistance_is_not_tied_to_one_of_two_with_the_same_id(self) -> None:
        found = mapped(
            message(
                linked("1", "", text("E. coli")), linked("1", "", text("K. pneumoniae")), linked("R", "1")
            )
        )
        assert found.issues == ["result-reference-dangling"]
        assert tree(found) == {}

    def test_ids_follow_the_report_and_the_items_own_id(self) -> None:
        first = mapped(message(linked("A"), linked("B")))
        second = mapped(message(linked("B", serv_type="M"), linked("A", serv_type="H"), serv_type="M"))
        ids = [
            {o["identifier"][0]["value"]: o["id"] for o in found.observations} for found in (first, second)
        ]
        assert ids[0] == ids[1]
        assert len({o["id"] for o in first.observations}) == 2

    def test_a_long_chain_is_mapped(self) -> None:
        found = mapped(message(linked("0"), *(linked(str(n), str(n - 1)) for n in range(1, 90))))
        assert tops(found) == ["0"]
        assert len(found.observations) == 90

    @pytest.mark.parametrize("step", [1, -1])
    def test_a_hostile_chain_costs_little_and_loses_nothing(self, step: int) -> None:
        found = mapped(message(*(linked(str(n), str(n + step)) for n in range(2000))))
        assert len(found.resources("Observation")) == 2000
        assert found.diagnostic_report["result"]


class TestTags:
    def test_all_codes_of_the_tree_stand_at_the_top(self) -> None:
        organism = text("E. coli", code("TextCode", "ESCOLI", "8271", "E. coli"))
        found = mapped(
            message(
                linked("M", "", investigation("NPU06061"), organism),
                linked(
                    "R",
                    "M",
                    investigation("NPU54371"),
                    text("", code("TextCode", "R", "8271"), heading="RSB"),
                ),
                kind="MBIO",
            )
        )
        top, member = found.by_item("M"), found.by_item("R")
        assert [t["code"] for t in top["meta"]["tag"]] == ["NPU06061", "ESCOLI", "NPU54371", "R"]
        assert "tag" not in member["meta"]
        resource = found.resources("Observation")[0]
        assert resource.codes == [KODEVERK + "7280-nlk|NPU06061", KODEVERK + "8271|ESCOLI"]
        assert len(resource.tags) == 4

    def test_a_cancelled_result_is_not_found_by_what_it_said(self) -> None:
        organism = text("E. coli", code("TextCode", "ESCOLI", "8271"))
        found = mapped(
            message(linked("M", "", investigation("NPU06061"), organism, serv_type="C"), serv_type="M")
        )
        assert [t["code"] for t in found.observations[0]["meta"]["tag"]] == ["NPU06061"]

    def test_codes_without_value_are_no_tags(self) -> None:
        found = mapped(message(item(investigation("", "8212", "", original="Mengde"), text("rikelig"))))
        observation = found.observations[0]
        assert "tag" not in observation["meta"]
        assert observation["code"] == {
            "coding": [{"system": KODEVERK + "8212", "display": "Mengde"}],
            "text": "Mengde",
        }


class TestDates:
    @staticmethod
    def effective(*items: str, patient: str = "", **said: str) -> tuple[str, list[str]]:
        found = mapped(message(*items, patient=patient, **said))
        return found.diagnostic_report["effectiveDateTime"], [
            o["effectiveDateTime"] for o in found.observations
        ]

    def test_the_specimens_date_leads(self) -> None:
        with_specimen = item("<RefAnalysedSubject>1</RefAnalysedSubject>", '<InvDate V="2021-03-17"/>')
        report, dates = self.effective(with_specimen, item(), patient=specimen("1", "2021-03-16T08:00:00"))
        assert dates == ["2021-03-16T08:00:00+01:00", "2021-03-17T11:00:00+01:00"]
        assert report == "2021-03-16T08:00:00+01:00"

    def test_then_the_date_of_the_investigation_then_the_reports(self) -> None:
        _, dates = self.effective(item('<InvDate V="2021-03-15"/>'), item())
        assert dates == ["2021-03-15", "2021-03-17T11:00:00+01:00"]
        report, dates = self.effective(item(), issued="")
        assert dates == ["2021-03-17T12:00:00+01:00"]
        assert report == "2021-03-17T12:00:00+01:00"

    def test_a_member_without_dates_has_its_parents(self) -> None:
        parent = linked(
            "M", "", '<InvDate V="2021-03-10"/>', linked("N"), linked("O", "", '<InvDate V="2021-03-09"/>')
        )
        report, dates = self.effective(parent)
        assert dates == ["2021-03-10", "2021-03-10", "2021-03-09"]
        assert report == "2021-03-09"

    def test_a_report_without_results_has_its_own_date(self) -> None:
        report, _ = self.effective()
        assert report == "2021-03-17T11:00:00+01:00"

    def test_the_part_of_a_specimen_was_taken_with_it(self) -> None:
        nested = specimen("1", "2021-03-16", specimen("2", ""))
        _, dates = self.effective(item("<RefAnalysedSubject>2</RefAnalysedSubject>"), patient=nested)
        assert dates == ["2021-03-16"]

    @pytest.mark.parametrize("patient", ["", specimen("1", "2021-03-01") + specimen("1", "2021-03-02")])
    def test_a_reference_that_finds_no_one_specimen_gives_no_date(self, patient: str) -> None:
        found = mapped(message(item("<RefAnalysedSubject>1</RefAnalysedSubject>"), patient=patient))
        assert found.observations[0]["effectiveDateTime"] == "2021-03-17T11:00:00+01:00"
        assert "specimen" not in found.observations[0]
        assert found.issues == ["specimen-reference-dangling"]
