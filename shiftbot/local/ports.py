"""Which ports the local rung uses: from SHIFTBOT_PORT_BASE upwards, or free ones."""

from __future__ import annotations

import os
import random
import socket
from collections.abc import Iterator

from shiftbot.local.home import LocalError
from shiftbot.local.postgres import HOST

OFFSETS = {
    "database": 0,
    "webhooks": 1,
    "dashboard": 2,
    "telegram": 3,
    "slack": 4,
    "openai": 5,
    "twilio": 6,
    "mail": 7,
    "smtp": 8,
    "supabase": 9,
}
_HIGHEST = max(OFFSETS.values())
# Below what operating systems give to outgoing connections, so that none of those takes a port of ours.
_FREE = range(20_000, 32_000)


def choose() -> dict[str, int]:
    """A port for each part. Raises LocalError where SHIFTBOT_PORT_BASE is no number or a port is taken."""
    wanted = os.environ.get("SHIFTBOT_PORT_BASE", "")
    if not wanted:
        return _free_ones()
    if not wanted.isdecimal() or not 1024 <= int(wanted) <= 65_535 - _HIGHEST:
        raise LocalError(
            f"SHIFTBOT_PORT_BASE must be a number from 1024 to {65_535 - _HIGHEST}, not {wanted!r}."
        )
    ports = {name: int(wanted) + offset for name, offset in OFFSETS.items()}
    for name, port in ports.items():
        if not is_free(port):
            raise LocalError(
                f"Port {port} ({name}) on {HOST} is already in use: stop what uses it, "
                "or choose another SHIFTBOT_PORT_BASE."
            )
    return ports


def _free_ones() -> dict[str, int]:
    return dict(zip(OFFSETS, _candidates(), strict=False))


def _candidates() -> Iterator[int]:
    return (port for port in random.sample(_FREE, 500) if is_free(port))  # not for secrets


def free_port() -> int:
    """A port that nobody listens on."""
    return next(_candidates())


def is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0
