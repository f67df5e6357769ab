"""What was said on a ticket, as its customer has it: latest versions, deletions marked, replies with what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg.rows import class_row

from dashboard.database import Connection

Side = Literal["customer", "bot", "engineer"]
# What customers press; everything else of theirs has words.
PRESSES = ("feedback_positive", "feedback_negative", "human_requested")
CHANGES = ("edited", "deleted")


@dataclass(frozen=True)
class Version:
    """The words of a message from one moment on; None: erased. `seq`: the journal row that brought them."""

    seq: int
    text: str | None
    at: datetime


@dataclass(frozen=True)
class Message:
    """Something a customer wrote or pressed. `versions` are in order, the last one is what the customer sees now."""

    seq: int
    event: str
    who: str
    at: datetime
    versions: tuple[Version, ...]
    deleted_at: datetime | None
    deleted_seq: int | None
    attachments: tuple[dict[str, Any], ...]

    @property
    def text(self) -> str | None:
        """The words as they are now."""
        return self.versions[-1].text

    @property
    def is_erased(self) -> bool:
        """Whether its words are gone for good."""
        return self.versions[-1].text is None


@dataclass(frozen=True)
class Reply:
    """Something that was to be said to the customer, and how far it came. `error`: of the last part that failed."""

    id: int
    seq: int
    side: Side
    who: str
    kind: str
    event: str
    state: str
    text: str | None
    at: datetime
    finished_at: datetime | None
    parts_sent: int
    error: str | None


Said = Message | Reply


@dataclass(frozen=True)
class Talk:
    """The newest of what was said, oldest first; `earlier`: how many more there are."""

    said: tuple[Said, ...]
    earlier: int

    @property
    def replies(self) -> tuple[Reply, ...]:
        """Those that the product said, or is about to."""
        return tuple(each for each in self.said if isinstance(each, Reply))

    @property
    def draft(self) -> Reply | None:
        """The one that waits for an engineer."""
        return next((each for each in reversed(self.replies) if each.state == "draft"), None)

    @property
    def undecided(self) -> tuple[Reply, ...]:
        """Those of which an engineer must say what became of them."""
        return tuple(
            each for each in self.replies if each.state in ("unknown", "failed") and each.text is not None
        )


@dataclass(frozen=True)
class _Row:
    seq: int
    event: str
    actor_type: str
    who: str
    body: str | None
    attachments: Any
    external_id: str | None
    refers_to: str | None
    at: datetime
    is_erased: bool
    reply_id: int | None
    kind: str | None
    state: str | None
    reply_body: str | None
    finished_at: datetime | None
    parts_sent: int
    error: str | None


_ROWS = """
select a.seq, a.event, a.actor_type::text as actor_type,
  coalesce(g.name, nullif(a.payload ->> 'author_name', ''), a.actor) as who, a.body, a.payload -> 'attachments' as attachments,
  a.external_id, a.refers_to, a.created_at as at, a.erased_at is not null as is_erased,
  r.id as reply_id, r.kind, r.state, r.body as reply_body, r.finished_at,
  coalesce(tries.sent, 0) as parts_sent, tries.error
from public.ticket_actions as a
left join public.engineers as g on a.actor_type = 'engineer' and a.actor = 'engineer:' || g.id
left join public.replies as r on r.ticket_id = a.ticket_id and r.cause_seq = a.seq
left join lateral (
  select count(*) filter (where t.state = 'sent') as sent,
    (array_agg(t.error order by t.id desc) filter (where t.error is not null))[1] as error
  from public.reply_attempts as t where t.reply_id = r.id) as tries on true
where a.ticket_id = %(ticket_id)s
  and (r.id is not null or a.action_type = 'user_message' and a.event <> 'forwarded')
"""
_NEWEST = f"select * from ({_ROWS} order by a.seq desc limit %(limit)s) as newest order by seq"  # noqa: S608 - ours
_COUNT = """
select count(*) from public.ticket_actions as a
where a.ticket_id = %s and (a.action_type = 'user_message' and a.event <> 'forwarded'
  or exists (select from public.replies as r where r.ticket_id = a.ticket_id and r.cause_seq = a.seq))
"""


def talk(conn: Connection, ticket_id: int, limit: int = 200) -> Talk:
    """The last `limit` journal rows that say something; a change of an earlier message is left out with it."""
    with conn.cursor(row_factory=class_row(_Row)) as cursor:
        rows = cursor.execute(_NEWEST, {"ticket_id": ticket_id, "limit": limit}).fetchall()
    earlier = 0
    if len(rows) == limit:
        found = conn.execute(_COUNT, (ticket_id,)).fetchone()
        earlier = (found[0] if found else limit) - limit
    return Talk(tuple(_said(rows)), earlier)


def as_read(talk: Talk, upto_seq: int) -> tuple[tuple[int, Side, str, str], ...]:
    """What triage had before it up to a journal row: seq, side, who, words; later changes not applied."""
    read: list[tuple[int, Side, str, str]] = []
    for each in talk.said:
        if each.seq > upto_seq:
            break
        if isinstance(each, Reply):
            if (
                each.state not in ("withdrawn", "failed", "draft", "discarded")
                and each.kind != "confirmation"
            ):
                read.append((each.seq, each.side, each.who, each.text or ""))
        elif each.event in ("message", "human_requested") and (
            each.deleted_seq is None or each.deleted_seq > upto_seq
        ):
            known = [version for version in each.versions if version.seq <= upto_seq]
            read.append((each.seq, "customer", each.who, (known or each.versions)[-1].text or ""))
    return tuple(read)


def _said(rows: Sequence[_Row]) -> list[Said]:
    """Changes are folded into what they change."""
    changes: dict[str, list[_Row]] = {}
    for row in rows:
        if row.event in CHANGES and row.refers_to is not None:
            changes.setdefault(row.refers_to, []).append(row)
    said: list[Said] = []
    for row in rows:
        if row.actor_type == "customer" and row.event not in CHANGES:
            said.append(_message(row, changes.get(row.external_id or "", [])))
        if row.reply_id is not None and row.kind is not None and row.state is not None:
            said.append(_reply(row, row.reply_id, row.kind, row.state))
    return said


def _message(row: _Row, later: Sequence[_Row]) -> Message:
    edits = [each for each in later if each.event == "edited"]
    gone = next((each for each in later if each.event == "deleted"), None)
    versions = tuple(
        Version(each.seq, None if each.is_erased else each.body or "", each.at) for each in [row, *edits]
    )
    # An edit tells of all files that the message has then.
    files = next(
        (each.attachments for each in reversed([row, *edits]) if isinstance(each.attachments, list)), []
    )
    return Message(
        row.seq,
        row.event,
        row.who,
        row.at,
        versions,
        gone.at if gone else None,
        gone.seq if gone else None,
        tuple(each for each in files if isinstance(each, dict)),
    )


def _reply(row: _Row, reply_id: int, kind: str, state: str) -> Reply:
    side: Side = "engineer" if kind == "public_reply" and row.actor_type == "engineer" else "bot"
    return Reply(
        reply_id,
        row.seq,
        side,
        row.who if side == "engineer" else "Shift-Bot",
        kind,
        row.event,
        state,
        row.reply_body,
        row.at,
        row.finished_at,
        row.parts_sent,
        row.error,
    )
