"""`served` is the webhooks around a fresh database in which the chats of the recorded payloads are monitored."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shiftbot.sources import Source, sync
from tests.support.postgres import Database
from tests.support.web import Web, web

TELEGRAM = ("private", "-4012345678", "-1001987654321", "-1002233445566", "-1001122334455", "-1001555666777")
SLACK = ("private", "C02BUGS", "G03PRIVATE")
SOURCES = [
    Source.model_validate(
        {"platform": platform, "external_id": chat, "name": chat, "settings": {"merge_window_seconds": 0}}
    )
    for platform, chats in (("telegram", TELEGRAM), ("slack", SLACK))
    for chat in chats
]


@pytest.fixture
def served(database: Database) -> Iterator[Web]:
    with web(database) as it:
        sync(it.conn, SOURCES)
        yield it
