"""A provider tells that a login has ended: `POST /auth/{helseid,idporten}/backchannel-logout`.

OpenID Connect Back-Channel Logout 1.0, 2.5 to 2.8. The caller is known by the token's signature alone.
"""

from __future__ import annotations

from http import HTTPStatus

from authlib.oauth2 import OAuth2Error
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kit.errors import AksonError
from kit.identity.client import OidcClient
from kit.identity.logouttoken import MAX_AGE, LogoutRefused
from kit.identity.oauthweb import read_form
from kit.log import get_logger
from portal.session.wiring import wiring

_NO_STORE = {"Cache-Control": "no-store"}
_MOST_BYTES = 16 * 1024


async def logged_out(request: Request) -> Response:
    """200 when the sessions have ended, also when there were none; 400 for a token that is not right."""
    made = wiring()
    client = made.helseid if request.url.path.split("/")[2] == "helseid" else made.idporten
    try:
        ended = await _end(client, await _token(request))
    except (LogoutRefused, OAuth2Error) as error:
        code = error.code if isinstance(error, LogoutRefused) else "logout-request"
        get_logger().warning("back-channel logout refused", code=code)
        return _refused(code)
    except AksonError as error:  # the provider's keys cannot be read: it tries again
        get_logger().warning("back-channel logout failed", code=error.code)
        return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "5", **_NO_STORE})
    get_logger().info("logged out by the provider", sessions=ended)
    return Response(status_code=HTTPStatus.OK, headers=_NO_STORE)


async def _token(request: Request) -> str:
    if int(request.headers.get("content-length") or 0) > _MOST_BYTES:
        raise LogoutRefused("logout-token-malformed", "The logout token is not valid.")
    return (await read_form(request)).need("logout_token")


async def _end(client: OidcClient, token: str) -> int:
    notice = await client.logout_notice(token)
    store = wiring().store
    if not await store.first_time(f"{notice.issuer} {notice.token_id}", 2 * MAX_AGE):
        raise LogoutRefused("logout-token-jti", "The logout token was used before.")
    return await store.end_everywhere(notice.issuer, notice.subject, notice.session)


def _refused(code: str) -> Response:
    body = {"error": "invalid_request", "error_description": code}
    return JSONResponse(body, HTTPStatus.BAD_REQUEST, _NO_STORE)
