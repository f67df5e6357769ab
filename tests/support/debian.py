"""Debian's PostgreSQL 15: the one Postgres here for which plpgsql_check and pgTAP are to be had."""

from __future__ import annotations

import os
from pathlib import Path

from shiftbot.local.postgres import EmbeddedPostgres
from shiftbot.local.wheel import MAJORS, Wheel

MAJOR = 15
PROGRAMS = Path(f"/usr/lib/postgresql/{MAJOR}/bin")
PG_PROVE = Path("/usr/bin/pg_prove")
PGBOUNCER = Path("/usr/sbin/pgbouncer")
PACKAGES = {
    PROGRAMS / "postgres": "postgresql-15",
    PROGRAMS.parent / "lib/plpgsql_check.so": "postgresql-15-plpgsql-check",
    Path(f"/usr/share/postgresql/{MAJOR}/extension/pgtap.control"): "postgresql-15-pgtap",
    PG_PROVE: "libtap-parser-sourcehandler-pgtap-perl",
    PGBOUNCER: "pgbouncer",
}


def remedy() -> str:
    """What to type to get the packages that are missing, or ""."""
    missing = [package for path, package in PACKAGES.items() if not path.exists()]
    return f"Please install: apt-get install {' '.join(missing)}" if missing else ""


def system_user() -> str | None:
    """Who servers run as: where the tests are root, the user that Debian's packages made."""
    return "postgres" if os.geteuid() == 0 else None


class DebianPostgres(EmbeddedPostgres):
    """A private cluster like the wheel's, made and run by Debian's programs."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir, MAJORS[-1], durable=False)
        self.version = MAJOR
        self._wheel = _Programs()

    def _initdb_options(self, password_file: str) -> list[str]:
        # Settings as options came with 16, and none of them matters here.
        options = super()._initdb_options(password_file)
        return options[: options.index("-c")]


class _Programs(Wheel):
    """They run as Debian's user where the wheel's run as the wheel's."""

    def __init__(self) -> None:
        self._bin_path = PROGRAMS
        self._user = system_user()


def postgres_of(data_dir: Path, version: int) -> EmbeddedPostgres:
    """A throw-away server of that major, from the wheel or from Debian."""
    return (
        DebianPostgres(data_dir) if version == MAJOR else EmbeddedPostgres(data_dir, version, durable=False)
    )
