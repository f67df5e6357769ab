"""sources.json: which groups and channels are monitored and how; checked here, mirrored into the database."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import psycopg
from psycopg.types.json import Jsonb
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    ValidationError,
    model_validator,
)

Change = Literal["added", "changed", "deactivated", "unchanged"]

_STRICT = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)
_TELEGRAM_ID = re.compile(r"private|-?\d+")
_SLACK_ID = re.compile(r"private|[CDG][A-Z0-9]{2,}")
_API_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class SourcesError(Exception):
    """sources.json cannot be used; the text names every faulty entry, one a line."""


class SourceSettings(BaseModel):
    """What a source decides for itself; the database has the value of whatever is left out."""

    model_config = _STRICT

    intake: Literal["all", "mentions"] | None = None
    merge_window_seconds: int | None = Field(default=None, ge=0, le=86400, strict=True)
    reply_mode: Literal["auto", "draft", "off"] | None = None
    after_close: Literal["new_ticket", "reopen"] | None = None
    escalation_threshold: float | None = Field(default=None, ge=0, le=1, strict=True)


class Source(BaseModel):
    """One monitored group, channel or, with external_id `private`, all private chats of a platform.

    Of the platform `api`: a system that raises tickets through the API, by the name it is given here.
    """

    model_config = _STRICT

    platform: Literal["telegram", "slack", "api"]
    external_id: _Text
    name: _Text
    is_active: StrictBool = True
    settings: SourceSettings = SourceSettings()

    @model_validator(mode="after")
    def _id_fits_the_platform(self) -> Self:
        if self.platform == "telegram" and not _TELEGRAM_ID.fullmatch(self.external_id):
            raise ValueError("external_id must be a chat id such as -1001234567890, or private")
        if self.platform == "slack" and not _SLACK_ID.fullmatch(self.external_id):
            raise ValueError("external_id must be a channel id such as C0123ABCD (not its name), or private")
        if self.platform == "api" and not _API_ID.fullmatch(self.external_id):
            raise ValueError(
                "external_id must be a name such as monitoring: lower-case letters, digits, . _ -"
            )
        return self

    @model_validator(mode="after")
    def _api_answers_in_its_timeline(self) -> Self:
        """There is no thread to answer into, and the database wants to hear that."""
        if self.platform != "api":
            return self
        if self.settings.reply_mode not in (None, "off"):
            raise ValueError(
                "settings.reply_mode must be off: what is said to a system stands in the timeline"
            )
        off = self.settings.model_copy(update={"reply_mode": "off"})
        return self if self.settings == off else self.model_copy(update={"settings": off})


@dataclass(frozen=True)
class SyncReport:
    """What a sync did; each entry reads `telegram -100123`."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    deactivated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


def load(path: Path) -> list[Source]:
    """Reads and checks the file. Raises SourcesError with everything that is wrong with it."""
    entries = _read(path)
    if not isinstance(entries, list):
        raise SourcesError(f"{path}: a list of sources was expected, [ … ]")
    sources, problems = [], []
    for number, entry in enumerate(entries, start=1):
        try:
            sources.append(Source.model_validate(entry))
        except ValidationError as error:
            problems += [f"{_label(number, entry)}: {_words(e)}" for e in error.errors()]
    problems += _duplicates(entries)
    if problems:
        raise SourcesError("\n".join(problems))
    return sources


def sync(conn: psycopg.Connection[Any], sources: Sequence[Source]) -> SyncReport:
    """Makes the database's sources those of the list; what the list lacks is deactivated, never deleted."""
    entries = [source.model_dump(exclude_none=True) for source in sources]
    report = SyncReport()
    rows: Iterable[tuple[str, str, Change]] = conn.execute(
        "select platform, external_id, change from private.sync_sources(%s)", (Jsonb(entries),)
    )
    for platform, external_id, change in rows:
        getattr(report, change).append(f"{platform} {external_id}")
    return report


class Watch:
    """Notices that the file's content changed; asking often is cheap."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = self._look()
        self._digest = self._read()

    def changed(self) -> bool:
        """True once after each change of content; a file that is away or merely touched has not changed."""
        stamp = self._look()
        if stamp is None or stamp == self._stamp:
            return False
        digest = self._read()
        if digest is None:
            return False
        self._stamp = stamp
        is_new = digest != self._digest
        self._digest = digest
        return is_new

    def _look(self) -> tuple[int, int, int] | None:
        try:
            found = os.stat(self._path)
        except OSError:
            return None
        # An editor that replaces the file changes the inode even when clock and size agree.
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _read(self) -> bytes | None:
        try:
            return hashlib.sha256(self._path.read_bytes()).digest()
        except OSError:
            return None


def _read(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_without_doubles)
    except FileNotFoundError:
        raise SourcesError(f"{path} does not exist") from None
    except OSError as error:
        raise SourcesError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SourcesError(f"{path} is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise SourcesError(f"{path}:{error.lineno}:{error.colno}: {error.msg}") from None
    except (RecursionError, ValueError):  # a thousand brackets, a number of five thousand digits
        raise SourcesError(f"{path} is nested too deeply or holds a number that is too long") from None


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # json.loads keeps the last of two equal keys and says nothing.
    twice = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
    if twice:
        raise SourcesError(f"the key {twice[0]} stands twice in one object: {json.dumps(dict(pairs))[:120]}")
    return dict(pairs)


def _label(number: int, entry: object) -> str:
    if not isinstance(entry, dict):
        return f"entry {number}"
    known = [str(entry[key]) for key in ("platform", "external_id") if key in entry]
    known += [f"'{entry['name']}'"] if "name" in entry else []
    return f"entry {number} ({' '.join(known)})" if known else f"entry {number}"


def _duplicates(entries: Sequence[object]) -> list[str]:
    seen: dict[tuple[str, str], int] = {}
    problems = []
    for number, entry in enumerate(entries, start=1):
        if isinstance(entry, dict) and "platform" in entry and "external_id" in entry:
            key = (str(entry["platform"]), str(entry["external_id"]).strip())
            if key in seen:
                problems.append(f"{_label(number, entry)}: it is listed already as entry {seen[key]}")
            seen.setdefault(key, number)
    return problems


def _words(error: Mapping[str, Any]) -> str:
    """A validation error as a sentence about the key it concerns."""
    key = ".".join(str(part) for part in error["loc"])
    match error["type"]:
        case "literal_error":
            return f"{key} must be {error['ctx']['expected'].replace(chr(39), '')}"
        case "extra_forbidden":
            return f"{key} is not a known key"
        case "missing":
            return f"{key} is missing"
        case "model_type" | "model_attributes_type":
            return f"{key} must be an object" if key else "it must be an object"
        case "value_error":
            return str(error["ctx"]["error"])
        case "string_too_short":
            return f"{key} must not be empty"
        case _:
            return f"{key}: {error['msg'][:1].lower()}{error['msg'][1:]}"
