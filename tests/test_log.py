from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from shiftbot import log

TELEGRAM = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"
SLACK = "xoxb-" + "1234567890-abcdefGHIJKL"
OPENAI = "sk-proj-" + "abcdefghijklmnop"


@pytest.fixture(autouse=True)
def _untouched_logging() -> Iterator[None]:
    root = logging.getLogger()
    level = root.level
    yield
    logging.captureWarnings(False)
    root.handlers.clear()  # pytest adds its own for every phase anew
    root.setLevel(level)


class Lines:
    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    def text(self) -> str:
        return self._stream.getvalue()

    def last(self) -> dict[str, Any]:
        line: dict[str, Any] = json.loads(self.text().splitlines()[-1])
        return line


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    # Not capsys: it takes another stream after the fixtures have run.
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    log.configure("worker", "info", secrets=["hunter2hunter2"])
    return Lines(stream)


def test_a_line_is_a_fact_with_fields(lines: Lines) -> None:
    logging.getLogger("shiftbot.replies").info("replied", extra={"action": "reply_sent", "ticket_id": 42})
    line = lines.last()

    assert line.pop("ts").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "logger": "shiftbot.replies",
        "message": "replied",
        "service": "worker",
        "action": "reply_sent",
        "ticket_id": 42,
    }


def test_what_is_below_the_level_is_not_said(lines: Lines) -> None:
    logging.getLogger("shiftbot").debug("detail")

    assert lines.text() == ""


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="LOUD"):
        log.configure("worker", "loud")


def test_bound_fields_nest_and_end(lines: Lines) -> None:
    logger = logging.getLogger("shiftbot")
    with log.bind(ticket_id=1, correlation_id="a"):
        with log.bind(ticket_id=2):
            logger.info("inner")
            inner = lines.last()
        logger.info("outer")
        outer = lines.last()
    logger.info("after")
    after = lines.last()

    assert (inner["ticket_id"], inner["correlation_id"]) == (2, "a")
    assert (outer["ticket_id"], outer["correlation_id"]) == (1, "a")
    assert "ticket_id" not in after


def test_what_the_line_says_wins_over_what_is_bound(lines: Lines) -> None:
    with log.bind(ticket_id=1):
        logging.getLogger("shiftbot").info("other", extra={"ticket_id": 2})

    assert lines.last()["ticket_id"] == 2


@pytest.mark.parametrize("name", ["httpx", "httpx2", "openai", "telegram", "telegram.ext", "slack_sdk"])
def test_talkative_libraries_only_warn(lines: Lines, name: str) -> None:
    logging.getLogger(name).info("POST https://api.telegram.org/…")
    assert lines.text() == ""
    logging.getLogger(name).warning("trouble")

    assert lines.last()["message"] == "trouble"


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        (f"https://api.telegram.org/bot{TELEGRAM}/getMe", "https://api.telegram.org/bot[redacted]/getMe"),
        (f"token {SLACK}, then", "token [redacted], then"),
        ("app xapp-1-A0-123-abc", "app [redacted]"),
        (f"Bearer {OPENAI}", "Bearer [redacted]"),
        ("postgresql://bot:p@ss:w0rd@db:5432/app", "postgresql://bot:[redacted]@db:5432/app"),
        ("postgres://bot:secret@db/app", "postgres://bot:[redacted]@db/app"),
        ("host=db password=secret user=bot", "host=db password=[redacted] user=bot"),
        ("smtp://bot:s3cret@mail:587", "smtp://bot:[redacted]@mail:587"),
        ("GET /acknowledge/abcdefgh.1-2 HTTP/1.1", "GET /acknowledge/[redacted] HTTP/1.1"),
        ("GET /calendar/0123abcd.ics 200", "GET /calendar/[redacted] 200"),
        ("POST /voice?attempt=1&token=abc-_1&turn=2", "POST /voice?attempt=1&token=[redacted]&turn=2"),
        ("voice%3Fattempt%3D1%26token%3Dabc", "voice%3Fattempt%3D1%26token%3D[redacted]"),
        ("signed with hunter2hunter2", "signed with [redacted]"),
        ("ticket 12:34 is task-force-material", "ticket 12:34 is task-force-material"),
    ],
)
def test_credentials_are_masked_everywhere(lines: Lines, said: str, logged: str) -> None:
    logger = logging.getLogger("shiftbot")
    logger.info("%s", said, extra={"detail": {"url": [said]}})
    line = lines.last()
    try:
        raise RuntimeError(said)
    except RuntimeError:
        logger.exception("failed")
    failure = lines.last()

    assert line["message"] == logged
    assert line["detail"] == {"url": [logged]}
    assert f"RuntimeError: {logged}" in failure["exc_info"]
    assert said == logged or said not in json.dumps(failure)


def test_warnings_become_lines(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old thing", UserWarning, stacklevel=1)

    assert "old thing" in lines.last()["message"]
