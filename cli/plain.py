"""What stops a command, said in a sentence: a missing key or setting, a database that does not answer."""

from __future__ import annotations

from typing import Any

import psycopg
import sqlalchemy.exc
import typer
import typer.core
from pydantic import ValidationError
from redis.exceptions import ConnectionError as ValkeyDown
from rich.console import Console

from kit.keys import KeyProblem
from kit.settings import SettingsProblem

_NO_DATABASE = (
    "The database does not answer, or does not let this role in: see AKSON_DATABASE_URL, the passwords in"
    " keys/db, and the server's log."
)
_NO_VALKEY = "Valkey does not answer: see AKSON_REDIS_URL."


class PlainGroup(typer.core.TyperGroup):
    """A group whose commands end with exit code 1 and a sentence where they would with a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Click's hook."""
        try:
            return super().invoke(ctx)
        except (KeyProblem, SettingsProblem) as problem:
            raise _ended(str(problem)) from problem
        except ValidationError as problem:
            if problem.title != "Settings":
                raise
            raise _ended(_settings(problem)) from problem
        except (psycopg.OperationalError, sqlalchemy.exc.OperationalError) as problem:
            raise _ended(_NO_DATABASE) from problem
        except ValkeyDown as problem:
            raise _ended(_NO_VALKEY) from problem


def _settings(problem: ValidationError) -> str:
    """The settings by name and what they must be; never what was given, which may be a password."""
    wrong = [f"AKSON_{str(one['loc'][0]).upper()}: {one['msg']}" for one in problem.errors()]
    return "A setting cannot be used. " + "; ".join(wrong) + ". See docs/settings.md."


def _ended(text: str) -> typer.Exit:
    Console(stderr=True, highlight=False).print(text, soft_wrap=True, markup=False)
    return typer.Exit(1)
