"""The operator's way into the database, and what can go wrong on it in words."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from shiftbot.cli.failure import Failed
from shiftbot.local import env_file
from shiftbot.local.home import Home
from shiftbot.log import redact

_MIGRATE = "The database does not have what this version needs: run `shiftbot migrate`."
_NOT_MIGRATED = (
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.UndefinedFunction,
    psycopg.errors.InvalidSchemaName,
)


def dsn() -> str:
    """DATABASE_URL of the environment, else of the demo that runs here. Raises Failed."""
    given = os.environ.get("DATABASE_URL") or env_file.read(Home.here().env_file).get("DATABASE_URL")
    if not given:
        raise Failed(
            "DATABASE_URL is not set and no demo runs in this folder: set it (.env.example says how), "
            "or start the demo with `make demo`.",
            2,
        )
    try:
        conninfo_to_dict(given)
    except psycopg.ProgrammingError as error:
        raise Failed(f"DATABASE_URL is not an address of a Postgres database: {_said(error)}.", 2) from None
    return given


@contextlib.contextmanager
def connection() -> Iterator[psycopg.Connection[Any]]:
    """An autocommit connection with the login of DATABASE_URL. Raises Failed for whatever is to be expected."""
    with (
        explained(),
        psycopg.connect(dsn(), autocommit=True, connect_timeout=5, application_name="shiftbot-cli") as conn,
    ):
        yield conn


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Turns the database's own errors into Failed."""
    try:
        yield
    except _NOT_MIGRATED:
        raise Failed(_MIGRATE) from None
    except psycopg.errors.InsufficientPrivilege as error:
        raise Failed(f"The login of DATABASE_URL may not do this: {_said(error)}.") from None
    except psycopg.OperationalError as error:
        raise Failed(f"The database {_place()}cannot be used: {_said(error)}. Check DATABASE_URL.") from None


def _place() -> str:
    parts = conninfo_to_dict(dsn())
    return f"on {parts.get('host', 'localhost')}:{parts.get('port', 5432)} "


def _said(error: psycopg.Error) -> str:
    """The last line: libpq names the host first and the cause last."""
    lines = [line.strip() for line in str(error.diag.message_primary or error).splitlines() if line.strip()]
    line = next((line for line in lines if "failed:" in line), lines[0] if lines else "no reason given")
    return redact(line.rpartition("failed: ")[2]).rstrip(".?")
