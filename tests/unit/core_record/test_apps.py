"""What an app may at most, as a table: app × kind × verb; and which state follows which."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_record.access.apps import APP_RULES, check_shown, narrowed
from core_record.access.models import AccessRequest, Decision, Facts, Relation
from core_record.apps import grants, rules
from core_record.apps.admission import refusal, row_for
from core_record.apps.models import Admitted, Proposal, State
from kit.errors import Conflict, Forbidden, Unprocessable
from kit.identity import audiences
from kit.identity.actor import Actor, ActorKind, App

TODAY = date(2026, 11, 23)
KINDS = sorted(grants.KINDS[audiences.JOURNAL])
NOBODY = Facts(None, None, None, None, None, None, False, None, None, None, False, False, False)
PERMITTED = Decision(None, "HELSEHJELP", Relation.CONTACT, None, None, NOBODY)


def through(app: App | None, **changed: object) -> Actor:
    said: dict[str, object] = {
        "kind": ActorKind.CLINICIAN,
        "subject": "s",
        "client_id": app.client_id if app else "akson-portal",
        "issuer": "i",
        "audience": audiences.JOURNAL,
        "token_id": "t",
        "scopes": frozenset(),
        "app": app,
    }
    return Actor(**{**said, **changed})  # type: ignore[arg-type]


def refused(app: App | None, kinds: set[str], *, writes: bool = False, role: str | None = "LE") -> str | None:
    request = AccessRequest(role=role, writes=writes)
    decision = narrowed(through(app), request, PERMITTED, kinds)
    return decision.refusal.code if decision.refusal else None


@given(
    reads=st.sets(st.sampled_from(KINDS)),
    writes=st.sets(st.sampled_from(KINDS)),
    kinds=st.sets(st.sampled_from(KINDS), max_size=4),
    writing=st.booleans(),
)
def test_an_app_does_what_every_kind_asked_for_is_admitted_for_and_nothing_else(
    reads: set[str], writes: set[str], kinds: set[str], writing: bool
) -> None:
    app = App("a", "A", frozenset(reads), frozenset(writes))

    permitted = refused(app, kinds, writes=writing) is None

    assert permitted == (bool(kinds) and kinds <= (writes if writing else reads))


@given(kinds=st.sets(st.sampled_from(KINDS)), writing=st.booleans())
def test_our_own_clients_are_not_narrowed(kinds: set[str], writing: bool) -> None:
    assert refused(None, kinds, writes=writing) is None


@given(kinds=st.sets(st.sampled_from(KINDS), min_size=1))
def test_no_app_opens_a_refused_decision(kinds: set[str]) -> None:
    rule = APP_RULES[0]
    app = App("a", "A", frozenset(KINDS), frozenset(KINDS))
    decision = narrowed(
        through(app), AccessRequest(), Decision(None, "x", Relation.NONE, None, rule, NOBODY), kinds
    )
    assert decision.refusal is rule


@pytest.mark.parametrize(
    ("roles", "role", "code"),
    [
        ((), "LE", None),
        ((), None, None),
        (("LE",), "LE", None),
        (("LE",), "SP", "app-for-other-roles"),
        (("LE",), None, "app-for-other-roles"),
        (("none",), None, None),
    ],
)
def test_an_app_is_for_the_roles_it_is_admitted_for(
    roles: tuple[str, ...], role: str | None, code: str | None
) -> None:
    app = App("a", "A", frozenset({"Observation"}), roles=frozenset(roles))
    assert refused(app, {"Observation"}, role=role) == code


def test_an_app_opens_no_lists_of_patients() -> None:
    assert refused(App("a", "A", frozenset({*KINDS, "list"})), {"list"}) == "app-opens-no-lists"


def test_what_comes_along_is_of_kinds_that_the_app_may_read() -> None:
    app = through(App("a", "A", frozenset({"DiagnosticReport"})))
    check_shown(app, {"DiagnosticReport"})
    check_shown(through(None), {"Observation"})
    with pytest.raises(Forbidden, match="app-reads-beyond"):
        check_shown(app, {"DiagnosticReport", "Observation"})


def test_what_an_app_may_write_alone_comes_along_when_it_is_written_and_not_when_others_are_read() -> None:
    app = through(App("a", "A", frozenset({"Encounter"}), frozenset({"Observation"})))
    check_shown(app, {"Observation"}, writes=True)
    with pytest.raises(Forbidden, match="app-reads-beyond"):
        check_shown(app, {"Encounter", "Observation"})


@given(
    st.dictionaries(
        st.tuples(
            st.sampled_from([audiences.JOURNAL]), st.sampled_from([k for k in KINDS if k != "Patient"])
        ),
        st.sampled_from(["rs", "cu", "crus"]),
        min_size=1,
    )
)
def test_grants_come_to_the_kinds_and_scopes_they_name(named: dict[tuple[str, str], str]) -> None:
    given_ = [f"{audience} user/{kind}.{verbs}" for (audience, kind), verbs in named.items()]
    grants.check(given_)

    found = grants.allowed(given_, audiences.JOURNAL)

    assert found.reads == {kind for (_, kind), verbs in named.items() if "r" in verbs}
    assert found.writes == {kind for (_, kind), verbs in named.items() if "c" in verbs}
    assert (audiences.READ_JOURNAL in found.scopes) == bool(found.reads)
    assert (audiences.WRITE_JOURNAL in found.scopes) == bool(found.writes)
    assert grants.allowed(given_, audiences.RESULTS) == grants.Allowed()


@pytest.mark.parametrize(
    "grant",
    [
        "akson:journal user/*.rs",
        "akson:journal user/Observation.cruds",
        "akson:journal user/Observation.sr",
        "akson:journal patient/Observation.rs",
        "akson:journal user/Patient.crus",
        "akson:journal user/Unknown.rs",
        "akson:core-record user/Person.rs",
        "nhn:pps user/Observation.cu",
        "nhn:pps system/Observation.rs",
        "akson:journal  user/Observation.rs",
        "user/Observation.rs",
        "",
    ],
)
def test_a_grant_that_is_not_known_is_refused(grant: str) -> None:
    with pytest.raises(Unprocessable, match="grant-unknown"):
        grants.check([grant])


def test_a_kind_is_named_once() -> None:
    with pytest.raises(Unprocessable, match="grant-twice"):
        grants.check(["akson:journal user/Task.rs", "akson:journal user/Task.cu"])


def test_a_system_is_admitted_to_deliver_alone() -> None:
    found = grants.allowed(["nhn:pps system/DiagnosticReport.c"], audiences.RESULTS)
    assert found == grants.Allowed(scopes=frozenset({audiences.WRITE_REPORTS}))


def row(org_number: str = "313900215", state: State = "approved", valid_to: date = TODAY) -> Admitted:
    return Admitted("a", org_number, "A", "V", "p", ["akson:journal user/Task.rs"], [], None, state, valid_to)


@pytest.mark.parametrize(
    ("state", "valid_to", "code"),
    [
        ("approved", TODAY, None),
        ("approved", TODAY - timedelta(1), "app-expired"),
        ("proposed", TODAY, "app-not-approved"),
        ("suspended", TODAY, "app-suspended"),
        ("withdrawn", TODAY, "app-withdrawn"),
    ],
)
def test_a_row_lets_its_app_in_while_it_is_approved(state: State, valid_to: date, code: str | None) -> None:
    assert refusal(row(state=state, valid_to=valid_to), known=True, today=TODAY) == code


def test_the_place_of_work_decides_before_the_organisation() -> None:
    rows = [row("313900215", "approved"), row("313900878", "suspended")]
    nurse = through(None, organisation="313900215", place="313900878")
    other = through(None, organisation="313900215", place="313900983")
    elsewhere = through(None, organisation="313900320", place="313901203")
    assert [found and found.state for found in (row_for(rows, one) for one in (nurse, other, elsewhere))] == [
        "suspended",
        "approved",
        None,
    ]


@pytest.mark.parametrize("was", rules.FOLLOWS)
@pytest.mark.parametrize("state", rules.FOLLOWS)
def test_states_follow_each_other_as_the_table_says(was: State, state: State) -> None:
    if state in rules.FOLLOWS[was]:
        rules.follows(was, state)
        return
    with pytest.raises(Conflict, match="app-state"):
        rules.follows(was, state)


GOOD_URL = "https://trend.example.no/launch"
NAMED = "name:word"


def proposal(**changed: object) -> Proposal:
    said: dict[str, object] = {
        "client_id": "trend",
        "org_number": "313900215",
        "name": "Trend",
        "vendor": "313902307",
        "vendor_name": "Vendor AS",
        "purpose": "Trends of measurements",
        "grants": ["akson:journal user/Patient.rs", "akson:journal user/Observation.rs"],
        "launch_url": GOOD_URL,
        "data_protection": "DPIA 12",
        "valid_to": TODAY + timedelta(365),
    }
    return Proposal(**{**said, **changed})  # type: ignore[arg-type]


def test_a_right_proposal_is_accepted() -> None:
    rules.check(proposal(), TODAY, development=False)
    rules.check(proposal(launch_url=None, roles=["LE", "none"]), TODAY, development=False)
    rules.check(proposal(launch_url="http://127.0.0.1:9000/launch"), TODAY, development=True)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"vendor": "313902308"}, "org-number-invalid"),
        ({"roles": ["VE"]}, "role-unknown"),
        ({"valid_to": TODAY - timedelta(1)}, "period-unlikely"),
        ({"valid_to": TODAY + timedelta(800)}, "period-unlikely"),
        ({"grants": ["akson:journal user/Observation.rs"]}, "launch-without-patient"),
        ({"launch_url": "http://trend.example.no/launch"}, "launch-url-invalid"),
        ({"launch_url": "http://127.0.0.1:9000/launch"}, "launch-url-invalid"),
        ({"launch_url": "https://trend.example.no/launch?next=x"}, "launch-url-invalid"),
        ({"launch_url": "https://trend.example.no/launch#x"}, "launch-url-invalid"),
        ({"launch_url": f"https://{NAMED}@trend.example.no/"}, "launch-url-invalid"),
        ({"launch_url": "https://trend.example.no:99999/"}, "launch-url-invalid"),
        ({"launch_url": "https:///launch"}, "launch-url-invalid"),
        ({"launch_url": "javascript:alert(1)"}, "launch-url-invalid"),
        ({"launch_url": "https://trend.example.no/a b"}, "launch-url-invalid"),
    ],
)
def test_a_wrong_proposal_is_told_what_is_wrong(changed: dict[str, object], code: str) -> None:
    with pytest.raises(Unprocessable) as caught:
        rules.check(proposal(**changed), TODAY, development=False)
    assert caught.value.code == code
