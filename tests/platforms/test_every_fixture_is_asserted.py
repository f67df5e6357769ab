from __future__ import annotations

from tests.platforms import (
    test_slack_events_name_their_message as slack_events,
)
from tests.platforms import (
    test_slack_messages_are_read as slack_messages,
)
from tests.platforms import (
    test_telegram_attachments_are_kept as telegram_attachments,
)
from tests.platforms import (
    test_telegram_events_name_their_message as telegram_events,
)
from tests.platforms import (
    test_telegram_messages_are_read as telegram_messages,
)
from tests.platforms import (
    test_telegram_threads_are_followed as telegram_threads,
)
from tests.platforms.fixtures import names


def test_telegram() -> None:
    asserted = {
        *telegram_messages.MESSAGES,
        *telegram_messages.DROPPED,
        *telegram_threads.THREADS,
        *telegram_attachments.ATTACHMENTS,
        *telegram_events.EDITS,
        *telegram_events.COMMANDS,
        *telegram_events.FEEDBACK,
        *telegram_events.DROPPED,
    }
    elsewhere = {"migrated_to", "album_first", "album_second", "unknown_part"}  # in tests of their own

    assert asserted | elsewhere == names("telegram")


def test_slack() -> None:
    asserted = {
        *slack_messages.MESSAGES,
        *slack_messages.DROPPED,
        *slack_events.EVENTS,
        *slack_events.DROPPED,
    }

    assert asserted == names("slack")
