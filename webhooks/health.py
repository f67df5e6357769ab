"""GET /healthz (the process answers) and /readyz (it could do its work: the database answers)."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from shiftbot.db import Pool, is_outage


def blueprint(pool: Pool) -> Blueprint:
    """The routes, for `create_app`."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @routes.get("/readyz")
    def readyz() -> tuple[Response, int]:
        try:
            with pool.connection() as conn:
                conn.execute("select 1")
        except Exception as error:
            if not is_outage(error):
                raise
            return jsonify(status="unready", reason="the database does not answer"), 503
        return jsonify(status="ready"), 200

    return routes
