"""Writes .env.example from Settings: python -m tests.support.env_example > .env.example."""

from __future__ import annotations

import sys
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from shiftbot.dashboard_settings import DashboardSettings
from shiftbot.settings import Environment, Settings

_HEAD = """\
# Copy to .env and fill in; load it with: set -a; . ./.env; set +a
# A line that is commented out shows the value in force without it.
"""
_DASHBOARD = """\
# The dashboard. Run it with these alone: it needs none of the above, and what it does not hold nobody takes from it.
"""
PROGRAMS: tuple[type[Environment], ...] = (Settings, DashboardSettings)


def render() -> str:
    """The text .env.example must have: every setting with its description, the required ones open."""
    heads = (_HEAD, _DASHBOARD)
    return "\n".join(
        line
        for head, program in zip(heads, PROGRAMS, strict=True)
        for line in (head, *(_entry(name, field) for name, field in program.model_fields.items()))
    )


def _entry(name: str, field: FieldInfo) -> str:
    line = f"{name.upper()}={'' if field.is_required() else _shown(field.default)}"
    return f"# {field.description}\n{line if field.is_required() else f'# {line}'}\n"


def _shown(default: Any) -> str:
    match default:
        case None:
            return ""
        case bool():
            return str(default).lower()
        case SecretStr():
            return default.get_secret_value()
        case _:
            return str(default)


if __name__ == "__main__":
    sys.stdout.write(render())
