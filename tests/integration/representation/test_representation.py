"""Parents, children and powers of attorney over HTTP and in the log of the one who is represented."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from fhir.resources.R4B.relatedperson import RelatedPerson
from psycopg.rows import dict_row

from kit.identity.actor import Actor
from kit.ids import NationalId, new_id, parse_national_id
from kit.keys import KeyRing
from tests.conftest import TestDatabase

pytestmark = pytest.mark.usefixtures("registers")
AsActor = Callable[[Actor], httpx.AsyncClient]
CHILD, YOUTH, FATHER = "16841861381", "19861270451", "27818019977"


@pytest.fixture
def citizen(client_of: AsActor, actor: Callable[..., Actor]) -> Callable[..., httpx.AsyncClient]:
    scopes = frozenset({"akson:core-record/read", "akson:core-record/write"})

    def make(name: str, **claims: object) -> httpx.AsyncClient:
        return client_of(actor(name, scopes=scopes, **claims))

    return make


Citizen = Callable[..., httpx.AsyncClient]
Number = Callable[[str], NationalId]


def body(holder: NationalId, family: str, *powers: str, **period: str) -> dict[str, Any]:
    return {
        "resourceType": "RelatedPerson",
        "identifier": [{"system": holder.oid, "value": holder.value}],
        "name": [{"family": family}],
        "period": period,
        "extension": [{"url": "urn:akson:fullmakt-power", "valueCode": power} for power in powers],
    }


async def listed(client: httpx.AsyncClient, which: str) -> list[dict[str, Any]]:
    answer = await client.post("/fhir/RelatedPerson/_search", data={"_list": which})
    assert answer.status_code == 200, answer.text
    rows = [entry["resource"] for entry in answer.json().get("entry", [])]
    for row in rows:
        RelatedPerson.model_validate(row)
    return rows


async def banner(client: httpx.AsyncClient, number: str) -> tuple[int, str]:
    """Status, and the person's given name or the refusal's code."""
    answer = await client.post("/fhir/Person/_search", headers={"person-id": number})
    if answer.status_code == 200:
        return 200, answer.json()["entry"][0]["resource"]["name"][0]["given"][0]
    return answer.status_code, answer.json()["issue"][0]["details"]["coding"][0]["code"]


def change(postgres: TestDatabase, keys: KeyRing, number: str, **columns: object) -> None:
    """Change columns of a person in the register, or the protection from now on."""
    found = keys.number_hash(parse_national_id(number))
    with psycopg.connect(postgres.superuser_dsn) as conn:
        if level := columns.pop("address_protection", None):
            conn.execute(
                "INSERT INTO core_record.address_protection (person_id, valid_from, level)"
                " SELECT person_id, current_date, %s FROM core_record.person_number WHERE number_hash = %s",
                (level, found),
            )
        for name, value in columns.items():
            conn.execute(
                psycopg.sql.SQL(
                    "UPDATE core_record.person SET {} = %s WHERE person_id ="
                    " (SELECT person_id FROM core_record.person_number WHERE number_hash = %s)"
                ).format(psycopg.sql.Identifier(name)),
                (value, found),
            )


def log(postgres: TestDatabase, relation: str) -> list[dict[str, Any]]:
    with psycopg.connect(postgres.superuser_dsn, row_factory=dict_row) as conn:
        return conn.execute(
            "SELECT l.*, p.given_name FROM core_record.access_log l"
            " JOIN core_record.person p USING (person_id) WHERE relation = %s ORDER BY at",
            (relation,),
        ).fetchall()


async def test_a_parent_may_act_for_the_child_of_eight_and_not_for_the_one_of_fourteen(
    citizen: Citizen, postgres: TestDatabase
) -> None:
    parent = citizen("forelder")
    (child,) = await listed(parent, "represented")
    assert child["patient"]["display"] == "Mathias Nesheim"
    assert child["relationship"][0]["coding"][0]["code"] == "PRN"
    assert child["patient"]["identifier"]["value"] == CHILD

    assert await banner(parent, CHILD) == (200, "Mathias")
    assert await banner(parent, YOUTH) == (403, "closed-to-parents-from-12")

    seen, refused = log(postgres, "parent")
    assert (seen["given_name"], seen["actor_name"], seen["basis"]) == (
        "Mathias",
        "Astrid Nesheim",
        "FORELDREANSVAR",
    )
    assert (refused["given_name"], refused["outcome_code"]) == ("Eline", "closed-to-parents-from-12")


async def test_a_stranger_learns_nothing(citizen: Citizen, number: Number) -> None:
    line = citizen("line")
    assert await listed(line, "represented") == []
    for someone in (CHILD, YOUTH, number("gry").value, "02013299997"):
        assert await banner(line, someone) == (403, "not-own-data")


async def test_the_father_at_another_address_sees_while_the_mother_lives_with_the_child(
    citizen: Citizen, actor: Callable[..., Actor], postgres: TestDatabase, keys: KeyRing
) -> None:
    father = citizen("forelder", national_id=parse_national_id(FATHER), subject="father")
    assert await banner(father, CHILD) == (200, "Mathias")
    change(postgres, keys, CHILD, address_id="elsewhere")
    assert await banner(father, CHILD) == (403, "representation-closed")
    assert await listed(father, "represented") == []


@pytest.mark.parametrize(
    ("who", "columns"),
    [
        (CHILD, {"address_protection": "confidential"}),
        (CHILD, {"address_protection": "strictly_confidential"}),
        ("14908324057", {"address_protection": "confidential"}),
        (CHILD, {"deceased_on": "2026-11-01"}),
        (CHILD, {"birth_date": None}),
    ],
)
async def test_protection_death_and_an_unknown_birth_date_close_it(
    citizen: Citizen, postgres: TestDatabase, keys: KeyRing, who: str, columns: dict[str, object]
) -> None:
    change(postgres, keys, who, **columns)
    assert await banner(citizen("forelder"), CHILD) == (403, "representation-closed")


async def test_the_young_person_sees_own_data_and_own_log(citizen: Citizen) -> None:
    young = citizen("ungdom")
    assert await banner(young, YOUTH) == (200, "Eline")
    answer = await young.post("/fhir/AuditEvent/_search")
    assert answer.status_code == 200


async def test_a_fullmakt_is_given_used_and_withdrawn_at_once(
    citizen: Citizen, number: Number, postgres: TestDatabase
) -> None:
    line, gry = number("line"), number("gry")
    path = f"/fhir/RelatedPerson/{new_id()}"
    given = await citizen("line").put(path, json=body(gry, "telokk ", "results"))
    assert given.status_code == 200, given.text
    again = await citizen("line").put(path, json=body(gry, "Telokk", "results"))
    assert again.json() == given.json()
    assert given.json()["name"] == [{"text": "Gry Telokk"}]
    assert gry.value not in given.text

    (one,) = await listed(citizen("gry"), "represented")
    assert (one["patient"]["display"], one["relationship"][0]["coding"][0]["code"]) == (
        "Line Danser",
        "POWATT",
    )
    assert await banner(citizen("gry"), line.value) == (200, "Line")
    answer = await citizen("gry").post("/fhir/AuditEvent/_search", headers={"person-id": line.value})
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "fullmakt-lacks-power"
    assert {row["actor_name"] for row in log(postgres, "attorney")} == {"Gry Telokk"}
    assert {row["given_name"] for row in log(postgres, "attorney")} == {"Line"}

    ended = await citizen("line").delete(path)
    assert (ended.status_code, ended.json()["active"]) == (200, False)
    assert (await citizen("line").delete(path)).json() == ended.json()
    assert await banner(citizen("gry"), line.value) == (403, "not-own-data")
    assert await listed(citizen("gry"), "represented") == []
    with psycopg.connect(postgres.superuser_dsn) as conn:
        told = conn.execute(
            "SELECT p.given_name, n.kind FROM core_record.notice n"
            " JOIN core_record.person p USING (person_id) ORDER BY n.at"
        ).fetchall()
    assert told == [("Gry", "representation-given"), ("Gry", "representation-given")]
    (kept,) = await listed(citizen("line"), "representatives")
    assert kept["extension"][-1]["extension"][1] == {"url": "by", "valueCode": "giver"}


async def test_the_holder_can_lay_it_down_but_nobody_else_can_end_it(
    citizen: Citizen, number: Number
) -> None:
    path = f"/fhir/RelatedPerson/{new_id()}"
    await citizen("line").put(path, json=body(number("gry"), "Telokk", "settings"))
    headers = {"person-id": number("line").value}
    assert (await citizen("roland").delete(path, headers=headers)).status_code == 403
    assert (await citizen("roland").delete(path)).status_code == 404
    laid_down = await citizen("gry").delete(path, headers=headers)
    assert laid_down.json()["extension"][-1]["extension"][1]["valueCode"] == "holder"


async def test_a_holder_cannot_give_the_fullmakt_on(citizen: Citizen, number: Number) -> None:
    await citizen("line").put(
        f"/fhir/RelatedPerson/{new_id()}", json=body(number("gry"), "Telokk", "settings")
    )
    path = f"/fhir/RelatedPerson/{new_id()}"
    headers = {"person-id": number("line").value}
    given = await citizen("gry").put(
        path, json=body(number("roland"), "Gundersen", "results"), headers=headers
    )
    assert given.status_code == 200  # hers, for her own data
    (own,) = await listed(citizen("roland"), "represented")
    assert own["patient"]["display"] == "Gry Telokk"


@pytest.mark.parametrize(
    ("who", "holder", "family", "powers", "period", "status", "code"),
    [
        ("line", "gry", "Danser", ["results"], {}, 422, "fullmakt-holder-unknown"),
        ("line", "line", "Danser", ["results"], {}, 422, "fullmakt-to-oneself"),
        ("line", "ungdom", "Nesheim", ["results"], {}, 422, "fullmakt-holder-under-age"),
        ("line", "gry", "Telokk", [], {}, 422, "fullmakt-without-power"),
        ("line", "gry", "Telokk", ["everything"], {}, 400, "related-person-malformed"),
        ("line", "gry", "", ["results"], {}, 400, "related-person-malformed"),
        ("line", "gry", "Telokk", ["results"], {"end": "2020-01-01"}, 422, "period-invalid"),
        ("ungdom", "gry", "Telokk", ["results"], {}, 403, "own-settings-from-16"),
    ],
)
async def test_what_cannot_be_given_says_why(
    citizen: Citizen,
    number: Number,
    who: str,
    holder: str,
    family: str,
    powers: list[str],
    period: dict[str, str],
    status: int,
    code: str,
) -> None:
    sent = body(number(holder), family, *powers, **period)
    answer = await citizen(who).put(f"/fhir/RelatedPerson/{uuid4()}", json=sent)
    assert answer.status_code == status
    assert code in answer.text
    assert number(holder).value not in answer.text


async def test_a_number_that_was_tried_leaves_its_row(
    citizen: Citizen, number: Number, postgres: TestDatabase, keys: KeyRing
) -> None:
    change(postgres, keys, number("gry").value, address_protection="confidential")
    sent = body(number("gry"), "Telokk", "results")
    answer = await citizen("line").put(f"/fhir/RelatedPerson/{new_id()}", json=sent)
    assert "fullmakt-holder-unknown" in answer.text  # as for a number that nobody has
    (row,) = log(postgres, "own")
    assert (row["action"], row["items"], row["given_name"]) == ("write", {"RelatedPerson": 0}, "Line")


async def test_an_id_that_is_another_fullmakts_is_refused(citizen: Citizen, number: Number) -> None:
    path = f"/fhir/RelatedPerson/{new_id()}"
    await citizen("line").put(path, json=body(number("gry"), "Telokk", "results"))
    other = await citizen("line").put(path, json=body(number("roland"), "Gundersen", "results"))
    assert (other.status_code, "fullmakt-id-used" in other.text) == (409, True)


async def test_health_personnel_have_no_representation(
    client_of: AsActor, actor: Callable[..., Actor]
) -> None:
    answer = await client_of(actor("lege-koman")).post(
        "/fhir/RelatedPerson/_search", data={"_list": "represented"}
    )
    assert (answer.status_code, "citizens-only" in answer.text) == (403, True)
