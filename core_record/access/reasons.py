"""Reasons a health worker may give for a relation that no register shows (`access-reason`).

A list of our own: no national code list for this is public. The log marks such a relation as self-declared
(Tillitsrammeverk, `decision_ref.user_selected` = true), and the citizen sees the reason's text.
"""

from __future__ import annotations

from typing import NamedTuple

REASON_SYSTEM = "urn:akson:access-reason"


class Reason(NamedTuple):
    """A reason's text in bokmål, nynorsk and English."""

    nb: str
    nn: str
    en: str


REASONS: dict[str, Reason] = {
    "treatment": Reason(
        "Pasienten er til behandling her",
        "Pasienten er til behandling her",
        "The patient is being treated here",
    ),
    "emergency": Reason(
        "Pasienten trenger øyeblikkelig hjelp",
        "Pasienten treng augeblikkeleg hjelp",
        "The patient needs emergency care",
    ),
    "referral": Reason(
        "Pasienten er henvist hit", "Pasienten er tilvist hit", "The patient is referred here"
    ),
    "home-care": Reason(
        "Pasienten får hjemmetjenester herfra",
        "Pasienten får heimetenester herfrå",
        "The patient receives home care from here",
    ),
    "health-centre": Reason(
        "Pasienten følges opp av helsestasjonen",
        "Pasienten blir følgd opp av helsestasjonen",
        "The patient is followed up by the child health centre",
    ),
    "advice": Reason(
        "Gir råd til den som behandler pasienten",
        "Gjev råd til den som behandlar pasienten",
        "Advises the one who treats the patient",
    ),
}
