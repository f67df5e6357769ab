"""Reads from a database that may be away for a moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Self, TypeVar

import psycopg
from psycopg.rows import class_row

T = TypeVar("T")


class Reader:
    """One read-only connection, made anew when it breaks, for up to `patience` seconds per question."""

    def __init__(self, dsn: str, patience: float = 0.0) -> None:
        self._dsn = dsn
        self._patience = patience
        self._conn: psycopg.Connection[Any] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._conn is not None:
            self._conn.close()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows as they are. Raises psycopg.Error."""
        return self._patiently(lambda conn: conn.execute(query.encode(), values or None).fetchall())

    def objects(self, kind: type[T], query: str, *values: object) -> list[T]:
        """The rows as objects whose fields are the columns. Raises psycopg.Error."""

        def ask(conn: psycopg.Connection[Any]) -> list[T]:
            with conn.cursor(row_factory=class_row(kind)) as cursor:
                return cursor.execute(query.encode(), values or None).fetchall()

        return self._patiently(ask)

    def _patiently(self, ask: Callable[[psycopg.Connection[Any]], list[T]]) -> list[T]:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                return ask(self._connected())
            except psycopg.OperationalError:
                self._conn = None
                if time.monotonic() >= deadline:
                    raise
                time.sleep(0.3)

    def _connected(self) -> psycopg.Connection[Any]:
        if self._conn is None:
            self._conn = psycopg.connect(
                self._dsn, autocommit=True, connect_timeout=5, application_name="shiftbot-reader"
            )
            self._conn.execute("set default_transaction_read_only = on")
        return self._conn
