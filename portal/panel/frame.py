"""What the panel's pages share: who is reading, in which language, and the page around the content."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from kit.log import get_logger
from portal.clients.errors import Problem, ServiceProblem
from portal.clients.panel import PanelClient
from portal.clients.panel_staff import PanelStaffClient
from portal.frame.server import static_folder
from portal.frame.shell import shell, stylesheet
from portal.session.cookies import SESSION_COOKIE
from portal.session.current import Current
from portal.session.models import Kind
from portal.session.routes import HOME as OWN_PAGES
from portal.session.routes import language
from portal.session.tokens import PANEL, authorizer
from portal.session.wiring import wiring
from portal.ui.dates import show_day, show_time
from portal.ui.texts import say, texts

HOME = "/panel"
_AREAS = ("topics", "meetings", "control-points", "decisions")
_STATUS = {
    Problem.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Problem.REFUSED: HTTPStatus.FORBIDDEN,
    Problem.BUSY: HTTPStatus.TOO_MANY_REQUESTS,
    Problem.SIGNED_OUT: HTTPStatus.UNAUTHORIZED,
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

    def staff(self) -> PanelStaffClient:
        """The service for those who lead, moderate and decide; it says who may."""
        made = wiring()
        authorize = authorizer(self.now, PANEL) if self.now else None
        return PanelStaffClient(made.http, made.settings.panel_url, authorize)

    def anyone(self) -> PanelClient:
        """The service as anybody reaches it: nothing of the reader's login goes along."""
        made = wiring()
        return PanelClient(made.http, made.settings.panel_url)

    def say(self, key: str, **values: object) -> str:
        """A text of the area `panel`."""
        return say(self.lang, f"panel.{key}", **values)

    def work(self, key: str, **values: object) -> str:
        """A text of the area `panelwork`: for leaders, moderators and decision makers."""
        return say(self.lang, f"panelwork.{key}", **values)

    def has(self, key: str) -> bool:
        """Whether the area `panel` has such a text."""
        return f"panel.{key}" in texts(self.lang)

    def trait(self, dimension: str, value: str) -> str:
        """The name of a group; those too small to show, and those who did not tell, have their own."""
        key = {"*": "rest", "": "untold"}.get(value) or value.replace("+", "_up").replace("-", "_")
        return self.say(f"trait.{dimension}.{key}")

    def own(self, texts: dict[str, str]) -> str:
        """A text that the panel's people wrote: in the reader's language, else in bokmål, else as it is."""
        return texts.get(self.lang) or texts.get("nb") or next(iter(texts.values()), "")


async def reader(request: Request) -> Reader:
    """The reader of a request. Operators and administrators read as everybody."""
    sid = request.cookies.get(SESSION_COOKIE, "")
    session = await wiring().store.get(sid) if sid else None
    if session is None or session.choosing or session.kind not in (Kind.CITIZEN, Kind.CLINICIAN):
        return Reader(language(request), None)
    return Reader(session.lang, Current(sid, "", session))


def page(who: Reader, title: str, content: Markup, status: int = HTTPStatus.OK) -> Response:
    """A whole page, with the ways to the panel's other pages, and to one's own when logged in."""
    ways = [(HOME, who.say("home.title")), *((f"{HOME}/{a}", who.say(f"nav.{a}")) for a in _AREAS)]
    if who.now is not None:
        ways += [
            (f"{HOME}/mine", who.say("nav.mine")),
            (OWN_PAGES[who.now.session.kind], who.say("own_pages")),
        ]
    links = joined(Markup('<li><a href="{}">{}</a></li>').format(href, text) for href, text in ways)
    nav = Markup('<nav class="panel-crumb" aria-label="{}"><ul>{}</ul></nav>').format(
        who.say("home.title"), links
    )
    body = Markup('<div class="panel" data-offline="{}">{}<h1>{}</h1>{}</div>{}').format(
        who.say("kept.offline"), nav, title, content, _SCRIPT
    )
    return HTMLResponse(shell(who.lang, f"{title} – Akson", str(body), stylesheet(static_folder())), status)


def problem_page(who: Reader, problem: ServiceProblem) -> Response:
    """What went wrong, in words; the status tells machines."""
    if problem.problem is Problem.SIGNED_OUT:
        return log_in_page(who, who.say("home.title"))
    if problem.problem is Problem.WRONG:
        get_logger().warning("panel page failed", code=problem.code, correlation_id=problem.correlation_id)
    content = Markup('<p role="alert">{}</p>').format(who.say(f"problem.{problem.problem}"))
    return page(who, who.say("problem.title"), content, status_of(problem))


def status_of(problem: ServiceProblem) -> int:
    """The HTTP status of a page that tells of a problem."""
    return _STATUS.get(problem.problem, HTTPStatus.BAD_GATEWAY)


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


_SCRIPT = Markup('<script src="/panel/panel.js" defer></script>')


def told(who: Reader, request: Request) -> Markup:
    """What was just done, as the address tells after a form was sent."""
    key = f"done.{request.query_params.get('done', '')}"
    return notice(who.say(key)) if who.has(key) else Markup("")


def moment(who: Reader, text: str) -> str:
    """An instant as a date and time in Norway."""
    return who.say("moment", day=show_day(text), time=show_time(text))


def day(text: str) -> str:
    """An ISO date as people write it."""
    return show_day(text)


def joined(parts: Any) -> Markup:
    """Pieces of a page, one after the other."""
    return Markup("").join(parts)
