"""What the journal's page shows: nothing hidden, the severe first, notes in their template's order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from kit.norway import OSLO
from portal.clients.journal import Entry, Measure, Section, Stamp, Template, Templates, Version
from portal.clients.screens import (
    Field,
    Group,
    NewReport,
    NewsAnswer,
    ReportHead,
    Row,
    TableAnswer,
    Value,
)
from portal.clinician.journal import fields, forms, latest, lists, over_time, transform
from portal.clinician.journal.fields import InputMalformed
from portal.clinician.journal.forms import NumberMalformed
from portal.clinician.journal.transform import Wanted
from portal.frame import critical
from portal.ui.texts import LANGUAGES, texts

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
GP = Stamp("1", "Magnar Koman", NOW, "LE")


def words(text: str) -> dict[str, str]:
    return dict.fromkeys(("nb", "nn", "en"), text)


SECTIONS = [
    Section("story", "text", words("Anamnese")),
    Section("values", "observations", words("Målinger"), measured=["pulse"]),
    Section("code", "code", words("Diagnose"), systems=["icpc-2"]),
    Section("plan", "text", words("Tiltak"), required=True),
]
KNOWN = Templates(
    [Template("gp", "gp", ["LE"], words("Konsultasjon"), SECTIONS)],
    {"pulse": Measure("/min", 10, 350, 0, words("Puls"))},
)
BODY = {
    "template": "gp",
    "texts": {"plan": "Ser det an.", "story": "Hoste.", "gone": "Sto her før."},
    "codes": {"code": [{"system": "icpc-2", "code": "R05", "display": "Hoste"}]},
    "measured": {"pulse": 72.5},
}


def entry(kind: str, body: dict[str, Any], **said: Any) -> Entry:
    values: dict[str, Any] = {
        "id": f"{kind}{len(str(body))}",
        "version": 1,
        "state": "active",
        "at": NOW,
    } | said
    return Entry(kind=kind, unit="313900541", made=GP, changed=GP, body=body, **values)


def test_a_notes_parts_stand_in_the_templates_order_and_what_it_no_longer_has_comes_last() -> None:
    (event,) = transform.events(
        {"Composition": [entry("Composition", BODY, signed=GP, state="signed")]}, KNOWN, Wanted()
    )
    said = [(part.label["nb"], part.text) for part in event.parts]
    assert said == [
        ("Anamnese", "Hoste."),
        ("Puls", "72,5 /min"),
        ("Diagnose", "R05 Hoste"),
        ("Tiltak", "Ser det an."),
        ("gone", "Sto her før."),
    ]


def test_the_severe_and_confirmed_stand_first_among_what_is_critical() -> None:
    allergies = [
        entry("AllergyIntolerance", {"substance": "Bjørk", "criticality": "low", "certainty": "confirmed"}),
        entry(
            "AllergyIntolerance", {"substance": "Penicillin", "criticality": "high", "certainty": "suspected"}
        ),
        entry("AllergyIntolerance", {"substance": "Nøtter", "criticality": "high", "certainty": "confirmed"}),
    ]
    lines = critical.warnings(
        {"AllergyIntolerance": allergies, "Flag": [entry("Flag", {"text": "Pacemaker"})]}
    )
    assert [line.head for line in lines] == ["Nøtter", "Penicillin", "Bjørk", "Pacemaker"]
    assert [line.uncertain for line in lines] == [False, True, False, False]


def test_an_empty_list_is_shown_as_empty_and_every_line_says_what_it_is() -> None:
    medicine = {"name": "Metformin", "strength": "500 mg", "form": "tablett", "dose": "1 om morgenen"}
    found = lists.groups({"MedicationStatement": [entry("MedicationStatement", medicine, state="on-hold")]})
    assert [group.kind for group in found] == list(lists.LISTS)
    (line,) = next(group.lines for group in found if group.kind == "MedicationStatement")
    assert (line.head, line.state) == ("Metformin 500 mg tablett", "on-hold")
    assert "1 om morgenen" in line.detail


def test_words_narrow_contacts_and_notes_and_the_newest_stand_first() -> None:
    contact = entry(
        "Encounter", {"form": "phone", "reason": "Resept"}, at=NOW + timedelta(hours=1), state="finished"
    )
    found = {"Composition": [entry("Composition", BODY)], "Encounter": [contact]}
    assert [event.kind for event in transform.events(found, KNOWN, Wanted())] == ["contact", "note"]
    assert [event.kind for event in transform.events(found, KNOWN, Wanted("hoste r05"))] == ["note"]
    assert transform.events(found, KNOWN, Wanted("feber")) == []


def test_earlier_versions_leave_out_the_present_one() -> None:
    versions = [
        Version(2, "signed", NOW, GP, BODY),
        Version(1, "signed", NOW, GP, BODY | {"texts": {"plan": "A"}}),
    ]
    (one,) = transform.former(versions, KNOWN)
    assert "A" in [part.text for part in one.parts]


def test_service_author_and_kind_narrow_too() -> None:
    lin = Stamp("2", "Rita Lin", NOW, "LE")
    contact = Entry(
        "c", "Encounter", 1, "planned", NOW, "313900762", lin, lin, {"form": "phone", "service": "emergency"}
    )
    found = {"Composition": [entry("Composition", BODY, state="draft")], "Encounter": [contact]}

    def kinds(**asked: str) -> list[str]:
        return [event.kind for event in transform.events(found, KNOWN, Wanted(**asked))]

    assert kinds(service="gp") == ["note"]
    assert kinds(author="Rita Lin") == ["contact"]
    assert kinds(kind="draft") == kinds(kind="note") == ["note"]
    assert transform.authors(found) == ["Magnar Koman", "Rita Lin"]
    assert [one.key for one in transform.open_contacts(found, "313900762")] == ["c"]
    assert transform.open_contacts(found, "313900541") == []


def test_a_list_that_the_role_does_not_see_is_no_empty_list() -> None:
    closed = {group.kind: group.closed for group in lists.groups({"Condition": []})}
    assert closed["Condition"] is False
    assert closed["MedicationStatement"] is True


def test_what_stands_in_the_form_is_what_is_sent_and_a_number_that_is_none_is_not() -> None:
    made = forms.form_of(KNOWN.templates[0], KNOWN.measured, BODY)
    values = {one.name: one.value for one in made.fields} | {"template": "gp", "version": "3"}
    texts = {name: text for name, text in BODY["texts"].items() if name != "gone"}  # type: ignore[attr-defined]
    assert forms.body_of(values) == BODY | {"texts": texts}
    two = forms.body_of({"template": "gp", "code:code:icpc-2": "r05 Hoste, tørr; R74 Forkjølelse"})
    assert [(c["code"], c["display"]) for c in two["codes"]["code"]] == [
        ("R05", "Hoste, tørr"),
        ("R74", "Forkjølelse"),
    ]


@pytest.mark.parametrize(
    "wrong", [{"value:pulse": "sytti"}, {"value:pulse": "nan"}, {"code:code:icpc-2": "R05"}]
)
def test_a_number_or_code_that_is_none_is_not_sent(wrong: dict[str, str]) -> None:
    with pytest.raises(NumberMalformed):
        forms.body_of({"template": "gp", **wrong})


def test_a_lists_form_sends_what_it_shows_and_keeps_what_it_does_not() -> None:
    body = {
        "name": "Warfarin",
        "use": "fixed",
        "source": "gp",
        "ends": "2026-12-31",
        "confirmed": {"by": "x"},
    }
    before = entry("MedicationStatement", body)
    values = {one.name: one.value for one in fields.filled("MedicationStatement", before)}
    assert (values["ends"], values["use"]) == ("31.12.2026", "fixed")
    sent = fields.body_from("MedicationStatement", values | {"atc": "b01aa03 Warfarin"}, before)
    assert sent == body | {"atc": {"system": "atc", "code": "B01AA03", "display": "Warfarin"}}


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("AllergyIntolerance", {}, "substance"),
        ("AllergyIntolerance", {"substance": "Pollen", "category": "weather"}, "category"),
        ("Condition", {"text": "Hoste", "system": "ICPC-2", "coding": "R05"}, "coding"),
        ("Task", {"text": "Ring", "due": "i morgen"}, "due"),
        ("Immunization", {"vaccine": "MMR", "dose": "to"}, "dose"),
    ],
)
def test_what_cannot_be_sent_names_its_field(kind: str, values: dict[str, str], field: str) -> None:
    with pytest.raises(InputMalformed, match=field):
        fields.body_from(kind, values, None)


def test_the_day_of_a_form_is_noon_there_and_never_later_than_now() -> None:
    given = fields.day_from({"at": "01.11.2026"}, None, NOW)
    assert given.astimezone(OSLO).isoformat() == "2026-11-01T12:00:00+01:00"
    assert fields.day_from({"at": "20.11.2026"}, None, NOW) == NOW
    same = entry("Immunization", {"vaccine": "MMR"}, at=NOW - timedelta(hours=1))
    assert fields.day_from({"at": "20.11.2026"}, same, NOW) == same.at
    with pytest.raises(InputMalformed):
        fields.day_from({"at": "31.02.2026"}, None, NOW)


def test_the_newest_reports_stand_first_and_what_a_prescriber_looks_for_is_the_newest_value() -> None:
    def value(report: int, at: str, number: str, flag: str = "") -> Value:
        return Value(report, "quantity", at, True, number, "", "mmol/L", flag)

    potassium = Row("7280|NPU03230", "NPU03230", "P-Kalium", "mmol/L", "mmol/L")
    potassium = msgspec.structs.replace(
        potassium,
        values=[value(0, "2025-01-01T08:00:00Z", "4.1"), value(1, "2026-01-01T08:00:00Z", "5.9", "1")],
    )
    heads = [ReportHead("old", "Biokjemi", "Fürst"), ReportHead("new", "Biokjemi", "Fürst")]
    news = NewsAnswer("2025-06-01T08:00:00Z", [NewReport("new", "new")])
    answer = TableAnswer(heads, [Field("CLIN", [Group("Elektrolytter", [potassium])])], news=news)
    found = latest.latest(answer)
    assert [(r.key, r.marked, r.news) for r in found.reports] == [("new", 1, "new"), ("old", 0, "")]
    assert (found.known, found.fresh) == (True, 1)
    shown = {one.name: (one.shown, one.flag) for one in latest.prescribing(answer)}
    assert shown == {"egfr": ("", ""), "potassium": ("5,9 mmol/L", "high"), "inr": ("", "")}
    assert latest.latest(None).known is False


def test_measured_values_are_drawn_by_measure_and_one_alone_is_no_course() -> None:
    def pulse(value: float, days: int) -> Entry:
        return entry("Observation", {"measure": "pulse", "value": value}, at=NOW + timedelta(days=days))

    (course,) = over_time.courses([pulse(70, 0), pulse(72.5, -30)], KNOWN.measured)
    assert [row.value for row in course.rows] == ["70", "72,5"]
    assert len(course.wide.marks) == 2
    (alone,) = over_time.courses([pulse(70, 0)], KNOWN.measured)
    assert alone.drawn is False


def test_every_field_option_and_state_of_the_forms_has_words() -> None:
    for lang in LANGUAGES:
        known = texts(lang)
        for kind, editable in fields.EDITABLE.items():
            assert f"journal.list.{kind}" in known
            assert [s for s in editable.states if f"journal.becomes.{s}" not in known] == []
            for one in editable.inputs:
                assert f"journal.field.{one.name}" in known
                assert [o for o in one.options if f"journal.option.{o}" not in known] == []


@pytest.mark.parametrize(
    ("kind", "sent", "shown"),
    [
        ("text", "Hemolyse, ny prøve 12.03", "Hemolyse, ny prøve 12.03"),
        ("quantity", "4.10", "4,10 mmol/L"),
        ("range", "4.1-4.3", "4,1-4,3 mmol/L"),
    ],
)
def test_a_newest_value_has_a_decimal_comma_where_it_is_a_number_alone(
    kind: str, sent: str, shown: str
) -> None:
    unit = "" if kind == "text" else "mmol/L"
    value = Value(0, kind, "2026-01-01T08:00:00Z", True, sent, "", unit)
    row = Row("7280|NPU03230", "NPU03230", "P-Kalium", unit, unit, [value])
    answer = TableAnswer([ReportHead("a", "Biokjemi", "Fürst")], [Field("CLIN", [Group("", [row])])])
    assert [one.shown for one in latest.prescribing(answer) if one.name == "potassium"] == [shown]
