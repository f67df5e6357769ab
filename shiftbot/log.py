"""JSON lines on stderr: facts with fields, whom they concern, and never a token."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from uuid import uuid4

from pythonjsonlogger.json import JsonFormatter

# They log request URLs, and a Telegram URL carries the bot's token.
_TALKATIVE = (
    *(
        "httpx",
        "httpx2",
        "httpcore",
        "httpcore2",
        "openai",
        "telegram",
        "slack",
        "slack_sdk",
        "slack_bolt",
        "werkzeug",
    ),
    *("twilio", "urllib3", "telethon", "supabase", "storage3", "realtime", "websockets", "authlib"),
)
_MASK = "[redacted]"
_NOTHING: Mapping[str, object] = MappingProxyType({})
# Each looked for only where one of its words is: a line is logged with every request.
_REDACTIONS = (
    ((":",), re.compile(r"\d{6,}:[A-Za-z0-9_-]{30,}"), _MASK),  # Telegram bot
    (("xox", "xapp"), re.compile(r"\b(?:xox[a-z]|xapp)-[A-Za-z0-9-]+"), _MASK),  # Slack
    (("sk-",), re.compile(r"\bsk-[A-Za-z0-9_-]{8,}"), _MASK),  # OpenAI
    # Up to the last @ before the host: a password may hold an unescaped one.
    (("://",), re.compile(r"(\b[a-z][a-z0-9+.]*://[^:/@\s]*):[^\s/\"']+@"), rf"\1:{_MASK}@"),
    # Of our own addresses those that are secrets: acknowledge links, calendars, what Twilio calls back.
    (("/acknowledge/", "/calendar/"), re.compile(r"(/(?:acknowledge|calendar)/)[\w.~=-]+"), rf"\1{_MASK}"),
    (("token",), re.compile(r"((?:\b|%26|%3F)token(?:=|%3D))[\w.~-]+"), rf"\1{_MASK}"),
    (("password=",), re.compile(r"(\bpassword=)(?:'[^']*'|[^\s'\"&]+)"), rf"\1{_MASK}"),
)

_context: ContextVar[Mapping[str, object]] = ContextVar("shiftbot_log_context", default=_NOTHING)


def configure(service: str, level: str = "INFO", secrets: Iterable[str] = ()) -> None:
    """Takes over the root logger; `secrets` are masked word for word. ValueError on an unknown level."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_RedactingFormatter(service, secrets))
    handler.addFilter(add_context)
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    logging.captureWarnings(True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))


@contextmanager
def bind(**fields: object) -> Iterator[None]:
    """Adds fields to every line logged inside; they nest, and a thread or task started elsewhere has none."""
    token = _context.set({**_context.get(), **fields})
    try:
        yield
    finally:
        _context.reset(token)


def new_correlation() -> str:
    """An id for everything that follows from one cause; also a valid trace id of W3C's."""
    return uuid4().hex


def correlation() -> str | None:
    """The id that is bound here, for handing on with what is written."""
    bound = _context.get().get("correlation_id")
    return bound if isinstance(bound, str) else None


def redact(text: str) -> str:
    """The text without anything that looks like a credential."""
    for words, pattern, replacement in _REDACTIONS:
        if any(word in text for word in words):
            text = pattern.sub(replacement, text)
    return text


def add_context(record: logging.LogRecord) -> bool:
    """A filter for handlers: puts what is bound onto the record."""
    for name, value in _context.get().items():
        if not hasattr(record, name):  # what the line itself says wins
            setattr(record, name, value)
    return True


class _RedactingFormatter(JsonFormatter):
    """Masks the finished line, so that arguments, extras and tracebacks of any library are covered alike."""

    def __init__(self, service: str, secrets: Iterable[str]) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(message)s",
            rename_fields={"levelname": "level", "name": "logger"},
            static_fields={"service": service},
            timestamp="ts",
            json_ensure_ascii=False,
        )
        # Short values would tear holes into ordinary words.
        self._secrets = [secret for secret in secrets if len(secret) >= 6]

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, _MASK)
        return redact(line)
