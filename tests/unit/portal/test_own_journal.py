"""A citizen's own journal: plain lines with who wrote them, signed notes alone, the newest first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from portal.citizen.journal.transform import before, critical, diagnoses, medication, told, vaccines
from portal.citizen.privacy.transform import POWERS
from portal.clients.journal import Entry, Section, Stamp, Template, Templates, Version
from portal.ui.texts import LANGUAGES, under

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
NURSE, ASSISTANT = Stamp("s1", "Ingunn Solvang", NOW, "SP"), Stamp("s2", "Tobias Myrland", NOW)
_TITLE = {"nb": "Hjemmebesøk", "nn": "Heimebesøk", "en": "Home visit"}
_DONE = Section("done", "text", {"nb": "Utført", "nn": "Utført", "en": "Done"})
KNOWN = Templates([Template("home-care-visit", "home-care", ["SP"], _TITLE, [_DONE])], {})


def entry(kind: str, state: str = "active", by: Stamp = NURSE, **body: Any) -> Entry:
    at = NOW + timedelta(days=body.pop("days", 0))
    own = {name: body.pop(name) for name in ("signed", "why", "contact") if name in body}
    return Entry(body.pop("id", kind), kind, 1, state, at, "313900878", by, by, body, **own)


def test_what_must_be_known_has_the_severe_first_and_nothing_that_was_refuted() -> None:
    found = {
        "AllergyIntolerance": [
            entry("AllergyIntolerance", substance="Bjørk", certainty="suspected"),
            entry("AllergyIntolerance", substance="Penicillin", criticality="high", reaction="Utslett"),
            entry("AllergyIntolerance", substance="Melk", certainty="refuted"),
        ],
        "Flag": [entry("Flag", text="Pacemaker")],
    }
    assert [(line.head, line.mark) for line in critical(found)] == [
        ("Penicillin", "high"),
        ("Bjørk", "suspected"),
        ("Pacemaker", ""),
    ]


def test_a_line_says_who_wrote_it_as_what_and_when() -> None:
    body = {"name": "Metoprolol", "strength": "50 mg", "form": "depottablett", "dose": "1 om morgenen"}
    pill = entry("MedicationStatement", "on-hold", reason="hjertesvikt", **body)
    (line,) = medication({"MedicationStatement": [pill]})
    assert (line.head, line.detail) == ("Metoprolol 50 mg depottablett", "1 om morgenen · hjertesvikt")
    assert (line.by, line.role, line.at, line.mark) == ("Ingunn Solvang", "SP", "20.11.2026", "on-hold")
    (shot,) = vaccines(
        {"Immunization": [entry("Immunization", "completed", ASSISTANT, vaccine="MMR", dose=2)]}
    )
    assert (shot.head, shot.detail, shot.role) == ("MMR", "2.", "none")
    found = {"Condition": [entry("Condition", text="Astma", onset=onset) for onset in ("2019-03-04", "2019")]}
    assert [line.detail for line in diagnoses(found)] == ["04.03.2019", "2019"]


def test_signed_notes_and_contacts_are_told_and_drafts_are_not() -> None:
    note = {"template": "home-care-visit", "texts": {"done": "Ga medisiner."}}
    found = {
        "Encounter": [entry("Encounter", "finished", form="home-visit", reason="Fall", id="c", days=1)],
        "Composition": [
            entry("Composition", "signed", signed=NURSE, why="Feil dose", id="n", **note),
            entry("Composition", "draft", id="d", days=2, **note),
        ],
    }
    found["Encounter"].append(entry("Encounter", "finished", form="home-visit", id="within"))
    found["Composition"].append(
        entry("Composition", "signed", signed=NURSE, id="m", contact="within", days=-1)
    )
    contact, written, last = told(found, KNOWN)
    assert last.key == "m"
    assert (contact.key, contact.form, contact.reason) == ("c", "home-visit", "Fall")
    assert (written.title, written.by, written.role, written.signed) == (
        _TITLE,
        "Ingunn Solvang",
        "SP",
        "20.11.2026",
    )
    assert [(part.label, part.text) for part in written.parts] == [(_DONE.label, "Ga medisiner.")]
    assert written.why == "Feil dose"


def test_how_a_corrected_note_stood_before_is_told_and_what_was_a_draft_is_not() -> None:
    body = {"template": "home-care-visit", "texts": {"done": "Ga medisiner."}}
    first = Version(2, "signed", NOW, NURSE, body, NURSE)
    draft = Version(1, "draft", NOW, NURSE, {**body, "texts": {"done": "Ga"}})
    (stood,) = before([Version(3, "signed", NOW, ASSISTANT, {}, NURSE, "Feil"), first, draft], KNOWN)
    assert (stood.by, [part.text for part in stood.parts]) == ("Ingunn Solvang", ["Ga medisiner."])


def test_each_power_of_a_fullmakt_has_words_and_the_journal_is_one() -> None:
    assert "journal" in POWERS
    for lang in LANGUAGES:
        assert under(lang, "privacy.power").keys() == set(POWERS)
