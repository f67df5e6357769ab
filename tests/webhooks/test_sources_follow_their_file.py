"""While the webhooks run, the database's sources are those of sources.json; a bad edit changes nothing."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.postgres import Database
from tests.support.web import Web, web
from webhooks.sources_watch import SourcesWatch

pytestmark = pytest.mark.newest_postgres

GROUP = {"platform": "telegram", "external_id": "-1001", "name": "Group"}
BUGS = {"platform": "slack", "external_id": "C0BUGS", "name": "bugs"}


@pytest.fixture
def bare(database: Database) -> Iterator[Web]:
    with web(database) as it:
        it.pool.open()
        yield it


@contextmanager
def watching(bare: Web, path: Path) -> Iterator[None]:
    watch = SourcesWatch(path, bare.pool, check_seconds=0.02)
    watch.start()
    try:
        yield
    finally:
        watch.stop()
        watch.join(10)

    assert not watch.is_alive()


def written(path: Path, content: Any) -> Path:
    """Replaces the file at once, as editors do."""
    new = path.with_suffix(".new")
    new.write_text(content if isinstance(content, str) else json.dumps(content))
    os.replace(new, path)
    return path


def until(is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.02)
    return is_so()


def active(bare: Web) -> list[str]:
    return [row[0] for row in bare.rows("select name from public.sources where is_active order by id")]


def test_synced_at_start_and_on_every_change(bare: Web, tmp_path: Path) -> None:
    path = written(tmp_path / "sources.json", [GROUP])
    with watching(bare, path):
        assert until(lambda: active(bare) == ["Group"])
        written(path, [GROUP, BUGS])
        assert until(lambda: active(bare) == ["Group", "bugs"])
        written(path, [GROUP | {"is_active": False}, BUGS])
        assert until(lambda: active(bare) == ["bugs"])
        written(path, [GROUP])
        assert until(lambda: active(bare) == ["Group"])


@pytest.mark.parametrize("bad", ["", "{", "{}", '[{"platform": "fax", "external_id": "1", "name": "x"}]'])
def test_an_invalid_change_keeps_the_last_good_one_and_is_logged(
    bare: Web, tmp_path: Path, caplog: pytest.LogCaptureFixture, bad: str
) -> None:
    def complaints() -> int:
        return [getattr(r, "action", "") for r in caplog.records].count("sources_invalid")

    path = written(tmp_path / "sources.json", [GROUP])
    with caplog.at_level(logging.INFO), watching(bare, path):
        assert until(lambda: active(bare) == ["Group"])
        written(path, bad)
        assert until(lambda: complaints() == 1)
        assert active(bare) == ["Group"]
        written(path, [GROUP, BUGS])
        assert until(lambda: active(bare) == ["Group", "bugs"])

    assert complaints() == 1


def test_a_database_that_is_away_at_start_is_synced_when_it_is_back(bare: Web, tmp_path: Path) -> None:
    path = written(tmp_path / "sources.json", [GROUP])
    with bare.outage():
        watch = watching(bare, path)
        watch.__enter__()
    try:
        assert until(lambda: active(bare) == ["Group"])
    finally:
        watch.__exit__(None, None, None)


def test_a_file_that_vanishes_changes_nothing(bare: Web, tmp_path: Path) -> None:
    path = written(tmp_path / "sources.json", [GROUP])
    with watching(bare, path):
        assert until(lambda: active(bare) == ["Group"])
        path.unlink()
        written(path, [GROUP, BUGS])
        assert until(lambda: active(bare) == ["Group", "bugs"])
