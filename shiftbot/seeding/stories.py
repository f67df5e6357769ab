"""What happens to the tickets that are made up: each story is a row of events, as the triggers would have let them pass."""

from __future__ import annotations

from dataclasses import dataclass

_RUNG = "call_placed call_outcome"
_ANSWERED = "triaged_answer reply_delivered"
_TAKEN = f"{_RUNG} acknowledged note public_reply reply_delivered"


@dataclass(frozen=True)
class Story:
    """So many of a thousand tickets take this way."""

    weight: int
    events: str


# Together they come to ten rows of the journal a ticket.
CLOSED = (
    Story(342, f"message message edited {_ANSWERED} message {_ANSWERED} feedback_positive reply_delivered"),
    Story(320, f"message message {_ANSWERED} message {_ANSWERED} message {_ANSWERED} feedback_timeout"),
    Story(60, "message triaged_ignore"),
    Story(100, f"message message triaged_escalate reply_delivered {_TAKEN} message summarised closed"),
    Story(90, f"message {_ANSWERED} feedback_negative reply_delivered {_TAKEN} closed"),
    Story(84, f"message message {_ANSWERED} human_requested reply_delivered {_TAKEN} closed"),
    Story(4, f"message triaged_answer reply_failed {_TAKEN} closed"),
)
# Where a ticket that is not closed may stand. What waits for a worker here waits on a queue, too.
UNCLOSED = (
    Story(100, "message message"),
    Story(100, "message triaged_answer"),
    Story(490, f"message message {_ANSWERED} message {_ANSWERED}"),
    Story(10, "message triaged_answer reply_unknown"),  # waits for somebody to decide
    Story(100, f"message message triaged_escalate reply_delivered {_RUNG}"),
    Story(
        200,
        f"message triaged_escalate reply_delivered {_RUNG} acknowledged note public_reply reply_delivered",
    ),
)

SURFACES = ("checkout", "the invoice export", "sign-in", "the mobile app", "search", "webhooks", "the billing page", "uploads",
            "two-factor codes", "the report builder", "notifications", "the API", "password reset", "the calendar sync",
            "team invitations", "the admin console")  # fmt: skip
TROUBLES = ("answers with error 500", "hangs at the last step", "is empty since this morning", "shows yesterday's numbers",
            "cannot be reached", "is very slow", "loses what was typed", "charges twice", "sends nothing", "rejects valid data",
            "logs everybody out", "opens a blank page")  # fmt: skip
DETAILS = ("It began about an hour ago.", "Only some of us see it.", "It worked last week.", "We tried two browsers.",
           "Several customers of ours have called about it.", "A restart did not help.", "It is not urgent.",
           "Our whole office is waiting.")  # fmt: skip
FOLLOW_UPS = ("Any news?", "It happens again.", "That did not change anything for us.",
              "I have sent a screenshot to your address.",
              "Now a colleague has it too.", "Thanks, I will try that.")  # fmt: skip
AUTHORS = (
    "Priya",
    "Jonas",
    "Mei",
    "Omar",
    "Lucia",
    "Anders",
    "Fatima",
    "Tom",
    "Ines",
    "Kofi",
    "Yuki",
    "Sara",
)
ENGINEERS = ("Ada Seed", "Ben Seed", "Chidi Seed", "Dora Seed", "Emre Seed", "Freya Seed")
SOURCES = (
    *(("telegram", f"-10099900000{n:02}", f"Seeded group {n}") for n in range(1, 9)),
    *(("slack", f"C0SEED{n:04}", f"seeded-channel-{n}") for n in range(1, 5)),
)
