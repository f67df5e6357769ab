"""/healthz, /readyz and /metrics of a worker process, where WORKER_BIND says so."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import httpx
import pytest

from shiftbot.db import open_pool
from shiftbot.settings import SettingsError
from tests.support.product import Product
from tests.support.waiting import eventually
from workers.loop import ROLE, Loop
from workers.probes import served
from workers.triage import TriageHandler

pytestmark = pytest.mark.newest_postgres


@pytest.fixture
def loop(story: Product) -> Iterator[Loop]:
    """A loop that has not begun."""
    stop = threading.Event()
    with open_pool(story.database.dsn, ROLE, 1, "worker") as pool:
        loop = Loop(story.database.dsn, pool, TriageHandler(pool, engine=None, lease_seconds=60), 1, 60, stop)  # type: ignore[arg-type]
        yield loop
        stop.set()
        if loop.is_alive():
            loop.join(30)


def get(url: str, path: str) -> httpx.Response:
    return httpx.get(f"{url}/{path}", trust_env=False)


def test_a_worker_is_ready_once_its_loops_sign(story: Product, loop: Loop) -> None:
    with served("127.0.0.1:0", story.database.dsn, [loop]) as url:
        assert get(url, "healthz").json() == {"status": "ok"}
        before = get(url, "readyz")
        loop.start()
        assert eventually(lambda: get(url, "readyz").status_code == 200)
        after, metrics = get(url, "readyz").json(), get(url, "metrics").text
        nothing = get(url, "elsewhere")

    assert before.status_code == 503
    assert before.json()["checks"]["loop_triage"] == {
        "status": "failed",
        "reason": "the loop of triage has not begun",
    }
    assert after["checks"]["loop_triage"] == {"status": "ok"}
    assert after["status"] == "degraded"  # nobody serves the other queues
    assert 'shiftbot_workers_alive{queue="triage"} 1.0' in metrics
    assert "shiftbot_handler_seconds" in metrics
    assert nothing.status_code == 404


def test_a_loop_that_died_takes_its_process_out(story: Product, loop: Loop) -> None:
    loop.start()
    with served("127.0.0.1:0", story.database.dsn, [loop]) as url:
        assert eventually(lambda: get(url, "readyz").status_code == 200)
        loop._stopping.set()
        loop.join(30)
        answer = get(url, "readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["loop_triage"]["status"] == "failed"


def test_without_a_bind_there_is_no_door(story: Product, loop: Loop) -> None:
    with served("", story.database.dsn, [loop]) as url:
        assert url == ""


@pytest.mark.parametrize("bind", ["8081", "127.0.0.1:", "127.0.0.1:port"])
def test_what_is_no_address_is_refused_in_words(story: Product, loop: Loop, bind: str) -> None:
    with pytest.raises(SettingsError, match="WORKER_BIND"), served(bind, story.database.dsn, [loop]):
        pass


def test_a_port_that_is_taken_is_refused_in_words(story: Product, loop: Loop) -> None:
    taken = story.url.removeprefix("http://")
    with (
        pytest.raises(SettingsError, match="cannot be listened on"),
        served(taken, story.database.dsn, [loop]),
    ):
        pass
