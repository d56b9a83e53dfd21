"""What a database refuses is told as what it is: away, held by a lock, full; or raised as our fault."""

from __future__ import annotations

import psycopg
import pytest
import sqlalchemy.exc
import typer
from psycopg import errors
from typer.testing import CliRunner

from cli.plain import PlainGroup

AWAY, LOCK, FULL = "AKSON_DATABASE_URL", "holds a lock", "disk is full"


def command_that_raises(problem: Exception) -> typer.Typer:
    """An application whose one command ends so."""
    app = typer.Typer(cls=PlainGroup, pretty_exceptions_enable=False)

    @app.callback()
    def whole() -> None:
        """As `akson`: a group."""

    @app.command()
    def go() -> None:
        raise problem

    return app


def as_sqlalchemy_wraps(problem: psycopg.Error) -> sqlalchemy.exc.OperationalError:
    return sqlalchemy.exc.OperationalError("UPDATE person …", None, problem)


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (psycopg.OperationalError("connection refused"), AWAY),
        (errors.ConnectionFailure(), AWAY),
        (errors.SqlclientUnableToEstablishSqlconnection(), AWAY),
        (errors.InvalidPassword(), AWAY),
        (errors.InvalidAuthorizationSpecification(), AWAY),
        (errors.AdminShutdown(), AWAY),
        (errors.CannotConnectNow(), AWAY),
        (errors.TooManyConnections(), AWAY),
        (errors.LockNotAvailable(), LOCK),
        (errors.QueryCanceled(), LOCK),
        (errors.DeadlockDetected(), LOCK),
        (errors.DiskFull(), FULL),
    ],
)
def test_what_stopped_the_database_is_told_as_what_it_is(
    problem: psycopg.OperationalError, sentence: str, wrapped: bool
) -> None:
    raised = as_sqlalchemy_wraps(problem) if wrapped else problem
    answer = CliRunner().invoke(command_that_raises(raised), ["go"])
    assert answer.exit_code == 1
    assert [one for one in (AWAY, LOCK, FULL) if one in answer.output] == [sentence]
    assert "UPDATE" not in answer.output


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize(
    "problem", [errors.OutOfMemory(), errors.SerializationFailure(), errors.IoError(), errors.ObjectInUse()]
)
def test_given_what_no_sentence_fits_then_it_is_raised_as_it_came(
    problem: psycopg.OperationalError, wrapped: bool
) -> None:
    raised = as_sqlalchemy_wraps(problem) if wrapped else problem
    answer = CliRunner().invoke(command_that_raises(raised), ["go"])
    assert answer.exception is raised
    assert not answer.output
