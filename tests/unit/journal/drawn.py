"""Any entry of the journal, drawn: what each kind needs and may say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from journal_api.journal.entries.models import Entry, Stamp
from journal_api.journal.kinds import KINDS

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=30).map(
    lambda text: text.strip() or "ord"
)
IDS = st.uuids(version=4).map(str)
DAYS = st.dates(datetime(1990, 1, 1).date(), datetime(2029, 1, 1).date()).map(str)  # noqa: DTZ001
INSTANTS = st.datetimes(datetime(1950, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=0)
)
STAMPS = st.builds(Stamp, st.uuids(version=4), WORDS, INSTANTS, st.sampled_from([None, "LE", "SP"]))


def body(needed: dict[str, Any], free: dict[str, Any] | None = None) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(needed, optional=free or {})


def code(system: str) -> st.SearchStrategy[dict[str, Any]]:
    words = st.text("ABCDEFGH0123456789", min_size=2, max_size=6)
    return st.fixed_dictionaries({"system": st.just(system), "code": words, "display": WORDS})


of = st.sampled_from
BODIES: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "Encounter": body(
        {"form": of(["consultation", "phone", "video", "home-visit", "check", "written"])},
        {
            "reason": WORDS,
            "service": of(["gp", "emergency", "home-care", "health-centre"]),
            "urgency": of(["acute", "urgent", "ordinary"]),
            "responsible": IDS,
            "minutes": st.integers(1, 600),
            "place": WORDS,
            "plan": IDS,
            "planned": st.just("2026-11-20T07:00:00+00:00"),
            "not_done": of(["not-home", "declined"]),
        },
    ),
    "Composition": body(
        {"template": st.just("gp-consultation")},
        {
            "texts": st.dictionaries(of(["anamnesis", "findings", "plan"]), WORDS, min_size=1),
            "codes": st.dictionaries(st.just("diagnosis"), st.lists(code("icpc-2"), min_size=1), min_size=1),
            "conflict_of": IDS,
            "corrects": st.fixed_dictionaries(
                {"note": IDS, "version": st.integers(1, 9)}, optional={"why": WORDS}
            ),
        },
    )
    | body(
        {"template": st.just("health-centre-check")},
        {
            "texts": st.dictionaries(of(["guidance", "family"]), WORDS, min_size=1),
            "measured": st.dictionaries(of(["weight", "height"]), st.integers(20, 90).map(float), min_size=1),
        },
    ),
    "Observation": body(
        {"measure": of(["weight", "pulse", "temperature"]), "value": st.integers(30, 40).map(float)},
        {"note": IDS},
    ),
}
STAMPED = st.fixed_dictionaries(
    {"by": IDS, "name": WORDS, "at": st.just("2026-11-01T10:00:00+00:00")}, optional={"role": st.just("LE")}
)
LEVELS = of(["low", "high", "unknown"])
BODIES |= {
    "AllergyIntolerance": body(
        {
            "substance": WORDS,
            "category": of(["food", "medication", "environment", "other"]),
            "criticality": LEVELS,
            "certainty": of(["suspected", "confirmed", "refuted"]),
        },
        {"coding": code("atc"), "reaction": WORDS, "source": WORDS},
    ),
    "Flag": body(
        {"category": of(["implant", "condition", "other"]), "text": WORDS}, {"coding": code("snomed-ct")}
    ),
    "Condition": body({"text": WORDS}, {"coding": code("icpc-2"), "onset": DAYS, "note": WORDS}),
    "MedicationStatement": body(
        {
            "name": WORDS,
            "use": of(["fixed", "as-needed", "course"]),
            "source": of(["gp", "hospital", "patient", "home-care", "emergency", "other"]),
        },
        {
            "atc": code("atc"),
            "ends": DAYS,
            "confirmed": STAMPED,
            "altered": STAMPED,
            "override": st.fixed_dictionaries(
                {
                    "reason": WORDS,
                    "allergies": st.lists(
                        st.fixed_dictionaries({"id": IDS, "version": st.integers(1, 9)}), max_size=2
                    ),
                },
                optional={"by": STAMPED},
            ),
            **dict.fromkeys(("form", "strength", "dose", "reason", "prescriber"), WORDS),
        },
    ),
    "Immunization": body(
        {"vaccine": WORDS}, {"coding": code("sysvak"), "dose": st.integers(1, 9), "lot": WORDS, "site": WORDS}
    ),
    "NextOfKin": body(
        {"name": WORDS, "relation": WORDS}, {"phone": WORDS, "main": st.just(True), "note": WORDS}
    ),
    "Wish": body({"category": of(["resuscitation", "language", "home", "other"]), "text": WORDS}),
}
BODIES["DocumentReference"] = body(
    {"title": WORDS, "category": st.just("A00-1")},
    {
        "content_type": of(["application/pdf", "image/png", "image/jpeg"]),
        "bytes": st.integers(1, 9_999_999),
        "sha256": st.just("ab" * 32),
        "scan": of(["clean", "unscanned"]),
        "pages": st.integers(1, 20),
    },
)
BODIES["MedicationReconciliation"] = body(
    {
        "transition": of(["admission", "discharge", "review"]),
        "sources": st.lists(
            body({"source": of(["gp", "hospital", "patient"])}, {"text": WORDS}), min_size=1, max_size=2
        ),
        "items": st.lists(
            body(
                {
                    "id": IDS,
                    "version": st.integers(1, 9),
                    "action": of(["continue", "change", "stop", "add"]),
                    "name": WORDS,
                },
                {"reason": WORDS},
            ),
            max_size=3,
        ),
        "looked_at": st.just("a0"),
        "became": st.just("b1"),
    },
    {"note": WORDS},
)
TIMES = st.sampled_from(["08:00", "20:30"])
BODIES |= {
    "CareTeam": body(
        {
            "members": st.lists(
                st.fixed_dictionaries(
                    {"personnel": IDS, "name": WORDS},
                    optional={"function": WORDS, "role": st.just("SP")},
                ),
                min_size=1,
                max_size=3,
            )
        },
        {"note": WORDS},
    ),
    "CarePlan": body(
        {},
        {
            "goals": st.lists(WORDS, min_size=1, max_size=2),
            "activities": st.lists(
                st.fixed_dictionaries(
                    {"id": IDS, "text": WORDS},
                    optional={
                        "kind": st.just("medication"),
                        "minutes": st.integers(1, 60),
                        "days": st.lists(of(["mon", "sun"]), min_size=1, max_size=2, unique=True),
                        "times": st.lists(TIMES, min_size=1, max_size=2, unique=True),
                        "label": st.just("a"),
                    },
                ),
                min_size=1,
                max_size=2,
            ),
            "until": DAYS,
            "address": WORDS,
            "entry": WORDS,
        },
    ),
    "Task": body(
        {"text": WORDS, "kind": of(["task", "result", "message", "visit"])},
        {
            "due": st.just("2026-12-01T10:00:00+00:00"),
            "assignee": IDS,
            "unit": st.just("313900878"),
            "result": IDS,
            "about": IDS,
            "outcome": WORDS,
        },
    ),
}
TO = {"to_unit": st.just("313900878")}
TO_PERSON = {"to_name": WORDS, "to_person": IDS, "to_person_name": WORDS}
BODIES |= {
    "EpisodeOfCare": body(
        {"service": of(["gp", "home-care"])},
        {"decision": WORDS, "text": WORDS, "ends": DAYS, "unit": st.just("313900878"), "unit_name": WORDS},
    ),
    "ServiceRequest": body(
        {"service": WORDS, "reason": WORDS, **TO},
        {"urgency": of(["acute", "urgent"]), "answer": WORDS, **TO_PERSON},
    ),
    "Communication": body(
        {"subject": WORDS, "text": WORDS, **TO},
        {"reply_to": IDS, "thread": IDS, "about": IDS, "wants_answer": st.booleans(), **TO_PERSON},
    ),
}
EXAMINATIONS = st.lists(
    st.fixed_dictionaries({"text": WORDS}, optional={"coding": code("nlk") | code("ncrp")}),
    min_size=1,
    max_size=4,
)
BODIES["Requisition"] = body(
    {"field": of(["laboratory", "microbiology", "pathology", "radiology"]), "examinations": EXAMINATIONS},
    {
        "information": WORDS,
        "urgency": of(["acute", "urgent"]),
        **dict.fromkeys(["wanted", "until"], DAYS),
        **dict.fromkeys(["sampled", "expected"], INSTANTS.map(datetime.isoformat)),
        **dict.fromkeys(["receiver", "panel", "requester_name"], WORDS),
        "receiver_unit": st.just("313901645"),
        **dict.fromkeys(["replaces", "requester"], IDS),
        **dict.fromkeys(["confirmed", "declined"], st.lists(IDS, min_size=1, max_size=3)),
        "settled": st.lists(
            st.fixed_dictionaries(
                {"examination": st.integers(0, 20)}, optional={"report": IDS, "words": WORDS}
            ),
            min_size=1,
            max_size=3,
        ),
        "number": st.just("AK0123456789ABC"),
    },
)
STATES = {"Composition": ["draft", "signed"]}


def entries(kind: str) -> st.SearchStrategy[Entry]:
    return st.builds(
        Entry,
        id=st.uuids(version=4),
        kind=st.just(kind),
        version=st.integers(1, 9),
        state=of(STATES.get(kind, sorted(KINDS[kind].states))),
        at=INSTANTS,
        unit=st.just("313900541"),
        made=STAMPS,
        changed=STAMPS,
        body=BODIES[kind],
        contact=st.none() if kind == "Encounter" else st.none() | st.uuids(version=4),
        signed=st.none() | STAMPS,
        why=st.none() | WORDS,
    )
