"""The database as the dashboard's pages see it: transactions of the signed-in person."""

from __future__ import annotations

from shiftbot.acting import STATEMENT_SECONDS, Away, Connection, Database, Person, Refused, TooMighty

__all__ = ["STATEMENT_SECONDS", "Away", "Connection", "Database", "Person", "Refused", "TooMighty"]
