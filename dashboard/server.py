"""shiftbot dashboard: Streamlit, the listener and the local sign-in in one process behind uvicorn.

One process on purpose: sessions, hub and listener share memory. For more engineers than one process carries, run more of
them behind a balancer that keeps a browser with its process.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import streamlit as st
import uvicorn
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from streamlit import config

from dashboard import local_sign_in, theme, world
from dashboard.database import Away, TooMighty
from dashboard.headers import Hardened
from dashboard.identity import PROVIDER
from dashboard.listener import listen
from dashboard.pages_of import PAGES
from shiftbot import log as logs
from shiftbot import pooler
from shiftbot.dashboard_settings import DashboardSettings
from shiftbot.settings import SettingsError

log = logging.getLogger(__name__)
SCRIPT = Path(__file__).parent / "main.py"
_OPTIONS = {
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,  # only its own origin speaks to it
    "server.headless": True,
    "server.fileWatcherType": "none",
    "server.disconnectedSessionTTL": 30,
    "server.maxUploadSize": 20,
    "browser.gatherUsageStats": False,
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "client.showSidebarNavigation": False,
    "runner.magicEnabled": False,
    "logger.level": "warning",
}


def main(settings: DashboardSettings) -> int:
    """Serves until SIGTERM or SIGINT. Raises SettingsError."""
    logs.configure("dashboard", settings.log_level, secrets=settings.secrets())
    pooler.refuse(settings.dashboard_database_url.get_secret_value(), "DASHBOARD_DATABASE_URL")
    app = make_app(settings)
    _refuse_might(settings)
    _spare_the_collector()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        ws_ping_interval=20,
        timeout_graceful_shutdown=3,
    )
    return 0


def make_app(settings: DashboardSettings) -> Any:
    """The ASGI application; also what tests serve."""
    for name, value in (_OPTIONS | theme.OPTIONS).items():
        config.set_option(name, value)
    here = world.begin(settings)

    @contextlib.asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[dict[str, Any]]:
        tasks = [asyncio.create_task(listen(settings, here.hub)), asyncio.create_task(here.hub.deliver())]
        try:
            yield {}
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            here.database.close()

    routes = [Route("/healthz", _health), *local_sign_in.routes(settings)]
    hardened = Middleware(Hardened, is_https=settings.dashboard_url.startswith("https://"))
    return st.App(SCRIPT, lifespan=lifespan, routes=routes, middleware=[hardened], secrets=_secrets(settings))


def _spare_the_collector() -> None:
    """Streamlit collects garbage after each run of each session and looks at all that was ever imported: 80 ms of the one
    interpreter, four times as long as the run. What is there from the start is not looked at; so it is imported at the start.
    """
    for module in ("pandas", *(f"dashboard.{Path(page.file).stem}" for page in PAGES)):
        importlib.import_module(module)
    gc.collect()
    gc.freeze()


def _refuse_might(settings: DashboardSettings) -> None:
    try:
        world.current().database.refuse_might()
    except TooMighty as error:
        raise SettingsError(str(error)) from None
    except Away as error:
        # It comes up without its database and says so: whoever opens a page sees it, and it heals by itself.
        log.warning("the database is away", extra={"action": "database_away", "error": str(error)})


def _health(_: Request) -> Response:
    hub = world.current().hub
    return JSONResponse({"status": "ok", "live": hub.state, "sessions": hub.sessions})


def _secrets(settings: DashboardSettings) -> dict[str, Any]:
    if not settings.oidc_metadata_url:
        return {}
    return {
        "auth": {
            "redirect_uri": f"{settings.dashboard_url.rstrip('/')}/oauth2callback",
            "cookie_secret": settings.dashboard_cookie_secret.get_secret_value(),
            PROVIDER: {
                "client_id": settings.oidc_client_id,
                "client_secret": settings.oidc_client_secret.get_secret_value(),
                "server_metadata_url": settings.oidc_metadata_url,
                # Streamlit asks for "select_account" otherwise, which providers may refuse as unknown.
                "client_kwargs": {"scope": "openid profile email", "prompt": "login"},
            },
        }
    }
