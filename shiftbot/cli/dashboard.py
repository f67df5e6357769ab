"""shiftbot dashboard: what engineers see and steer."""

from __future__ import annotations

import argparse

from shiftbot.cli import command
from shiftbot.cli.failure import Failed
from shiftbot.settings import SettingsError


def add(commands: command.Commands) -> None:
    """Adds the command."""
    command.add(
        commands,
        "dashboard",
        _dashboard,
        "show engineers the tickets, live",
        "Listens on DASHBOARD_BIND and holds nothing but the login shiftbot_dashboard. Runs until stopped.",
    )


def _dashboard(_: argparse.Namespace) -> int:
    from dashboard.server import main
    from shiftbot.dashboard_settings import DashboardSettings

    try:
        return main(DashboardSettings.load())
    except SettingsError as error:
        problems = "\n  ".join(str(error).splitlines())
        raise Failed(f"the settings cannot be used (.env.example describes each):\n  {problems}", 2) from None
