"""Who may do what in the database: role × table × verb, functions, and the second wall."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from psycopg import sql

from core_record.registers.service import resolve_person_sync
from kit.db import set_person_sync
from kit.ids import NationalId
from kit.keys import KeyRing
from tests.conftest import TestDatabase

ROLES = ("akson_core", "akson_results")
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
READ, KEEP, PUT = {"SELECT"}, {"SELECT", "INSERT"}, {"SELECT", "INSERT", "UPDATE"}
NOTHING: set[str] = set()
# table → (akson_core, akson_results); a table that is not here may be touched by neither
RIGHTS: dict[str, tuple[set[str], set[str]]] = {
    "organisation": (PUT, READ),
    "department": (PUT, READ),
    "personnel": (PUT, READ),
    "authorisation": (PUT, READ),
    "employment": (PUT, READ),
    "app": (PUT, READ),
    "app_register": (READ, READ),
    "administration": (PUT, NOTHING),
    "gp_substitute": (PUT, READ),
    "sender": (PUT, READ),
    "sender_identifier": (PUT, READ),
    "sender_delivery": (PUT, READ),
    "person": (PUT, NOTHING),  # the decision reads four columns, below
    "address_protection": (PUT, NOTHING),
    "person_parent": (PUT | {"DELETE"}, NOTHING),
    "gp_list": (PUT, READ),
    "own_patient": (PUT | {"DELETE"}, NOTHING),
    "person_change": (KEEP, NOTHING),
    "register_change": (KEEP, NOTHING),
    "register_import": (KEEP, NOTHING),
    "access_log": (READ, NOTHING),
    "privacy_setting": (KEEP, NOTHING),  # and withdrawn; the decision reads columns
    "care_relation": (KEEP, READ),  # and closed
    "attestation": (KEEP, NOTHING),  # the decision reads columns
    "log_head": (READ, NOTHING),
    "sealed_row": (READ, NOTHING),
    "unusual_access": (READ, NOTHING),  # and what came of a review
    "notice": (READ, NOTHING),  # and read_at may be set
    "notice_email": (PUT | {"DELETE"}, NOTHING),
    "fullmakt": (KEEP, NOTHING),  # and it may be ended
    "represented": (READ, NOTHING),
    "result_opened": (NOTHING, {"INSERT"}),  # the journal reads it
}
FUNCTIONS: dict[str, tuple[bool, bool]] = {
    "resolve_number": (True, True),
    "serve_number": (True, True),
    "ensure_person": (True, True),
    "link_number": (True, False),
    "person_numbers": (True, False),
    "names_of": (False, False),
    "check_keys": (True, True),
    "append_access_log": (True, True),
    "append_access_log_if_free": (True, True),
    "append_actor_log": (True, True),
    "number_app_register": (False, False),
    "add_notice": (True, True),
    "decision_facts": (True, True),
    "note_consent": (True, True),
    "order_deletion": (True, False),
    "deletions_of": (True, False),
    "take_deletion": (False, True),
    "deletion_done": (False, True),
    "is_reserved": (False, True),
    "withdraw_only": (False, False),
    "last_visit": (True, True),
    "representation_facts": (True, True),
    "fullmakt_holder": (True, False),
    "project_represented": (False, False),
    "access_log_text": (False, False),
    "actor_log_text": (False, False),
    "refuse_change": (False, False),
    "begin_merge": (False, True),
    "finish_merge": (False, True),
    "merged_into": (True, False),
    "refuse_merged": (False, False),
    "order_notice_mail": (True, False),
    "cancel_notice_mail": (True, False),
    "hurry_notice_mail": (True, False),
    "take_notice_mail": (False, False),  # housekeeping's, as the next three
    "postpone_notice_mail": (False, False),
    "notice_mail_done": (False, False),
    "keep_notice_mail": (False, False),
    "merge_notice_email": (False, False),
    "note_merged": (False, False),
    "is_protected": (False, False),
    "merge_protection": (False, False),
    "announce_result": (False, True),
    "take_result_news": (False, False),
    "result_news_done": (False, False),
    "result_news_waiting": (False, False),
    "order_release": (False, False),
    "take_release_orders": (False, True),
    "release_order_done": (False, True),
    "municipality_of": (False, False),
    "news_follow_merge": (False, False),
    "opened_follow_merge": (False, False),
}
# found by function alone, no service role has any right
WITHOUT_WALL = {
    "person_number",
    "access_log_head",
    "deletion_order",
    "notice_mail",
    "result_news",
    "release_order",
}


@pytest.fixture
def superuser(postgres: TestDatabase) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(postgres.superuser_dsn, autocommit=True)


def test_rights_on_every_table(superuser: psycopg.Connection[tuple[object, ...]]) -> None:
    with superuser as conn:
        tables = [
            str(name)
            for (name,) in conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'core_record'")
        ]
        assert set(RIGHTS) <= set(tables)
        for table in tables:
            for role, expected in zip(ROLES, RIGHTS.get(table, (NOTHING, NOTHING)), strict=True):
                held = {
                    verb
                    for verb in VERBS
                    for (has,) in conn.execute(
                        "SELECT has_table_privilege(%s, %s, %s)", (role, f"core_record.{table}", verb)
                    )
                    if has
                }
                assert held == expected, f"{role} on {table}"


def test_decision_reads_four_columns_of_persons(superuser: psycopg.Connection[tuple[object, ...]]) -> None:
    with superuser as conn:
        columns = {
            column
            for (column,) in conn.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = 'core_record.person'::regclass"
                " AND attnum > 0 AND has_column_privilege('akson_results', attrelid, attnum, 'SELECT')"
            )
        }
    assert columns == {"person_id", "given_name", "family_name", "birth_date"}


def test_rights_on_every_function(superuser: psycopg.Connection[tuple[object, ...]]) -> None:
    with superuser as conn:
        found = conn.execute(
            "SELECT proname, has_function_privilege('akson_core', oid, 'EXECUTE'),"
            " has_function_privilege('akson_results', oid, 'EXECUTE'), proconfig, prosecdef"
            " FROM pg_proc WHERE pronamespace = 'core_record'::regnamespace"
        ).fetchall()
    assert {name: (core, results) for name, core, results, _, _ in found} == FUNCTIONS
    for name, _, _, config, is_definer in found:
        if is_definer:
            assert config == ["search_path=pg_catalog, pg_temp"], name


def test_no_service_role_can_get_round_row_level_security(
    superuser: psycopg.Connection[tuple[object, ...]],
) -> None:
    with superuser as conn:
        special = conn.execute(
            "SELECT rolname FROM pg_roles WHERE rolname IN ('akson_core', 'akson_results', 'may_decide',"
            " 'akson_owner') AND (rolsuper OR rolbypassrls OR rolcreaterole)"
        ).fetchall()
        owned = conn.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'core_record' AND tableowner <> 'akson_owner'"
        ).fetchall()
    assert special == []
    assert owned == []


def test_every_table_that_bears_persons_has_the_forced_wall(
    superuser: psycopg.Connection[tuple[object, ...]],
) -> None:
    with superuser as conn:
        rows = conn.execute(
            "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'person_id'"
            " WHERE c.relnamespace = 'core_record'::regnamespace AND c.relkind = 'r'"
        ).fetchall()
    assert {name for name, walled in rows if not walled} == WITHOUT_WALL
    assert {"person", "gp_list", "access_log", "own_patient"} <= {name for name, walled in rows if walled}


@pytest.mark.usefixtures("registers")
class TestSecondWall:
    """Even with the right to a table, only the rows of the person (or unit) being served are there."""

    @pytest.mark.parametrize("role", ["akson_core", "akson_owner"])
    @pytest.mark.parametrize("table", ["person", "gp_list", "person_parent", "person_change", "own_patient"])
    def test_nothing_is_there_without_a_person(self, postgres: TestDatabase, role: str, table: str) -> None:
        name = sql.Identifier("core_record", table)
        with psycopg.connect(postgres.dsn(role)) as conn:
            assert conn.execute(sql.SQL("SELECT 1 FROM {}").format(name)).fetchall() == []
        with psycopg.connect(postgres.superuser_dsn) as conn:
            assert conn.execute(sql.SQL("SELECT 1 FROM {}").format(name)).fetchall() != []

    def test_only_the_served_person_is_there(
        self, postgres: TestDatabase, keys: KeyRing, number: Callable[[str], NationalId]
    ) -> None:
        with psycopg.connect(postgres.dsn("akson_core")) as conn:
            line = resolve_person_sync(conn, keys, number("line"))
            assert line is not None
            set_person_sync(conn, line)
            found = conn.execute("SELECT given_name FROM core_record.person").fetchall()
        assert found == [("Line",)]

    def test_a_row_for_another_person_is_refused(
        self, postgres: TestDatabase, keys: KeyRing, number: Callable[[str], NationalId]
    ) -> None:
        with psycopg.connect(postgres.dsn("akson_core")) as conn:
            line = resolve_person_sync(conn, keys, number("line"))
            gry = resolve_person_sync(conn, keys, number("gry"))
            assert line is not None
            set_person_sync(conn, line)
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
                conn.execute(
                    "INSERT INTO core_record.gp_list VALUES (%s, '2026-01-01', NULL, '1', '313900541')",
                    (gry,),
                )

    def test_only_the_served_unit_is_there(self, postgres: TestDatabase) -> None:
        with psycopg.connect(postgres.dsn("akson_core")) as conn:
            conn.execute("SET LOCAL akson.unit = '313900762'")
            units = conn.execute("SELECT DISTINCT unit FROM core_record.own_patient").fetchall()
        assert units == [("313900762",)]
