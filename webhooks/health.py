"""GET /healthz (the process answers) and /readyz (what it needs, and how it goes around it)."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from shiftbot.db import Pool
from shiftbot.health import readiness


def blueprint(pool: Pool) -> Blueprint:
    """The routes, for `create_app`."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @routes.get("/readyz")
    def readyz() -> tuple[Response, int]:
        found = readiness(pool)
        return jsonify(found.body()), found.code

    return routes
