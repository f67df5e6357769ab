"""Two moves of one ticket at the same moment: whatever came first, each was judged by the status that it met."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.db.world import STATUSES
from tests.properties.cast import Cast, act
from tests.properties.choices import APPEND, EDIT, ILLEGAL, NO_RIGHT, TAKEN, WROTE
from tests.properties.laws import Laws

Racer = tuple[str, str, int]  # who, by what, and which event or status


def move(laws: Laws, what: str, n: int, ticket: int) -> tuple[str, tuple[Any, ...]]:
    """The statement that moves the ticket so, and its arguments."""
    if what == "append":
        return APPEND, (ticket, laws.events[n % len(laws.events)])
    return EDIT, (STATUSES[n % len(STATUSES)], ticket)


def race(cast: Cast, laws: Laws, ticket: int, racers: list[Racer]) -> list[str]:
    """Lets them run, and asserts that what was refused was illegal at some moment of the two, and nothing else was."""
    world = cast.world
    status, seen = world.row("select status::text, last_action_seq from public.tickets where id = %s", ticket)
    moves = [(who, *move(laws, what, n, ticket)) for who, what, n in racers]
    with ThreadPoolExecutor(len(moves)) as pool:
        outcomes = list(pool.map(lambda m: act(lambda: world.do(m[1], *m[2], conn=cast.hands[m[0]])), moves))

    way = [status, *laws.way(ticket, seen)]
    for (who, query, arguments), outcome in zip(moves, outcomes, strict=True):
        if outcome == ILLEGAL:
            may, verb = (laws.may_append, arguments[1]) if query == APPEND else (laws.may_edit, arguments[0])
            assert not all(may(at, verb) for at in way), (way, verb)
        elif outcome == TAKEN:
            assert "closed" in way
        else:
            assert outcome == WROTE or (who != "studio" and outcome == NO_RIGHT), (who, arguments, outcome)
    return outcomes
