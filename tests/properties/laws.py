"""What has to hold after every step of a walk, asked of the database by queries of our own beside its own views."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.db.world import World

# Each returns what is wrong, so that an empty answer is the law kept.
ALARMS = {
    "the status is not the fold of the journal": "select ticket_id, stored_status, replayed_status from ops.status_drift",
    "a chain is broken": "select ticket_id, seq, problem from ops.verify_journal()",
    # That a whole policy failed is the world's fault: the alarm is right, and the page rings on.
    "a page stalls": "select ticket_id, reason from ops.stalled_escalations where reason <> 'nobody could be reached at all'",
    "several are on call": "select string_agg(name, ', ') from public.engineers where is_on_call having count(*) > 1",
    "the on-call history says otherwise": (
        "select e.name, h.id from (select * from public.engineers where is_on_call) as e"
        " full join (select * from public.on_call_history where ended_at is null) as h on h.engineer_id = e.id"
        " where e.id is null or h.id is null"
    ),
    "an event was recorded twice": (
        "select external_id from public.ticket_actions where external_id is not null group by 1 having count(*) > 1"
    ),
}
# An effect without its cause: the row that a queue message is about is not there.
CAUSES = {
    "triage": (
        "not exists (select from public.tickets as t where t.id = (q.message ->> 'ticket_id')::bigint)"
        " or q.message ? 'seq' and not exists (select from public.ticket_actions as a where a.ticket_id ="
        " (q.message ->> 'ticket_id')::bigint and a.seq = (q.message ->> 'seq')::integer)"
    ),
    "replies": (
        "not exists (select from public.replies as r join public.ticket_actions as a on a.ticket_id = r.ticket_id"
        " and a.seq = r.cause_seq where r.id = (q.message ->> 'reply_id')::bigint)"
    ),
    "escalations": (
        "q.message ? 'attempt_id' and not exists (select from public.escalation_attempts as a"
        " where a.id = (q.message ->> 'attempt_id')::bigint)"
        " or q.message ? 'escalation_id' and not exists (select from public.escalations as e"
        " where e.id = (q.message ->> 'escalation_id')::bigint)"
        " or q.message ? 'ticket_id' and not exists (select from public.tickets as t"
        " where t.id = (q.message ->> 'ticket_id')::bigint)"
    ),
    "deliveries": (
        "not exists (select from public.ticket_actions as a where a.ticket_id = (q.message ->> 'ticket_id')::bigint"
        " and a.seq = (q.message ->> 'seq')::integer)"
    ),
}
# A cause without its effect: work that is written down and that no queue message will ever bring up.
FORGOTTEN = {
    "words that nobody will triage": (
        "select u.ticket_id from ops.untriaged_tickets as u where not exists (select from pgmq.q_triage as q"
        " where (q.message ->> 'ticket_id')::bigint = u.ticket_id)"
    ),
    "a reply that nobody will send": (
        "select r.id from public.replies as r where r.state = 'pending' and not exists (select from pgmq.q_replies as q"
        " where (q.message ->> 'reply_id')::bigint = r.id)"
    ),
    "a ring that nobody will make": (
        "select a.id from public.escalation_attempts as a where a.claimed_at is null and a.outcome is null"
        " and not exists (select from pgmq.q_escalations as q where (q.message ->> 'attempt_id')::bigint = a.id)"
    ),
    "a page that nobody is called for": (
        "select t.id from public.tickets as t where t.status = 'escalation_pending' and not exists (select"
        " from public.escalations as e where e.ticket_id = t.id and e.state in ('ringing', 'joined'))"
    ),
}
_EFFECTS = {
    f"{place} holds the effect of nothing": f"select q.msg_id, q.message from pgmq.{place} as q where {lacks}"
    for queue, lacks in CAUSES.items()
    for place in (f"q_{queue}", f"a_{queue}")
}
# One statement, so that all is asked of one moment and in one round trip.
_ALL = " union all ".join(
    f"select '{what}', to_jsonb(wrong) from ({query}) as wrong"
    for what, query in (ALARMS | FORGOTTEN | _EFFECTS).items()
)


class Laws:
    """The legal moves as data, a fold of our own over them, and all that is to hold."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.moves: dict[tuple[str, str], str] = {
            (start, event): end
            for start, event, end in world.rows(
                "select from_status::text, event, to_status::text from public.status_transitions"
            )
        }
        # The mark has a rule of its own beside the moves: an acknowledgement that it is about.
        self.events = sorted({event for _, event in self.moves} - {"page_not_needed"})
        self.of_engineers = {
            event
            for (event,) in world.rows(
                "select event from public.action_events where 'engineer' = any (written_by)"
                " and event not in ('ticket_edited', 'content_erased')"
            )
        }

    def may_append(self, status: str, event: str) -> bool:
        return (status, event) in self.moves

    def may_edit(self, status: str, to: str) -> bool:
        """Whether a direct edit may set that status: along some move, or where it is already."""
        return to == status or any(
            (start, end) == (status, to) for (start, _), end in self.moves.items() if start != end
        )

    def way(self, ticket_id: int, after: int = 0) -> list[str]:
        """The statuses that the journal went through after that row, by our own fold; raises where a row is no legal move."""
        status, way = "open", []
        for seq, event, recorded in self._world.rows(
            "select seq, event, status_after::text from public.ticket_actions where ticket_id = %s order by seq",
            ticket_id,
        ):
            status = self.moves[status, event]
            assert status == recorded, (ticket_id, seq, event)
            if seq > after:
                way.append(status)
        return way

    def broken(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every law that does not hold, with the rows that say so."""
        found: dict[str, list[tuple[Any, ...]]] = {}
        for what, row in self._world.rows(_ALL, conn=self._world.superuser):
            found.setdefault(what, []).append(row)
        return found | self._folds()

    def _folds(self) -> dict[str, list[tuple[Any, ...]]]:
        status = dict.fromkeys((row[0] for row in self._world.rows("select id from public.tickets")), "open")
        numbers: Counter[int] = Counter()
        wrong: list[tuple[Any, ...]] = []
        for ticket_id, seq, event in self._world.rows(
            "select ticket_id, seq, event from public.ticket_actions order by ticket_id, seq"
        ):
            numbers[ticket_id] += 1
            moved = self.moves.get((status[ticket_id], event))
            if moved is None or seq != numbers[ticket_id]:
                wrong.append((ticket_id, seq, event, status[ticket_id]))
            status[ticket_id] = moved or status[ticket_id]
        stored = dict(self._world.rows("select id, status::text from public.tickets"))
        wrong += [
            (ticket, stored[ticket], folded) for ticket, folded in status.items() if stored[ticket] != folded
        ]
        return {"our own fold says otherwise": wrong} if wrong else {}
