"""What one process of the dashboard shares among its sessions: settings, database, hub."""

from __future__ import annotations

from dataclasses import dataclass, field

from dashboard.database import Database
from dashboard.hub import Hub
from shiftbot.dashboard_settings import DashboardSettings


@dataclass
class World:
    """Made once, before the first session."""

    settings: DashboardSettings
    database: Database
    hub: Hub = field(default_factory=Hub)


_world: World | None = None


def begin(settings: DashboardSettings) -> World:
    """Makes the world of this process anew; tests do so often."""
    global _world
    if _world is not None:
        _world.database.close()
    database = Database(
        settings.dashboard_database_url.get_secret_value(), settings.dashboard_database_connections
    )
    _world = World(settings, database)
    return _world


def current() -> World:
    """The world of this process; under `streamlit run` and AppTest it is made from the environment."""
    return _world if _world is not None else begin(DashboardSettings.load())
