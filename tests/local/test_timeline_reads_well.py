from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rich.console import Console

from shiftbot.local import timeline
from shiftbot.local.ticket_list import Ticket
from shiftbot.local.ticket_list import show as show_tickets
from shiftbot.local.timeline import Action

AT = datetime(2026, 5, 4, 10, 41, 7, tzinfo=UTC)
SAID = Action(
    1, 12, 1, AT, "telegram", "Beta users (group)", "message", None, "open", "customer", "telegram:7",
    name="Ana", body="The app\ncrashes [when] I open the settings page, every single time since the update",
)  # fmt: skip
DECIDED = Action(
    2, 12, 2, AT, "telegram", "Beta users (group)", "triaged_escalate", "open", "escalation_pending", "bot",
    "bot:rules", body="We call somebody.", engine="rules", severity=0.9, category="outage", fallback="timeout: 20 s",
)  # fmt: skip
TOLD = Action(
    3, 12, 3, AT, "telegram", "Beta users (group)", "reply_delivered", "escalation_pending", "escalation_pending",
    "bot", "bot", reply="hand_off",
)  # fmt: skip


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    __import__("time").tzset()


def printed(width: int, *actions: Action, colour: bool = False) -> list[str]:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=colour, highlight=False, markup=False)
    timeline.show(console, actions)
    return out.getvalue().splitlines()


def test_a_wide_terminal_gets_one_line_an_action() -> None:
    lines = printed(180, SAID, DECIDED, TOLD)

    assert len(lines) == 3
    assert lines[0].startswith(
        "10:41:07   #12  telegram Beta users (gro…  message           Ana           “The app"
    )
    assert lines[0].endswith("→ open")
    assert "rules 0.90 outage (instead of the model: timeout: 20 s) “We call somebody.”" in lines[1]
    assert lines[1].endswith("→ escalation_pending")
    assert lines[2].endswith("reply_delivered   Shift-Bot     hand_off")


def test_a_narrow_terminal_gets_two_and_nothing_wraps() -> None:
    lines = printed(80, SAID, DECIDED)

    assert lines == [
        "10:41:07   #12  message                                     → open",
        "                Ana (telegram, Beta users (group)): “The app crashes [when] I o…",
        "10:41:07   #12  triaged_escalate                            → escalation_pending",
        "                Shift-Bot: rules 0.90 outage (instead of the model: timeout: 20…",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 100, 115, 116, 140, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(len(line) for line in printed(width, SAID, DECIDED, TOLD)) <= width


def test_colour_is_for_terminals_only() -> None:
    assert "\x1b[" in "".join(printed(120, SAID, colour=True))
    assert "\x1b[" not in "".join(printed(120, SAID))


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_table_keeps_number_status_and_severity(width: int) -> None:
    out = io.StringIO()
    ticket = Ticket(12, "telegram", "Beta users (group)", "x" * 120, "escalation_pending", 0.95)
    show_tickets(Console(file=out, width=width), [ticket])
    (line,) = [line for line in out.getvalue().splitlines() if "telegram" in line]

    assert len(line) <= width
    assert line.split()[0] == "12"
    assert line.split()[-2:] == ["escalation_pending", "0.95"]


def test_a_ring_says_whom_how_and_what_became_of_it() -> None:
    placed = Action(
        4, 12, 4, AT, "telegram", "Group", "call_placed", "escalation_pending", "escalation_pending", "system",
        "paging", method="phone_call", outcome="attempted", rung="Ben Brook",
    )  # fmt: skip
    skipped = replace(placed, id=5, seq=5, event="call_outcome", outcome="skipped", detail="no phone number")
    answered = replace(placed, id=6, seq=6, event="call_outcome", outcome="answered", detail="in-progress")
    lines = printed(180, placed, skipped, answered)

    assert lines[0].endswith("call_placed       Shift-Bot     phone call to Ben Brook")
    assert lines[1].endswith("phone call to Ben Brook → skipped (no phone number)")
    assert lines[2].endswith("phone call to Ben Brook → answered")
