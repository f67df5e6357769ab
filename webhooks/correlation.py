"""The id under which everything is logged that follows from one request. It is born here: none is taken from outside."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from flask import Flask, g

from shiftbot import log as logs


def install(app: Flask) -> None:
    """Every request gets an id of its own, for as long as it lasts."""

    @app.before_request
    def begin() -> None:
        g.correlation = _enter(logs.new_correlation())

    @app.teardown_request
    def end(_: BaseException | None) -> None:
        for name in ("caused_by", "correlation"):
            bound: AbstractContextManager[Any] | None = g.pop(name, None)
            if bound is not None:
                bound.__exit__(None, None, None)


def follow(correlation_id: str | None) -> None:
    """The request turns out to continue a chain that began elsewhere: from here on it is logged as that."""
    if correlation_id and "caused_by" not in g:
        g.caused_by = _enter(correlation_id)


def _enter(correlation_id: str) -> AbstractContextManager[Any]:
    bound = logs.bind(correlation_id=correlation_id)
    bound.__enter__()
    return bound
