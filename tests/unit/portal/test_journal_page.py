"""What the journal's page shows: nothing hidden, the severe first, notes in their template's order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from portal.clients.journal import Entry, Measure, Section, Stamp, Template, Templates, Version
from portal.clinician.journal import transform, writing
from portal.clinician.journal.writing import Form

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
        {"Composition": [entry("Composition", BODY, signed=GP, state="signed")]}, KNOWN
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
    lines = transform.critical(
        {"AllergyIntolerance": allergies, "Flag": [entry("Flag", {"text": "Pacemaker"})]}
    )
    assert [line.head for line in lines] == ["Nøtter", "Penicillin", "Bjørk", "Pacemaker"]
    assert [line.uncertain for line in lines] == [False, True, False, False]


def test_an_empty_list_is_shown_as_empty_and_every_line_says_what_it_is() -> None:
    medicine = {"name": "Metformin", "strength": "500 mg", "form": "tablett", "dose": "1 om morgenen"}
    found = transform.groups(
        {"MedicationStatement": [entry("MedicationStatement", medicine, state="on-hold")]}
    )
    assert [group.kind for group in found] == list(transform.LISTS)
    (line,) = next(group.lines for group in found if group.kind == "MedicationStatement")
    assert (line.head, line.state) == ("Metformin 500 mg tablett", "on-hold")
    assert "1 om morgenen" in line.detail


def test_words_narrow_contacts_and_notes_and_the_newest_stand_first() -> None:
    contact = entry(
        "Encounter", {"form": "phone", "reason": "Resept"}, at=NOW + timedelta(hours=1), state="finished"
    )
    found = {"Composition": [entry("Composition", BODY)], "Encounter": [contact]}
    assert [event.kind for event in transform.events(found, KNOWN)] == ["contact", "note"]
    assert [event.kind for event in transform.events(found, KNOWN, "hoste r05")] == ["note"]
    assert transform.events(found, KNOWN, "feber") == []


def test_earlier_versions_leave_out_the_present_one() -> None:
    versions = [
        Version(2, "signed", NOW, GP, BODY),
        Version(1, "signed", NOW, GP, BODY | {"texts": {"plan": "A"}}),
    ]
    (one,) = transform.former(versions, KNOWN)
    assert "A" in [part.text for part in one.parts]


def test_what_stands_in_the_form_is_what_is_sent_and_a_number_that_is_none_is_not() -> None:
    fields = writing._fields(KNOWN.templates[0], KNOWN.measured, BODY)
    values = {one.name: one.value for one in fields}
    sent = writing._body(Form("gp", {}, fields), values, {})
    texts = {name: text for name, text in BODY["texts"].items() if name != "gone"}  # type: ignore[attr-defined]
    assert sent == BODY | {"texts": texts}
    for wrong in ({"value:pulse": "sytti"}, {"code:code:icpc-2": "R05"}):
        try:
            writing._body(Form("gp", {}, fields), values | wrong, {})
        except ValueError:
            continue
        raise AssertionError(wrong)
