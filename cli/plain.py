"""What stops a command, said in a sentence: a missing key or setting, a database that cannot do it now."""

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
_LOCKED = (
    "Another program holds a lock on what this command changes, or it took too long: stop the services and"
    " run it again. Nothing of the step that was stopped is kept."
)
_FULL = (
    "The database's disk is full: make room, and run the command again. The step that was stopped is undone."
)
_AWAY = ("08", "28", "57P0", "53300")
"""SQLSTATE: connection, login, the server going down or starting, no connection left."""
_SENTENCES = {"55P03": _LOCKED, "57014": _LOCKED, "40P01": _LOCKED, "53100": _FULL}
"""By SQLSTATE: lock not available, statement timeout, deadlock; disk full."""
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
            sentence = _database(problem)
            if sentence is None:
                raise
            raise _ended(sentence) from problem
        except ValkeyDown as problem:
            raise _ended(_NO_VALKEY) from problem


def _database(problem: psycopg.OperationalError | sqlalchemy.exc.OperationalError) -> str | None:
    """What to say of it; None for what no sentence fits. Without a SQLSTATE no server was reached."""
    state = getattr(getattr(problem, "orig", problem), "sqlstate", None)
    if state is None or state.startswith(_AWAY):
        return _NO_DATABASE
    return _SENTENCES.get(state)


def _settings(problem: ValidationError) -> str:
    """The settings by name and what they must be; never what was given, which may be a password."""
    wrong = [f"AKSON_{str(one['loc'][0]).upper()}: {one['msg']}" for one in problem.errors()]
    return "A setting cannot be used. " + "; ".join(wrong) + ". See docs/settings.md."


def _ended(text: str) -> typer.Exit:
    Console(stderr=True, highlight=False).print(text, soft_wrap=True, markup=False)
    return typer.Exit(1)
