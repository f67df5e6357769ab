"""The local rung's Supabase project and the dashboard that uses it: secrets, logins, programs."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from shiftbot.dashboard_settings import DashboardSettings
from shiftbot.local import ports
from shiftbot.local.postgres import HOST
from shiftbot.local.supervisor import Program

LISTENER = "dashboard@shift-bot.invalid"  # no engineer: it hears ids and may read nothing
_LOGIN = "shiftbot_dashboard"
_SIMULATORS = {"telegram": "TELEGRAM_SIM_URL", "slack": "SLACK_SIM_URL", "twilio": "TWILIO_SIM_URL"}


def new_secrets() -> dict[str, str]:
    """Of the project and of the dashboard."""
    return {
        "SUPABASE_PUBLISHABLE_KEY": f"sb_publishable_{secrets.token_urlsafe(24)}",
        "SUPABASE_SECRET_KEY": f"sb_secret_{secrets.token_urlsafe(24)}",
        "SUPABASE_JWT_SECRET": secrets.token_urlsafe(32),
        "REALTIME_EMAIL": LISTENER,
        "REALTIME_PASSWORD": secrets.token_urlsafe(24),
        "DASHBOARD_DATABASE_PASSWORD": secrets.token_urlsafe(24),
        "DASHBOARD_COOKIE_SECRET": secrets.token_urlsafe(32),
    }


def let_the_dashboard_in(dsn: str, settings: Mapping[str, str]) -> dict[str, str]:
    """Gives its login a password and its listener a name; the settings that follow from that."""
    password = settings["DASHBOARD_DATABASE_PASSWORD"]
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(
            sql.SQL("alter role {} login password {}").format(sql.Identifier(_LOGIN), sql.Literal(password))
        )
        conn.execute("update public.app_settings set listener_email = %s", (settings["REALTIME_EMAIL"],))
        people = conn.execute("select email from public.engineers where is_active order by id").fetchall()
    parts = conninfo_to_dict(dsn)
    return {
        "DASHBOARD_DATABASE_URL": f"postgresql://{_LOGIN}:{password}@{HOST}:{parts['port']}/{parts['dbname']}",
        "DASHBOARD_LOCAL_ENGINEERS": ",".join(email for (email,) in people),
        "PLAYGROUND_SIMULATORS": ",".join(f"{name}={settings[url]}" for name, url in _SIMULATORS.items()),
    }


def project(port: int, admin_dsn: str, folder: Path) -> Program:
    """The simulated project. It alone is told the superuser: it listens to what Realtime would send.

    `folder` is where its Storage keeps objects.
    """
    return Program(
        "supabase",
        (sys.executable, "-m", "shiftbot.sim", "supabase", "--port", str(port)),
        lambda: ports.answers(port),
        outlives_others=True,
        also={"SUPABASE_SIM_DATABASE_URL": admin_dsn, "SUPABASE_SIM_FOLDER": str(folder)},
    )


def dashboard(settings: Mapping[str, str], is_healthy: Callable[[str], bool]) -> Program:
    """Told nothing but its own settings: no other login, no other key."""
    return Program(
        "dashboard",
        (sys.executable, "-m", "shiftbot.cli", "dashboard"),
        lambda: is_healthy(f"{settings['DASHBOARD_URL']}/healthz"),
        without=frozenset(settings) - {name.upper() for name in DashboardSettings.model_fields},
    )
