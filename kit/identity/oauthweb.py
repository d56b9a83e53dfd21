"""What an OAuth endpoint of ours needs from HTTP: forms without repetitions, proofs, answers, errors."""

from __future__ import annotations

from typing import Any, NoReturn

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kit.identity import faults
from kit.identity.dpop import Proof, read_proof, single_proof
from kit.identity.freshness import Freshness
from kit.limits import Toll

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_REPEATABLE = frozenset({"resource", "audience"})


class Form:
    """A form's fields: each once, but `resource` and `audience` (RFC 8707, RFC 8693)."""

    def __init__(self, data: FormData) -> None:
        pairs = [(name, value) for name, value in data.multi_items() if isinstance(value, str)]
        self.fields = dict(pairs)
        self._pairs = pairs
        names = [name for name, _ in pairs if name not in _REPEATABLE]
        if len(pairs) != len(data.multi_items()) or len(names) != len(set(names)):
            raise InvalidRequestError(description="a parameter is repeated or a file")

    def all(self, name: str) -> list[str]:
        """Every value of a repeatable field."""
        return [value for key, value in self._pairs if key == name and value]

    def need(self, name: str) -> str:
        """A field that must be there; raises `InvalidRequestError`."""
        value = self.fields.get(name)
        if not value:
            raise InvalidRequestError(description=f"the parameter {name} is missing")
        return value


async def read_form(request: Request) -> Form:
    """The request's form; raises `InvalidRequestError` for another body."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        raise InvalidRequestError(description="the body must be application/x-www-form-urlencoded")
    return Form(await request.form())


async def proof_at(
    request: Request, url: str, freshness: Freshness, toll: Toll | None = None
) -> tuple[Proof, str]:
    """The DPoP proof sent to a token endpoint, and the next nonce (RFC 9449 5 and 8); `toll` is the client's.

    Raises `faults.ProofRefused`; `oauth_error` makes the answer.
    """
    text = single_proof(request.headers.getlist("dpop"))
    proof = read_proof(text, method=request.method, url=url, token=None)
    return proof, await freshness.admit(proof.replay_key, proof.nonce, toll)


def token_answer(body: dict[str, Any], nonce: str | None = None) -> Response:
    """A success (RFC 6749 5.1)."""
    headers = {**_NO_STORE, **({"DPoP-Nonce": nonce} if nonce else {})}
    return JSONResponse(body, 200, headers)


def oauth_error(error: Exception) -> Response:
    """An error as RFC 6749 5.2 wants it; takes Authlib's errors and our refused proofs."""
    if isinstance(error, faults.ProofRefused):
        headers = {name: error.headers[name] for name in ("DPoP-Nonce",) if name in error.headers}
        return JSONResponse(
            {"error": error.oauth_error, "error_description": error.detail}, 400, {**_NO_STORE, **headers}
        )
    if isinstance(error, OAuth2Error):
        return JSONResponse(dict(error.get_body()), error.status_code, _NO_STORE)
    raise error


def refuse(code: str, description: str) -> NoReturn:
    """Raise an OAuth error that Authlib has no class for, e.g. `invalid_target` (RFC 8707)."""
    raise OAuth2Error(error=code, description=description, status_code=400)
