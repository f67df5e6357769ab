"""The command line as a stranger meets it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import pytest

from shiftbot.cli import main, parser

# Every command there is: a new one is added here, and its help is read by somebody.
COMMANDS = [
    "dashboard",
    "demo",
    "doctor",
    "erase person",
    "journal verify",
    "listen",
    "migrate",
    "on-call calendar",
    "on-call hand-over",
    "on-call nobody",
    "on-call override",
    "on-call rotation add",
    "on-call rotation list",
    "on-call rotation stop",
    "on-call show",
    "on-call take",
    "page list",
    "page test",
    "phone decline",
    "phone ignore",
    "phone press",
    "phone show",
    "phone text",
    "queue list",
    "queue requeue",
    "replies delivered",
    "replies list",
    "replies resend",
    "say",
    "seed",
    "setup slack",
    "setup telegram",
    "sources check",
    "sources sync",
    "subscriptions activate",
    "subscriptions add",
    "subscriptions deactivate",
    "subscriptions list",
    "subscriptions remove",
    "subscriptions replay",
    "subscriptions rotate",
    "subscriptions secret",
    "subscriptions test",
    "telegram-caller call",
    "telegram-caller login",
    "tickets",
    "triage replay",
    "webhooks",
    "worker",
]


def commands(whole: argparse.ArgumentParser, path: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    groups = [a for a in whole._actions if isinstance(a, argparse._SubParsersAction)]
    if not groups:
        yield path.strip(), whole
    for group in groups:
        for name, command in group.choices.items():
            yield from commands(command, f"{path} {name}")


def test_every_command_is_listed_here() -> None:
    assert sorted(path for path, _ in commands(parser())) == COMMANDS


@pytest.mark.parametrize(
    "command",
    [
        "",
        *COMMANDS,
        "journal",
        "on-call",
        "on-call rotation",
        "page",
        "phone",
        "queue",
        "replies",
        "sources",
        "subscriptions",
        "telegram-caller",
    ],
)
def test_every_help_can_be_read(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), "--help"])
    shown = capsys.readouterr().out

    assert ended.value.code == 0
    assert f"usage: shiftbot {command}".strip() in shown
    assert max(len(line) for line in shown.splitlines()) <= 110


def test_every_argument_is_explained() -> None:
    unexplained = [
        (path, action.dest)
        for path, command in commands(parser())
        for action in command._actions
        if not action.help
    ]

    assert unexplained == []


def test_no_command_is_a_question_for_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])

    assert ended.value.code == 2
    assert "usage: shiftbot" in capsys.readouterr().err


def test_a_worker_serves_only_queues_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["worker", "reports"])

    assert ended.value.code == 2
    assert "invalid choice: 'reports'" in capsys.readouterr().err
