"""Sending a message or referral once, also where the answer to the first sending was lost."""

from __future__ import annotations

from portal.clients.errors import Problem, ServiceProblem
from portal.clients.journal import JournalClient, Written

SENT_OTHERWISE = "sent-otherwise"


async def send_once(client: JournalClient, kind: str, letter_id: str, sent: Written) -> None:
    """Send it; what went through without an answer is there already.

    Raises `ServiceProblem`: `sent-otherwise` where what is there says something else, since the text was
    changed after it went through. It is for a new letter then.
    """
    found = (await client.search([kind], contact=letter_id, count=1)).get(kind)
    if not found:
        await client.write(kind, letter_id, sent)
    elif not sent.body.items() <= found[0].body.items():
        raise ServiceProblem(Problem.WRONG, SENT_OTHERWISE)
