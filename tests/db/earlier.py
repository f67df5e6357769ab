"""Part of the tests: a database as it was at an earlier migration."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from shiftbot.local.database import prepare_database
from shiftbot.migrate import MIGRATIONS, migrate
from tests.support.postgres import Database, TestServer


@contextlib.contextmanager
def database_at(server: TestServer, last: str, folder: Path) -> Iterator[Database]:
    """Up to that migration, itself included; `migrate(database.dsn)` does the rest."""
    for path in MIGRATIONS.glob("*.sql"):
        if path.name[:4] <= last:
            shutil.copy(path, folder)
    with server.clone("template1") as database:
        prepare_database(database.admin_dsn)
        assert len(migrate(database.dsn, folder)) == int(last)
        yield database
