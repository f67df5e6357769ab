"""shiftbot doctor: checks everything an installation stands on, and says what is wrong and how to mend it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict

import psycopg

from shiftbot.cli import command, database, environment
from shiftbot.cli.failure import Failed
from shiftbot.doctor import clock, mail, model, project, settings_check, slack, telegram, twilio, work
from shiftbot.doctor import database as database_check
from shiftbot.doctor.finding import Finding, Group
from shiftbot.log import redact
from shiftbot.settings import Settings, SettingsError

_MARKS = {"ok": "ok     ", "warning": "warning", "problem": "PROBLEM"}


def add(commands: command.Commands) -> None:
    """Adds the command."""
    doctor = command.add(
        commands,
        "doctor",
        _doctor,
        "check settings, tokens, webhooks, database, queues and clocks, and say how to mend what is wrong",
        "Asks every service that is configured, changes nothing and sends nothing. Run it where a program runs,\n"
        "with its settings; with the owner's DATABASE_URL it sees the most. Ends with 1 where something is a problem.",
    )
    doctor.add_argument("--json", action="store_true", help="a list of objects instead of lines")


def _doctor(arguments: argparse.Namespace) -> int:
    try:
        settings = environment.settings()
    except SettingsError as error:
        found = [
            Group("settings").problem("environment", line, ".env.example describes it.")
            for line in str(error).splitlines()
        ]
        _print_all(found, [], as_json=arguments.json)
        return 1
    found = list(_printed(_findings(settings), settings, as_json=arguments.json))
    if arguments.json:
        _print_all(found, settings.secrets(), as_json=True)
    else:
        counts = {status: sum(finding.status == status for finding in found) for status in _MARKS}
        print(f"\n{counts['ok']} ok, {counts['warning']} to look at, {counts['problem']} to mend")
    return 1 if any(finding.status == "problem" for finding in found) else 0


def _findings(settings: Settings) -> Iterator[Finding]:
    yield from settings_check.examine(settings)
    yield from _of_database(settings)
    for part in (telegram, slack, twilio, model, mail, project):
        examine: Callable[[Settings], Iterator[Finding]] = part.examine
        yield from examine(settings)
    yield from clock.of_world(settings)


def _of_database(settings: Settings) -> Iterator[Finding]:
    dsn = settings.database_url.get_secret_value()
    try:
        with (
            database.explained(),
            psycopg.connect(dsn, autocommit=True, connect_timeout=5, prepare_threshold=None) as conn,
        ):
            conn.execute("set statement_timeout = '10s'")
            yield from database_check.examine(conn)
            yield from work.examine(conn)
            yield from clock.of_database(conn)
    except Failed as failure:
        yield Group("database").problem("answer", str(failure), "Is it running, and is DATABASE_URL right?")


def _printed(findings: Iterator[Finding], settings: Settings, *, as_json: bool) -> Iterator[Finding]:
    """Each as soon as it is known: some take seconds."""
    for finding in findings:
        if not as_json:
            print(_masked(_line(finding), settings.secrets()))
            sys.stdout.flush()
        yield finding


def _print_all(findings: list[Finding], secrets: list[str], *, as_json: bool) -> None:
    text = json.dumps([asdict(f) for f in findings], indent=1) if as_json else "\n".join(map(_line, findings))
    print(_masked(text, secrets))


def _line(finding: Finding) -> str:
    line = f"{_MARKS[finding.status]}  {finding.group}: {finding.check}: {finding.says}"
    return f"{line}\n         → {finding.mend}" if finding.mend else line


def _masked(text: str, secrets: list[str]) -> str:
    """Whatever a service said: nothing that is secret is repeated."""
    for secret in secrets:
        if len(secret) >= 6:
            text = text.replace(secret, "[redacted]")
    return redact(text)
