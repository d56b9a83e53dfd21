"""What the panel's pages share: who is reading, in which language, and the page around the content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from kit.log import get_logger
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.panel import PanelClient
from portal.frame.server import static_folder
from portal.frame.shell import shell, stylesheet
from portal.session.cookies import SESSION_COOKIE
from portal.session.current import Current
from portal.session.models import Kind
from portal.session.routes import HOME as OWN_PAGES
from portal.session.routes import language
from portal.session.tokens import PANEL, authorizer
from portal.session.wiring import wiring
from portal.ui.texts import say

HOME = "/panel"
_OSLO = ZoneInfo("Europe/Oslo")
_STATUS = {
    Problem.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Problem.REFUSED: HTTPStatus.FORBIDDEN,
    Problem.BUSY: HTTPStatus.TOO_MANY_REQUESTS,
    Problem.DOWN: HTTPStatus.SERVICE_UNAVAILABLE,
}


@dataclass(frozen=True)
class Reader:
    """Who reads: the language, and the login if there is one that the panel serves."""

    lang: str
    now: Current | None

    def client(self) -> PanelClient:
        """The panel's service on behalf of the reader."""
        made = wiring()
        authorize = authorizer(self.now, PANEL) if self.now else None
        return PanelClient(made.http, made.settings.panel_url, authorize)

    def anyone(self) -> PanelClient:
        """The service as anybody reaches it: nothing of the reader's login goes along."""
        made = wiring()
        return PanelClient(made.http, made.settings.panel_url)

    def say(self, key: str, **values: object) -> str:
        """A text of the area `panel`."""
        return say(self.lang, f"panel.{key}", **values)

    def trait(self, dimension: str, value: str) -> str:
        """The name of a group; those too small to show, and those who did not tell, have their own."""
        key = {"*": "rest", "": "untold"}.get(value) or value.replace("+", "_up").replace("-", "_")
        return self.say(f"trait.{dimension}.{key}")

    def own(self, texts: dict[str, str]) -> str:
        """A text that the panel's people wrote: in the reader's language, else in bokmål."""
        return texts.get(self.lang) or texts.get("nb", "")


async def reader(request: Request) -> Reader:
    """The reader of a request. Operators and administrators read as everybody."""
    sid = request.cookies.get(SESSION_COOKIE, "")
    session = await wiring().store.get(sid) if sid else None
    if session is None or session.choosing or session.kind not in (Kind.CITIZEN, Kind.CLINICIAN):
        return Reader(language(request), None)
    return Reader(session.lang, Current(sid, "", session))


def page(who: Reader, title: str, content: Markup, status: int = HTTPStatus.OK) -> Response:
    """A whole page, with the ways back: to the panel, and to one's own pages when logged in."""
    ways = [(HOME, who.say("home.title"))] if title != who.say("home.title") else []
    if who.now is not None:
        ways.append((OWN_PAGES[who.now.session.kind], who.say("own_pages")))
    links = joined(Markup('<a href="{}">{}</a>').format(href, text) for href, text in ways)
    crumbs = Markup('<p class="panel-crumb">{}</p>').format(links) if ways else Markup("")
    body = Markup('<div class="panel">{}<h1>{}</h1>{}</div>').format(crumbs, title, content)
    return HTMLResponse(shell(who.lang, f"{title} – Akson", str(body), stylesheet(static_folder())), status)


def problem_page(who: Reader, problem: ServiceProblem) -> Response:
    """What went wrong, in words; the status tells machines."""
    if problem.problem is Problem.SIGNED_OUT:
        return log_in_page(who, who.say("home.title"))
    if problem.problem is Problem.WRONG:
        get_logger().warning("panel page failed", code=problem.code, correlation_id=problem.correlation_id)
    content = Markup('<p role="alert">{}</p>').format(who.say(f"problem.{problem.problem}"))
    status = _STATUS.get(problem.problem, HTTPStatus.BAD_GATEWAY)
    return page(who, who.say("problem.title"), content, status)


def log_in_page(who: Reader, title: str) -> Response:
    """This is for those who have logged in; both ways in."""
    content = Markup(
        '<p class="front-lead">{}</p><p class="panel-actions">'
        '<a class="panel-button" href="/auth/idporten/login">{}</a>'
        '<a class="panel-button" href="/auth/helseid/login">{}</a></p>'
    ).format(
        who.say("log_in"), say(who.lang, "front.citizen.action"), say(who.lang, "front.clinician.action")
    )
    return page(who, title, content, HTTPStatus.UNAUTHORIZED)


def notice(text: str, kind: str = "status") -> Markup:
    """One sentence above the content; `alert` for what went wrong."""
    return Markup('<p class="front-notice panel-{}" role="{}">{}</p>').format(kind, kind, text)


def moment(who: Reader, text: str) -> str:
    """An instant as a date and time in Norway."""
    at = datetime.fromisoformat(text).astimezone(_OSLO)
    return who.say("moment", day=at.strftime("%d.%m.%Y"), time=at.strftime("%H:%M"))


def day(text: str) -> str:
    """An ISO date as people write it."""
    return datetime.fromisoformat(text).strftime("%d.%m.%Y")


def joined(parts: Any) -> Markup:
    """Pieces of a page, one after the other."""
    return Markup("").join(parts)
