"""What another's app may at most: rules that come on top of those about the person who uses it.

They stand first: what the app may not, nobody may through it. The register of apps (`core_record.apps`) has
let it in before, or refused it. (J) marks a judgement of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from core_record.access.models import AccessRequest, Decision
from core_record.access.question import Question, Rule
from kit.errors import Forbidden
from kit.identity.actor import Actor
from kit.norway import today_in_norway

LIST = "list"


def _is_for_others(q: Question) -> bool:
    app = q.actor.app
    return app is not None and bool(app.roles) and (q.request.role or "none") not in app.roles


def _reads_beyond(q: Question) -> bool:
    app = q.actor.app
    return app is not None and not q.request.writes and not _within(q.request.kinds, app.reads)


def _writes_beyond(q: Question) -> bool:
    app = q.actor.app
    return app is not None and q.request.writes and not _within(q.request.kinds, app.writes)


def _within(kinds: frozenset[str], allowed: frozenset[str]) -> bool:
    return bool(kinds) and kinds <= allowed


APP_RULES = (
    Rule(
        "app-for-other-roles",
        _is_for_others,
        "pasientjournalloven §§ 19, 22: the organisation decides who uses what (J: by role of Volven 9060)",
        "Your organisation has not admitted this app for the role you act in.",
    ),
    Rule(
        "app-opens-no-lists",
        lambda q: q.actor.app is not None and LIST in q.request.kinds,
        "personvernforordningen art. 5 (1) c, 25: an app is opened for one patient (J: lists stay ours)",
        "An app opens one patient at a time, and no lists of patients.",
    ),
    Rule(
        "app-reads-beyond",
        _reads_beyond,
        "personvernforordningen art. 5 (1) b and c, 25, 28: what the app's purpose needs, as it is admitted",
        "The app is not admitted to read this. Its organisation can propose it for more.",
    ),
    Rule(
        "app-writes-beyond",
        _writes_beyond,
        "personvernforordningen art. 5 (1) b and c, 25, 28; pasientjournalloven § 22",
        "The app is not admitted to write this. Its organisation can propose it for more.",
    ),
)


def narrowed(actor: Actor, request: AccessRequest, decision: Decision, kinds: Iterable[str]) -> Decision:
    """The decision with what the app may not; unchanged for our own clients."""
    if actor.app is None:
        return decision
    asked = replace(request, kinds=frozenset(kinds))
    question = Question(
        actor, asked, decision.facts, own=False, relation=decision.relation, today=today_in_norway()
    )
    rule = next((rule for rule in APP_RULES if rule.refuses(question)), None)
    return decision if rule is None else replace(decision, refusal=rule)


def check_shown(actor: Actor, kinds: Iterable[str], *, writes: bool = False) -> None:
    """What came along with what was asked for (an `_include`) is of kinds that the app may read.

    `writes`: the answer to a writing shows what was written too. Raises `Forbidden` (`app-reads-beyond`).
    """
    app = actor.app
    if app is not None and not (app.reads | app.writes if writes else app.reads).issuperset(kinds):
        rule = APP_RULES[2]
        raise Forbidden(rule.code, rule.text)
