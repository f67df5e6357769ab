"""What an engineer does to a ticket. Each act is one row of the journal; who was faster is read from it, never guessed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from dashboard.database import Connection, Refused
from dashboard.ticket_words import STATUSES, did, plain, some_time
from shiftbot.db import constraint_of

_ASSIGNED = "a.payload #> '{facts,assigned_engineer_id}' is not null"
_MOVED = "a.status_after is distinct from coalesce(before.status_after, 'open')"
# What a customer hears an answer in: two of them at once are one too many.
_ANSWERED = "a.event in ('triaged_answer', 'public_reply', 'reply_approved')"
_DECIDED = "a.event in ('reply_approved', 'draft_discarded', 'reply_drafted', 'message', 'edited')"
_DRAFT_IS_GONE = ("draft_is_the_one_that_was_read", "approved_reply_says_something")


@dataclass(frozen=True)
class Faster:
    """The row that was written before one's own; `who` is None where it was nobody in particular."""

    event: str
    actor_type: str
    who: str | None
    is_me: bool
    status: str
    seconds: float

    @property
    def words(self) -> str:
        """Who and what, such as "Ben acknowledged it 3 s ago."""
        return f"{plain(did(self.event, self.actor_type, self.who))} {some_time(self.seconds)} ago."


_FASTER = """
select a.event, a.actor_type::text as actor_type, coalesce(g.name, nullif(a.payload ->> 'author_name', '')) as who,
  a.actor = 'engineer:' || private.current_engineer_id() as is_me, t.status::text as status,
  greatest(extract(epoch from clock_timestamp() - a.created_at), 0)::double precision as seconds
from public.ticket_actions as a
join public.tickets as t on t.id = a.ticket_id
left join public.ticket_actions as before on before.ticket_id = a.ticket_id and before.seq = a.seq - 1
left join public.engineers as g on a.actor_type = 'engineer' and a.actor = 'engineer:' || g.id
where a.ticket_id = %(ticket_id)s and a.seq > %(after)s and a.seq < %(before)s and (CONDITION)
order by a.seq desc limit 1
"""
_RESOLVED = """
select r.state, r.body is null as is_erased, g.name
from public.replies as r
left join lateral (
  select substring(t.error from 'sent again by (.*)') as by from public.reply_attempts as t
  where t.reply_id = r.id and t.error ~ '^sent again by ' order by t.id desc limit 1) as again on true
left join lateral (
  select a.payload #>> '{facts,by}' as by from public.ticket_actions as a
  where a.ticket_id = r.ticket_id and a.event = 'reply_delivered' and a.payload #>> '{facts,reply_id}' = r.id::text
  order by a.seq desc limit 1) as taken on true
left join public.engineers as g on 'engineer:' || g.id = case r.state when 'pending' then again.by else taken.by end
where r.id = %s
"""
_END = 2**31 - 1


def move(conn: Connection, ticket_id: int, event: str, reason: str = "") -> None:
    """One of the moves that need nothing else: closed, reopened, deescalated, escalated_manually, ack_extended.

    Raises Refused, with who was faster where somebody was.
    """
    with _in_time(conn, ticket_id, event):
        _append(conn, ticket_id, event, reason or None, {})


def mark_not_needed(conn: Connection, ticket_id: int, reason: str = "") -> None:
    """The page that was acknowledged last was not needed. Whoever says it second, changes nothing and is refused nothing."""
    with _in_time(conn, ticket_id, "page_not_needed"):
        _once(conn, "acknowledgement_is_marked_once", ticket_id, "page_not_needed", reason or None, {})


def acknowledge(conn: Connection, ticket_id: int) -> None:
    """The signed-in engineer has it; the page follows. Raises Refused with who was faster."""
    with _in_time(conn, ticket_id, "acknowledged"):
        _append(conn, ticket_id, "acknowledged", None, {"via": "dashboard"} | _assigned(_me(conn)))


def assign(conn: Connection, ticket_id: int, engineer_id: int, seen_seq: int) -> None:
    """Gives it to an engineer. Raises Refused where it was given to somebody after `seen_seq`."""
    with _in_time(conn, ticket_id, "assigned"):
        seq = _append(conn, ticket_id, "assigned", None, _assigned(engineer_id))
    if (faster := _faster(conn, ticket_id, _ASSIGNED, seen_seq, seq)) and not faster.is_me:
        raise Refused(faster.words, "Look who has it now, and decide again.")


def note(conn: Connection, ticket_id: int, text: str, written_as: str) -> None:
    """For engineers only. Sent twice with the same `written_as` it is written once."""
    _say(conn, ticket_id, "note", text, {"written_as": written_as})


def reply(conn: Connection, ticket_id: int, text: str, written_as: str, seen_seq: int) -> None:
    """Answers the customer. Raises Refused where somebody answered after `seen_seq`: read it first."""
    seq = _say(conn, ticket_id, "public_reply", text, {"written_as": written_as})
    if seq and (faster := _faster(conn, ticket_id, _ANSWERED, seen_seq, seq)) and not faster.is_me:
        raise Refused(
            faster.words, "Read it in the conversation, and send yours again if it is still needed."
        )


def approve(conn: Connection, ticket_id: int, draft_id: int, text: str = "", written_as: str = "") -> None:
    """Lets the draft go, with other words where `text` says some. Raises Refused where that draft waits no more."""
    facts = {"draft_id": draft_id} | ({"written_as": written_as} if written_as else {})
    with _draft_waits(conn, ticket_id), _in_time(conn, ticket_id, "reply_approved"):
        _say(conn, ticket_id, "reply_approved", text or None, facts)


def discard(conn: Connection, ticket_id: int, draft_id: int) -> None:
    """Throws the draft away. Raises Refused where that draft waits no more."""
    with _draft_waits(conn, ticket_id):
        _append(conn, ticket_id, "draft_discarded", None, {"draft_id": draft_id})


def resolve(conn: Connection, reply_id: int, is_resent: bool) -> None:
    """Decides a reply of unknown outcome, or one that failed. Raises Refused with what became of it."""
    try:
        with conn.transaction():
            conn.execute("select private.resolve_reply(%s, %s)", (reply_id, is_resent))
    except psycopg.errors.CheckViolation as error:
        if constraint_of(error) != "only_unknown_or_failed_replies_are_resolved":
            raise
        raise Refused(*_decided(conn, reply_id)) from error


def _append(conn: Connection, ticket_id: int, event: str, body: str | None, facts: dict[str, Any]) -> int:
    row = conn.execute(
        "insert into public.ticket_actions (ticket_id, event, body, payload) values (%s, %s, %s, %s) returning seq",
        (ticket_id, event, body, Jsonb({"facts": facts} if facts else {})),
    ).fetchone()
    return int(row[0]) if row else 0


def _say(conn: Connection, ticket_id: int, event: str, text: str | None, facts: dict[str, Any]) -> int:
    """The row's number; 0 where it was written before: the answer to the first press was lost on its way."""
    return _once(conn, "words_are_written_once", ticket_id, event, text, facts)


def _once(
    conn: Connection, rule: str, ticket_id: int, event: str, text: str | None, facts: dict[str, Any]
) -> int:
    """The row's number; 0 where by that rule it was written before."""
    try:
        with conn.transaction():
            return _append(conn, ticket_id, event, text, facts)
    except psycopg.errors.UniqueViolation as error:
        if constraint_of(error) != rule:
            raise
        return 0


def _me(conn: Connection) -> int | None:
    row = conn.execute("select private.current_engineer_id()").fetchone()
    return int(row[0]) if row and row[0] is not None else None


def _assigned(engineer_id: int | None) -> dict[str, Any]:
    return {} if engineer_id is None else {"assigned_engineer_id": engineer_id}


@contextmanager
def _in_time(conn: Connection, ticket_id: int, event: str) -> Iterator[None]:
    """A move that is not legal any more says who moved the ticket; one's own second press is no refusal."""
    try:
        with conn.transaction():
            yield
    except psycopg.errors.CheckViolation as error:
        if constraint_of(error) != "ticket_transition_allowed":
            raise
        faster = _faster(conn, ticket_id, _MOVED)
        if faster is None:
            raise
        if not (faster.is_me and faster.event == event):
            raise Refused(
                faster.words, f"The ticket is now: {STATUSES[faster.status]}.", "ticket_transition_allowed"
            ) from error


@contextmanager
def _draft_waits(conn: Connection, ticket_id: int) -> Iterator[None]:
    try:
        with conn.transaction():
            yield
    except psycopg.errors.CheckViolation as error:
        if (constraint := constraint_of(error)) not in _DRAFT_IS_GONE:
            raise
        faster = _faster(conn, ticket_id, _DECIDED)
        if faster is None:
            raise
        raise Refused(faster.words, "Nothing was sent: look at what waits now.", constraint) from error


def _faster(
    conn: Connection, ticket_id: int, condition: str, after: int = 0, before: int = _END
) -> Faster | None:
    query = _FASTER.replace("CONDITION", condition).encode()
    with conn.cursor(row_factory=class_row(Faster)) as cursor:
        return cursor.execute(query, {"ticket_id": ticket_id, "after": after, "before": before}).fetchone()


def _decided(conn: Connection, reply_id: int) -> tuple[str, str]:
    """What became of a reply that waits for no decision, in words."""
    row = conn.execute(_RESOLVED, (reply_id,)).fetchone()
    if row is None:
        return "There is no such reply.", ""
    state, is_erased, name = row
    if is_erased:
        return "Its words were erased and cannot be sent again.", ""
    who = plain(name or "Somebody")
    words = {
        "pending": f"{who} sent it again already.",
        "delivered": f"{who} took it as delivered." if name else "It was delivered after all.",
    }
    return words.get(state, f"It is {state} by now."), "Nothing is left to decide."
