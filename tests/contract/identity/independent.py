"""Runs the independent OpenID provider of ../shared with Node, and presses the buttons of its login page."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

from kit.identity.keyfiles import new_ec_key
from tests.ports import free_port
from tests.shared import SHARED

SOURCE = SHARED / "conformance" / "oidc-provider" if SHARED else None
REDIRECT = "http://127.0.0.1:8000/callback"
RETURN_TO = "http://127.0.0.1:8000/"
KEY = new_ec_key()


@contextmanager
def installed_provider() -> Iterator[Path]:
    """A copy of the provider in a temporary folder, with its packages and our client's public key."""
    assert SOURCE is not None
    with tempfile.TemporaryDirectory(prefix="akson-op-", dir="/tmp") as name:
        folder = Path(name) / "provider"
        shutil.copytree(SOURCE, folder, copy_function=shutil.copyfile)
        folder.chmod(0o755)
        subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True, timeout=170
        )
        public = {"keys": [KEY.as_dict(private=False)]}
        (folder / "client-public.jwks.json").write_text(json.dumps(public))
        yield folder


@contextmanager
def running(folder: Path, mode: str, fault: str, **environment: str) -> Iterator[str]:
    """The provider in one mode with one fault; yields its issuer."""
    port = free_port()
    values = {
        "OP_MODE": mode,
        "OP_PORT": str(port),
        "OP_CLIENT_ID": "portal",
        "OP_CLIENT_JWKS": str(folder / "client-public.jwks.json"),
        "OP_REDIRECT_URIS": REDIRECT,
        "OP_POST_LOGOUT_URIS": RETURN_TO,
        "OP_ID_TOKEN_ALG": "PS256" if mode == "helseid" else "RS256",
        "OP_FAULT": fault,
        "OP_LOG": "0",
        "NODE_NO_WARNINGS": "1",
        **environment,
    }
    process = subprocess.Popen(
        ["node", "server.mjs"], cwd=folder, env={**os.environ, **values}, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert '"ready":true' in line, line
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


async def press(url: str, form: dict[str, str]) -> list[tuple[str, str]]:
    """Follow the provider's redirects as a browser does, and press a button on its login page."""
    async with httpx.AsyncClient(timeout=20.0) as browser:
        answer = await browser.get(url)
        for _ in range(12):
            if answer.is_redirect:
                target = urljoin(str(answer.url), answer.headers["location"])
                if target.startswith(REDIRECT):
                    return parse_qsl(urlsplit(target).query, keep_blank_values=True)
                answer = await browser.get(target)
            else:
                assert "test login" in answer.text, answer.text
                answer = await browser.post(answer.url, data=form)
    raise AssertionError("the provider did not send the browser back")
