"""The two mails: a code, and "there is news". Plain text, in the citizen's language, without any contents.

No link leads further than the portal's front page, and none holds anything about a person.
"""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

_SUBJECT = {
    "code": {
        "nb": "Kode for e-postvarsler fra Akson",
        "nn": "Kode for e-postvarsel frå Akson",
        "en": "Code for e-mail notices from Akson",
    },
    "news": {
        "nb": "Du har et nytt varsel i Akson",
        "nn": "Du har eit nytt varsel i Akson",
        "en": "You have a new notice in Akson",
    },
}
_TEXT = {
    "code": {
        "nb": "Koden din er {code}\n\nSkriv den inn på siden «Varsler» i Akson innen en time.\n"
        "Har du ikke bedt om dette, trenger du ikke gjøre noe: da kommer det ingen flere e-poster.\n",
        "nn": "Koden din er {code}\n\nSkriv han inn på sida «Varsel» i Akson innan ein time.\n"
        "Har du ikkje bede om dette, treng du ikkje gjere noko: då kjem det ingen fleire e-postar.\n",
        "en": "Your code is {code}\n\nEnter it on the page “Notices” in Akson within an hour.\n"
        "If you did not ask for this, you need not do anything: no more e-mails will come.\n",
    },
    "news": {
        "nb": "Det er et nytt varsel til deg i Akson.\n\nSlik leser du det: gå til {portal}, velg «Logg inn»"
        " og åpne «Varsler».\n\nE-poster fra Akson sier aldri hva det gjelder, og ber deg aldri om å svare.\n"
        "Vil du ikke ha dem lenger? Slå dem av på siden «Varsler».\n",
        "nn": "Det er eit nytt varsel til deg i Akson.\n\nSlik les du det: gå til {portal}, vel «Logg inn»"
        " og opne «Varsel».\n\nE-postar frå Akson seier aldri kva det gjeld, og ber deg aldri om å svare.\n"
        "Vil du ikkje ha dei lenger? Slå dei av på sida «Varsel».\n",
        "en": "There is a new notice for you in Akson.\n\nTo read it: go to {portal}, choose “Log in” and"
        " open “Notices”.\n\nE-mails from Akson never say what it is about, and never ask you to reply.\n"
        "Do you not want them any more? Turn them off on the page “Notices”.\n",
    },
}


def compose(
    kind: str,
    language: str,
    *,
    to: str,
    sender: str,
    portal: str,
    mail_id: UUID,
    at: datetime,
    code: str = "",
) -> EmailMessage:
    """A mail. The same `mail_id` is the same Message-ID: sent again, it is one mail in the mailbox."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, _SUBJECT[kind][language]
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{mail_id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    mail.set_content(_TEXT[kind][language].format(code=code, portal=portal))
    mail["Content-Language"] = language  # contents replace the headers about them
    return mail
