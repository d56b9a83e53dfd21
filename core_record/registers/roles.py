"""What one can be employed as: Volven 9060 with an authorisation, our own codes without."""

from __future__ import annotations

from core_record.access.rules import KNOWN_ROLES as VOLVEN_9060

AUTHORISED_ROLES = VOLVEN_9060 - {"XX"}
"""Volven 9060 (Kategori helsepersonell), those with authorisation or licence."""

OWN_ROLES = ("pleieassistent", "hjemmehjelp", "miljoarbeider", "student", "administrativ", "annet")
"""Roles of personnel without authorisation; 9060 has only XX for all of them."""

KNOWN_ROLES = AUTHORISED_ROLES | {*OWN_ROLES, "XX", "DRIFT"}
"""`XX` is 9060's own code for none, `DRIFT` ours for those who operate the service."""
