"""/api/v1: what the dashboard can do, for programs. Its document is made from this code: /api/v1/openapi.json, /api/v1/docs."""

from __future__ import annotations

from contextlib import ExitStack

from flask import redirect
from flask_openapi3 import Info, OpenAPI
from werkzeug.wrappers import Response

from shiftbot.acting import Database
from shiftbot.settings import Settings
from webhooks.api import dead_letters, engineers, on_call, problems, shifts, sources, ticket_acts, tickets
from webhooks.api.introspection import Doorkeeper, Introspector
from webhooks.api.routing import PREFIX, SCHEME, SCOPES, Room, Routes

_RESOURCES = {
    "tickets": tickets,
    "ticket_acts": ticket_acts,
    "engineers": engineers,
    "on_call": on_call,
    "shifts": shifts,
    "sources": sources,
    "dead_letters": dead_letters,
}
_INTRODUCTION = """\
Tickets, engineers, the rota and dead letters, for programs. Every request carries an OAuth 2 access token; what it may
do say its scopes and the engineer it belongs to. Every write carries an `Idempotency-Key`, and every error is a problem
document (RFC 9457) that names the rule which refused.
"""


def application(name: str) -> OpenAPI:
    """A Flask application that can hold the API. The document and its page are there for everybody."""
    app = OpenAPI(
        name,
        info=Info(title="Shift-Bot", version="1", description=_INTRODUCTION),
        security_schemes={SCHEME: _scheme()},
        doc_prefix=PREFIX,
        validation_error_model=problems.ProblemDocument,
        validation_error_callback=problems.invalid,
    )

    @app.get(f"{PREFIX}/docs", doc_ui=False)
    def docs() -> Response:
        return redirect(f"{PREFIX}/swagger")

    return app


def mount(app: OpenAPI, settings: Settings) -> None:
    """Registers the routes; where no provider is set up, each of them says so."""
    dsn = settings.api_database_url or settings.database_url
    database = Database(dsn.get_secret_value(), settings.api_database_connections, "api")
    introspector = Introspector(settings) if settings.oauth_introspection_url else None
    opened = app.extensions["shiftbot_api"] = ExitStack()  # for whoever closes it
    opened.callback(database.close)
    if introspector is not None:
        opened.callback(introspector.close)
    room = Room(max(1, settings.webhooks_threads // 2))
    for name, resource in _RESOURCES.items():
        app.register_api(resource.blueprint(Routes(name, database, Doorkeeper(introspector), room)))


def is_asked(path: str) -> bool:
    """Whether a path is the API's."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def _scheme() -> dict[str, str]:
    scopes = "\n".join(f"- `{name}`: {words}" for name, words in SCOPES.items())
    return {
        "type": "http",
        "scheme": "bearer",
        "description": f"An access token of the company's OAuth 2 provider, introspected (RFC 7662). Scopes:\n\n{scopes}",
    }
