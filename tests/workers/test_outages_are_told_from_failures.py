"""An outage brings the message back unharmed; a failure of the work itself is counted, and buried in the end."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors
from psycopg_pool import PoolClosed, PoolTimeout

from shiftbot.db import is_outage
from shiftbot.settings import Settings, SettingsError
from workers.main import run_checks


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError("connection refused"),
        psycopg.InterfaceError("the connection is closed"),
        PoolTimeout("no connection"),
        PoolClosed("closing"),
        errors.AdminShutdown("terminating"),
        errors.TooManyConnections("full"),
    ],
)
def test_an_outage_is_nobodys_failure(error: Exception) -> None:
    assert is_outage(error)


@pytest.mark.parametrize(
    "error", [errors.DeadlockDetected("deadlock"), errors.StatementTooComplex("deep"), ValueError("bad")]
)
def test_a_failure_is_no_outage(error: Exception) -> None:
    assert not is_outage(error)


def test_a_message_may_not_come_back_while_it_is_being_sent() -> None:
    with pytest.raises(SettingsError, match=r"VISIBILITY_TIMEOUT_SECONDS: .* the 23 seconds a send may take"):
        run_checks(Settings(database_url="postgresql://x", visibility_timeout_seconds=23))

    run_checks(Settings(database_url="postgresql://x", visibility_timeout_seconds=24))
