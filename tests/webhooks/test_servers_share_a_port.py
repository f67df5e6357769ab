"""Two webhooks servers at one address: one dies or is restarted, and nobody knocks in vain. Unasked, nobody shares."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.support.postgres import Database
from tests.support.waiting import eventually
from tests.webhooks.test_processes_count_together import answers, children, server

pytestmark = pytest.mark.newest_postgres
ONE = {"WEBHOOKS_PROCESSES": "1"}


def test_one_of_two_may_die(database: Database, tmp_path: Path) -> None:
    shared = ONE | {"WEBHOOKS_SHARE_PORT": "true"}
    with (
        server(database, tmp_path / "first", **shared) as (url, first),
        server(database, tmp_path / "second", url, **shared) as (_, second),
    ):
        assert eventually(lambda: len(children(first)) == len(children(second)) == 1)
        first.send_signal(signal.SIGTERM)
        assert first.wait(60) == 0

        assert all(answers(url) for _ in range(20))
        assert second.poll() is None


def test_unasked_the_second_is_refused(database: Database, tmp_path: Path) -> None:
    with server(database, tmp_path / "first", **ONE) as (url, _):
        log = tmp_path / "second"
        with server(database, log, url, **ONE) as (_, second):
            assert second.wait(60) != 0
        assert "already in use" in log.read_text().lower() or "address in use" in log.read_text().lower()
