"""The settings of commands that use more than the database."""

from __future__ import annotations

import os

from shiftbot.local import env_file
from shiftbot.local.home import Home
from shiftbot.settings import Settings


def settings() -> Settings:
    """Of the environment, or, where it names no database, of the demo that runs in this folder. Raises SettingsError."""
    if os.environ.get("DATABASE_URL"):
        return Settings.load()
    of_demo = env_file.read(Home.here().env_file)
    return Settings.load(**{name.lower(): value for name, value in of_demo.items() if value})
