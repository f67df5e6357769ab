"""Whether a process can do its work, and what goes badly around it: the body of /readyz."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import psycopg

from shiftbot.db import Pool, described, is_outage
from shiftbot.migrate import newest

log = logging.getLogger(__name__)
WAIT_SECONDS = 2.0
_ASK = "select is_migrated, overdue, unattended from private.readiness(%s)"
# A database that a process of this version cannot work with.
_TOO_OLD = (
    psycopg.errors.UndefinedFunction,
    psycopg.errors.InvalidSchemaName,
    psycopg.errors.UndefinedTable,
    psycopg.errors.InsufficientPrivilege,
)


@dataclass(frozen=True)
class Check:
    """One condition: ok, degraded (work goes on, somebody should look) or failed (send no work here)."""

    name: str
    status: str = "ok"
    reason: str = ""


@dataclass(frozen=True)
class Readiness:
    """The answer of /readyz."""

    checks: tuple[Check, ...]

    @property
    def status(self) -> str:
        """ready, degraded or unready."""
        found = {check.status for check in self.checks}
        return "unready" if "failed" in found else "degraded" if "degraded" in found else "ready"

    @property
    def code(self) -> int:
        """Degraded is 200: a host that records reports stays in, whoever else is down."""
        return 503 if self.status == "unready" else 200

    def body(self) -> dict[str, Any]:
        """As JSON: the whole, and each check with its reason."""
        checks = {
            c.name: {"status": c.status} | ({"reason": c.reason} if c.reason else {}) for c in self.checks
        }
        return {"status": self.status, "checks": checks}


def readiness(pool: Pool, *others: Check) -> Readiness:
    """Asks the database once. `others` are what the process knows of itself."""
    try:
        with pool.connection(timeout=WAIT_SECONDS) as conn:
            row = conn.execute(_ASK, (newest(),)).fetchone()
    except _TOO_OLD as error:
        log.error("the database is too old", extra={"action": "not_migrated", "error": described(error)})
        return Readiness((Check("database"), _migrations(is_migrated=False), *others))
    except Exception as error:
        if not is_outage(error):
            raise
        return Readiness((Check("database", "failed", "the database does not answer"), *others))
    is_migrated, overdue, unattended = row if row else (False, [], [])
    return Readiness(
        (
            Check("database"),
            _migrations(is_migrated),
            _listed("queues", overdue, "; ".join(overdue)),
            _listed("workers", unattended, f"no worker alive for: {', '.join(unattended)}"),
            *others,
        )
    )


def _migrations(is_migrated: bool | None) -> Check:
    if is_migrated is None:
        return Check("migrations", "ok", "not compared: the migrations are not installed beside this program")
    if is_migrated:
        return Check("migrations")
    return Check("migrations", "failed", "the database lacks what this version needs: run `shiftbot migrate`")


def _listed(name: str, found: list[str], reason: str) -> Check:
    return Check(name, "degraded", reason) if found else Check(name)
