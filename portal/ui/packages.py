"""What the frontend is built of: npm packages, style sheets, and the browser's own address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reflex.plugins import Plugin

AKSEL = "8.15.0"
FRONTEND_PACKAGES = (
    f"@navikt/ds-css@{AKSEL}",
    f"@navikt/ds-tokens@{AKSEL}",
    "@fontsource-variable/source-sans-3@5.3.0",
)
PLACEHOLDER_HOST = "portal-origin.invalid"
PLACEHOLDER_ORIGIN = f"http://{PLACEHOLDER_HOST}"
_CSS = "@navikt/ds-css/dist"
_OWN_CSS = tuple(sorted(Path(__file__).parent.glob("*.css")))
_LITERAL = re.compile(r"([\"'`])(http|ws)://" + re.escape(PLACEHOLDER_HOST) + r"([^\"'`]*)\1")
_EXPRESSION = r'(globalThis.location.origin.replace("http","\2")+\1\3\1)'


class AkselStyles(Plugin):
    """Aksel's style sheets and our own; without Aksel's fonts.css, which loads from another site."""

    def get_stylesheet_paths(self, **_context: Any) -> Sequence[str]:
        """Style sheets in order; ours last."""
        return [
            "@fontsource-variable/source-sans-3/index.css",
            f"{_CSS}/global/reset.min.css",
            f"{_CSS}/global/tokens.min.css",
            f"{_CSS}/global/baseline.min.css",
            f"{_CSS}/global/print.min.css",
            f"{_CSS}/components.min.css",
            "./akson.css",
        ]

    def get_static_assets(self, **_context: Any) -> Sequence[tuple[Path, str | bytes]]:
        """Our style sheets as one, beside the generated ones."""
        joined = "\n".join(path.read_text(encoding="utf-8") for path in _OWN_CSS)
        return [(Path("styles") / "akson.css", joined)]


class BrowserOrigin(Plugin):
    """Make the built scripts talk to the address they were loaded from, so that one build serves any."""

    def post_build(self, **context: Any) -> None:
        """Replace the placeholder's string literals by an expression.

        Raises `RuntimeError` when none was found or one is left: such a build would talk to nobody.
        """
        static = Path(context["static_dir"])
        replaced = sum(_replace(script) for script in static.rglob("*.js"))
        left = [
            p.name for p in static.rglob("*") if p.is_file() and PLACEHOLDER_HOST.encode() in p.read_bytes()
        ]
        if not replaced or left:
            raise RuntimeError(
                f"the portal's address was not made relative ({replaced} places; left in {left})"
            )


def _replace(script: Path) -> int:
    text = script.read_text(encoding="utf-8")
    changed, count = _LITERAL.subn(_EXPRESSION, text)
    if count:
        script.write_text(changed, encoding="utf-8")
    return count
