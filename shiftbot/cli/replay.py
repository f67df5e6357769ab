"""What another prompt, model, threshold or these rules would have decided on what was recorded: runs it and prints it."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shiftbot.cli import database, environment, replay_report
from shiftbot.cli.failure import Failed, unusable
from shiftbot.replay.comparison import Comparison, Price
from shiftbot.replay.history import History, Recorded
from shiftbot.replay.shadow import GaveUp, Shadow, judged, remembered
from shiftbot.settings import SettingsError
from shiftbot.triage.engine import TriageEngine
from shiftbot.triage.model import ModelEngine
from shiftbot.triage.rules import RulesEngine

_FOR_MODEL = ("model", "prompt", "price_in", "price_out")


def run(arguments: argparse.Namespace) -> int:
    """The exit code: 1 where the model failed, for then it was not all the model's."""
    price = _price(arguments)
    with _engine(arguments) as (engine, name), database.connection() as conn:
        history = History(conn)
        try:
            since = history.begin(arguments.since)
        except ValueError as error:
            raise Failed(f"--since: {error}.", 2) from None
        decisions = history.decisions(since, arguments.at_most)
        usable = [d for d in decisions if engine is None or not d.is_erased]
        comparison = Comparison(arguments.limit)
        began = time.monotonic()
        has_given_up = _compare(history, usable, engine, arguments, comparison)
    found: dict[str, Any] = {
        "since": since.isoformat(),
        "engine": name,
        "threshold": arguments.threshold,
        "decisions": len(decisions),
        "erased": len(decisions) - len(usable),
        "stopped_early": has_given_up,
        "seconds": round(time.monotonic() - began, 3),
    } | comparison.as_json(price)
    print(json.dumps(found, indent=1) if arguments.json else "\n".join(replay_report.lines(found)))
    return 1 if comparison.failures else 0


def _compare(
    history: History,
    decisions: list[Recorded],
    engine: TriageEngine | None,
    arguments: argparse.Namespace,
    comparison: Comparison,
) -> bool:
    """Whether the model gave up on the way."""
    shadows = (
        remembered(history, decisions, arguments.threshold)
        if engine is None
        else judged(history, decisions, engine.triage, arguments.threshold, arguments.concurrency)
    )
    try:
        comparison.add_all(_watched(shadows, len(decisions)))
    except GaveUp:
        return True
    return False


def _watched(shadows: Iterable[Shadow], of: int) -> Iterator[Shadow]:
    """Whoever waits at a terminal sees how far it is."""
    for number, shadow in enumerate(shadows, 1):
        yield shadow
        if sys.stderr.isatty() and (number % 50 == 0 or number == of):
            print(f"\r{number} of {of}", end="\n" if number == of else "", file=sys.stderr, flush=True)


@contextmanager
def _engine(arguments: argparse.Namespace) -> Iterator[tuple[TriageEngine | None, dict[str, str]]]:
    """What judges, None where the recorded verdicts do, and its name and version."""
    _refuse_mixture(arguments)
    if arguments.engine == "recorded":
        yield None, {"name": "recorded"}
        return
    model = _model(arguments) if arguments.engine == "model" else None
    engine = TriageEngine(model, RulesEngine())
    try:
        yield engine, {"name": arguments.engine} | engine.version()
    finally:
        engine.close()


def _model(arguments: argparse.Namespace) -> ModelEngine:
    try:
        settings = environment.settings()
    except SettingsError as error:
        raise unusable("The environment", error, 2) from None
    key = settings.openai_api_key.get_secret_value()
    if not key and settings.openai_base_url == type(settings).model_fields["openai_base_url"].default:
        raise Failed("OPENAI_API_KEY is not set; .env.example describes it and OPENAI_BASE_URL.", 2)
    return ModelEngine(
        key,
        settings.openai_base_url,
        arguments.model or settings.openai_model,
        settings.openai_timeout_seconds,
        _prompt(arguments.prompt) if arguments.prompt else None,
    )


def _prompt(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"--prompt: {file} cannot be read: {error}", 2) from None
    if not text.strip():
        raise Failed(f"--prompt: {file} is empty.", 2)
    return text


def _refuse_mixture(arguments: argparse.Namespace) -> None:
    given = [name for name in _FOR_MODEL if getattr(arguments, name) is not None]
    if arguments.engine != "model" and given:
        raise Failed(f"--{given[0].replace('_', '-')} is for --engine model.", 2)
    if arguments.engine == "recorded" and arguments.threshold is None:
        raise Failed("--engine recorded asks what another threshold would have done: give --threshold.", 2)


def _price(arguments: argparse.Namespace) -> Price | None:
    if (arguments.price_in is None) != (arguments.price_out is None):
        raise Failed("--price-in and --price-out: give both or neither.", 2)
    return None if arguments.price_in is None else Price(arguments.price_in, arguments.price_out)
