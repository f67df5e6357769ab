"""A dashboard that hears Realtime, from a simulated project beside the test's database."""

from __future__ import annotations

import json
from collections.abc import Callable

from shiftbot.sim.project import PUBLISHABLE_KEY, SupabaseSim
from tests.db.world import World
from tests.support.dashboard import Dashboard
from tests.support.waiting import eventually

LISTENER, PASSWORD = "dashboard@shift-bot.invalid", "password-of-the-ear"


def listening(project: SupabaseSim) -> dict[str, str]:
    """The settings of a dashboard with an ear."""
    return {
        "SUPABASE_URL": project.url,
        "SUPABASE_PUBLISHABLE_KEY": PUBLISHABLE_KEY,
        "REALTIME_EMAIL": LISTENER,
        "REALTIME_PASSWORD": PASSWORD,
    }


def live(world: World, project: SupabaseSim, serve: Callable[..., Dashboard], *engineers: str) -> Dashboard:
    """One for these engineers, whose names are the beginnings of their addresses; it hears when this returns."""
    world.do("update public.app_settings set listener_email = %s", LISTENER)
    shown = serve(*(f"{name.lower()}@example.com" for name in engineers), **listening(project))
    assert goes_live(shown)
    return shown


def state(shown: Dashboard) -> str:
    """What it says of its ear."""
    return str(json.loads(shown.health())["live"])


def goes_live(shown: Dashboard) -> bool:
    """Waits for it."""
    return eventually(lambda: state(shown) == "live")
