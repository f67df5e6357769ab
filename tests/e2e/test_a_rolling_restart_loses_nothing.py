"""Webhooks and workers are asked to end, one after the other, while customers write: nothing is lost, doubled or unsure."""

from __future__ import annotations

import random
import signal
import threading

import pytest

from tests.soak.ledger import close, settle
from tests.soak.stage import Program, Stage, stage
from tests.soak.traffic import Traffic

DRAIN_SECONDS = 30  # gunicorn's graceful timeout, or one model call and one send, and the machine may be busy


@pytest.mark.newest_postgres
def test_every_program_is_replaced_under_load() -> None:
    with stage(workers=2) as it:
        it.slack.events.retry_delays = (0.5, 2.0, 5.0, 10.0)
        traffic = Traffic(it, rate=10, pages=0.02, dice=random.Random(3))  # noqa: S311 - the same customers again
        stop = threading.Event()
        writing = threading.Thread(target=traffic.run, args=(60, stop))
        writing.start()
        try:
            codes = {program.name: replaced(it, program) for program in list(it.programs)}
        finally:
            stop.set()
            writing.join()
        verdict = close(it, traffic.said, settle(it, 90))
        unsure = it.rows("select count(*) from public.reply_attempts where state = 'unknown'")

    # The dashboard holds nothing that it could finish: until it serves, the signal ends it.
    assert codes.pop("dashboard") in (0, -signal.SIGTERM)
    assert codes == {"webhooks-0": 0, "webhooks-1": 0, "worker-0": 0, "worker-1": 0}
    assert len(traffic.said) > 20
    assert verdict.wrong == []
    assert unsure == [(0,)]


def replaced(it: Stage, program: Program) -> int:
    """SIGTERM; the exit code of the old process, once a new one is up."""
    old = program.process
    old.send_signal(signal.SIGTERM)
    code = old.wait(DRAIN_SECONDS)
    while program.process is old or not it.is_up():
        threading.Event().wait(0.1)
    return code
