"""The local rung's API: its login, and the simulated authorization server that vouches for who calls it."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from shiftbot.local import ports
from shiftbot.local.postgres import HOST
from shiftbot.local.supervisor import Program
from shiftbot.sim.oauth import AUDIENCE, CLIENT

_LOGIN = "shiftbot_api"


def new_secrets() -> dict[str, str]:
    """Of the API's login, of its client at the provider, and one token that an admin of the demo has."""
    return {
        "API_DATABASE_PASSWORD": secrets.token_urlsafe(24),
        "OAUTH_CLIENT_SECRET": secrets.token_urlsafe(24),
        "API_TOKEN": secrets.token_urlsafe(32),
    }


def let_programs_in(dsn: str, settings: Mapping[str, str]) -> dict[str, str]:
    """Gives the login a password; the settings that follow from that, and whose the token is."""
    password = settings["API_DATABASE_PASSWORD"]
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(
            sql.SQL("alter role {} login password {}").format(sql.Identifier(_LOGIN), sql.Literal(password))
        )
        admin = conn.execute(
            "select email from public.engineers where is_active order by is_admin desc, id limit 1"
        ).fetchone()
    parts = conninfo_to_dict(dsn)
    return {
        "API_DATABASE_URL": f"postgresql://{_LOGIN}:{password}@{HOST}:{parts['port']}/{parts['dbname']}",
        "API_TOKEN_EMAIL": admin[0] if admin else "",
    }


def settings(url: Mapping[str, str]) -> dict[str, str]:
    """Where the API and its provider are."""
    return {
        "API_URL": f"{url['webhooks']}/api/v1",
        "OAUTH_SIM_URL": url["oauth"],
        "OAUTH_INTROSPECTION_URL": f"{url['oauth']}/introspect",
        "OAUTH_CLIENT_ID": CLIENT,
        "OAUTH_AUDIENCE": AUDIENCE,
    }


def provider(port: int) -> Program:
    """The simulated authorization server; it reads its secret and its first token from the environment."""
    command = (sys.executable, "-m", "shiftbot.sim", "oauth", "--port", str(port))
    return Program("oauth", command, lambda: ports.answers(port), outlives_others=True)
