"""The parts of the board. Each takes what it draws as JSON and answers with what was pressed in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboard.parts.mounting import mounted, nothing


def bar(data: dict[str, Any], key: str, on_status: Callable[[], None], on_view: Callable[[], None]) -> None:
    """How many tickets every status has; `status` was pressed, or "" for all that are open; `view` was chosen."""
    mounted("board_bar")(key=key, data=data, on_status_change=on_status, on_view_change=on_view)


def tickets(
    data: dict[str, Any],
    key: str,
    on_acknowledge: Callable[[], None],
    on_more: Callable[[], None],
    on_clear: Callable[[], None],
) -> Any:
    """Tickets in one list, or in lanes. The answer's `ticket` is the number of one that was opened.

    `acknowledge` is the number of one that somebody takes, `more` the key of the list that shall go on ("newest": that
    shall begin again), `clear` asks for all tickets.
    """
    return mounted("ticket_list")(
        key=key,
        data=data,
        on_ticket_change=nothing,
        on_acknowledge_change=on_acknowledge,
        on_more_change=on_more,
        on_clear_change=on_clear,
    )
