"""Small helpers over lxml: elements in one namespace, kith data types (CS, CV, TS, ST)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from lxml import etree

from dev.generator import codes
from dev.generator.model import Code, Provider


@dataclass(frozen=True, slots=True)
class Node:
    """An element and the namespace its children get."""

    element: etree._Element
    namespace: str

    @classmethod
    def root(cls, name: str, namespace: str) -> Node:
        """A new root element with `namespace` as the default one."""
        return cls(etree.Element(qualified(namespace, name), nsmap=default_namespace(namespace)), namespace)

    def child(self, name: str) -> Node:
        """A new last child."""
        return Node(etree.SubElement(self.element, qualified(self.namespace, name)), self.namespace)


def default_namespace(namespace: str) -> Any:
    """The nsmap that makes `namespace` the default one (lxml's stubs do not know the None key)."""
    return {None: namespace}


@cache
def qualified(namespace: str, name: str) -> str:
    """`{namespace}name`."""
    return f"{{{namespace}}}{name}"


def put(node: Node, name: str, value: str | None, display: str | None = None) -> None:
    """A kith:CS or kith:TS child (V, DN); nothing when there is no value."""
    if value is None:
        return
    element = node.child(name).element
    element.set("V", value)
    if display:
        element.set("DN", display)


def put_text(node: Node, name: str, text: str | None) -> None:
    """A kith:ST child; nothing when there is no text."""
    if text is not None:
        node.child(name).element.text = text


def put_code(node: Node, name: str, code: Code) -> None:
    """A kith:CV child (V, S, DN, OT)."""
    element = node.child(name).element
    for attribute, value in (
        ("V", code.code),
        ("S", codes.OID + code.system),
        ("DN", code.display),
        ("OT", code.text),
    ):
        if value is not None:
            element.set(attribute, value)


def put_provider(node: Node, provider: Provider) -> None:
    """A RelServProv child."""
    related = node.child("RelServProv")
    put(related, "Relation", provider.relation, codes.RELATION[provider.relation])
    hcp = related.child("HCP")
    if provider.institution:
        put_text(hcp.child("Inst"), "Name", provider.name)
    else:
        professional = hcp.child("HCProf")
        put(professional, "Type", provider.profession, codes.PROFESSION.get(provider.profession or ""))
        put_text(professional, "Name", provider.name)
        put_text(professional, "Id", provider.hpr)
        put(professional, "TypeId", "HPR" if provider.hpr else None, "HPR-nummer")
    if provider.phone:
        address = hcp.child("Address")
        put(address, "Type", "WP", "Arbeidsadresse")
        put(address, "TeleAddress", f"tel:{provider.phone}")
