"""What the municipal journal needs: rights, the kind of the caller's organisation, names for lists.

The journal opens and closes care relations itself, in the transaction in which a contact begins or ends.
"""

from importlib import import_module

from alembic import op

revision = "0016"
down_revision = "0015"

# decision_facts as 0010 has it and last the kind of place (else organisation) one works for, and as what.
_BEFORE = import_module("core_record.migrations.versions.0010_privacy")
_LAST = "attested_reason text\n"
_COLUMNS = _BEFORE.COLUMNS.replace(_LAST, "attested_reason text, organisation_kind text, employed_as text\n")
_FACTS = _BEFORE.FACTS[_BEFORE.FACTS.index("CREATE FUNCTION") :].replace(
    "attested.purpose, attested.expires_at, attested.reason\n",
    """attested.purpose, attested.expires_at, attested.reason,
        (SELECT o.kind FROM core_record.organisation o
            WHERE o.org_number = coalesce(p_place, p_organisation)),
        (SELECT e.role FROM core_record.employment e
            WHERE e.personnel_id = p_actor AND e.org_number IN (p_organisation, p_place)
            AND p_today BETWEEN e.valid_from AND coalesce(e.valid_to, 'infinity')
            ORDER BY e.org_number = p_place DESC, e.role LIMIT 1)\n""",
)
_DROP = """
DROP FUNCTION core_record.open_look_up(bytea, bytea, text, text, text, text, date, uuid);
DROP FUNCTION core_record.decision_facts(uuid, uuid, text, text, text, text, date, uuid);
"""

# Names and birth dates for a list that the caller was allowed to open: the second wall hides them else.
NAMES = """
CREATE FUNCTION core_record.names_of(p_persons uuid[])
RETURNS TABLE (person_id uuid, name text, birth_date date, sex smallint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    served text := coalesce(current_setting('akson.person', true), '');
    one uuid;
BEGIN
    FOREACH one IN ARRAY p_persons LOOP
        EXECUTE format('SET LOCAL akson.person = %L', one);
        RETURN QUERY SELECT p.person_id, concat_ws(' ', p.given_name, p.family_name), p.birth_date,
            p.sex::smallint FROM core_record.person p WHERE p.person_id = one;
    END LOOP;
    EXECUTE format('SET LOCAL akson.person = %L', served);
END $$;
"""

RIGHTS = """
REVOKE ALL ON FUNCTION core_record.names_of(uuid[]),
    core_record.decision_facts(uuid, uuid, text, text, text, text, date, uuid),
    core_record.open_look_up(bytea, bytea, text, text, text, text, date, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    core_record.decision_facts(uuid, uuid, text, text, text, text, date, uuid),
    core_record.open_look_up(bytea, bytea, text, text, text, text, date, uuid) TO may_decide;
GRANT EXECUTE ON FUNCTION core_record.names_of(uuid[]), core_record.person_numbers(uuid[])
    TO akson_journal;
GRANT INSERT, UPDATE (closed_at) ON core_record.care_relation TO akson_journal;
"""

POWER = """
ALTER TABLE core_record.fullmakt DROP CONSTRAINT fullmakt_powers_check;
ALTER TABLE core_record.fullmakt ADD CONSTRAINT fullmakt_powers_check CHECK (
    cardinality(powers) > 0 AND powers <@ ARRAY['results', 'journal', 'access-log', 'settings']);
"""


def upgrade() -> None:
    """Replace the decision's functions, and give the journal's role exactly what it uses."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(_DROP)
    op.execute(_FACTS.replace("%columns%", _COLUMNS))
    op.execute(_BEFORE.OPEN.replace("%columns%", _COLUMNS))
    op.execute(NAMES)
    op.execute(RIGHTS)
    op.execute(POWER)
