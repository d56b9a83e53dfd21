"""Reading who sends, requests and answers: HCP with Inst, Dept, HCPerson and HCProf."""

from __future__ import annotations

from results_service.reports.svarrapport.parts import Code, Identifier, Party, Person, Unit
from results_service.reports.svarrapport.tree import Node
from results_service.reports.svarrapport.values import Values


def read_party(values: Values, node: Node | None, path: str) -> Party:
    """ServProvider, Requester, ResponsibleHcp, RelServProv → `Party` (empty where the node is missing)."""
    if node is None:
        return Party()
    relation = values.code(node, "Relation")
    hcp = node.first("HCP")
    if hcp is None:
        return Party(relation=relation, path=path)
    inst = hcp.first("Inst")
    prof = hcp.first("HCProf")
    name, ids, departments, persons = _read_inst(values, inst) if inst else ("", (), (), ())
    if prof is not None:
        persons = (*persons, _read_person(values, prof, values.code(prof, "Type", "9060")))
    return Party(
        name=name,
        ids=ids,
        departments=departments,
        persons=persons,
        relation=relation,
        specialty=values.code(hcp, "MedSpeciality"),
        telecom=_read_telecom(hcp),
        path=path,
    )


def _read_inst(
    values: Values, inst: Node
) -> tuple[str, tuple[Identifier, ...], tuple[Unit, ...], tuple[Person, ...]]:
    departments = tuple(
        Unit(values.text(dept, "Name"), read_ids(values, dept)) for dept in inst.every("Dept")
    )
    persons = tuple(_read_person(values, person, None) for person in inst.every("HCPerson"))
    return values.text(inst, "Name"), read_ids(values, inst), departments, persons


def _read_person(values: Values, node: Node, role: Code | None) -> Person:
    return Person(values.text(node, "Name"), read_ids(values, node), role)


def read_ids(values: Values, node: Node) -> tuple[Identifier, ...]:
    """Id with TypeId, and every AdditionalId, in the order sent."""
    main = values.text(node, "Id")
    kind = values.value(node, "TypeId")
    found = [Identifier(kind, main)] if main else []
    for extra in node.every("AdditionalId"):
        value = values.text(extra, "Id")
        kind = values.value(extra, "Type")
        if value:
            found.append(Identifier(kind, value))
    return tuple(dict.fromkeys(found))


def _read_telecom(hcp: Node) -> tuple[str, ...]:
    """Telephone numbers and other addresses (URL) of the address; the postal address is left."""
    address = hcp.first("Address")
    if address is None:
        return ()
    kind = address.first("Type")
    if kind is not None:
        kind.read_attrs()
    found = [
        (tele.read_attrs().get("V", "") or tele.read_text()).strip() for tele in address.every("TeleAddress")
    ]
    return tuple(text for text in found if text)
