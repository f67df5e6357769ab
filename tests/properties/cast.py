"""Who acts in a walk: customers, workers, engineers, somebody in Studio, strangers; each on a connection of their own role."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.db.conversation import claim, claim_part, finish, record, settle
from tests.db.paging import Pager
from tests.db.world import CUSTOMER, Connection, World

# So that a walk goes on where somebody else's open transaction holds the ticket.
PATIENCE = "set lock_timeout = '300ms'"
WAITED = "waited"
NOBODIES = ("anon", "service_role", "shiftbot_ingest", "shiftbot_worker", "shiftbot_dashboard", "stranger")
AGED = (
    *[f"update pgmq.q_{queue} set vt = clock_timestamp()" for queue in ("triage", "replies", "escalations", "deliveries")],
    "update private.triage_state set lease_until = clock_timestamp()",
    "update public.reply_attempts set claimed_at = claimed_at - interval '1 hour' where state = 'claimed'",
)  # fmt: skip


@dataclass
class Cast:
    """One database and everybody who writes to it. Every act returns what became of it, in one word."""

    world: World
    pager: Pager = field(init=False)
    hands: dict[str, Connection] = field(init=False)
    judging: list[tuple[int, int, int | None]] = field(default_factory=list)  # ticket, queue message, upto
    sending: list[tuple[int, int, int]] = field(default_factory=list)  # reply, queue message, attempt
    heard: set[int] = field(default_factory=set)  # replies that the customer may have by now
    doubled: list[int] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.pager = Pager(self.world)
        self.world.source()
        for name in ("Ana", "Ben"):
            self.pager.engineer(name, on_call=name == "Ana")
        self.world.do(
            "insert into public.subscriptions (name, url) values ('All', 'https://example.com/hook')"
        )
        self.hands = {role: self.world.database.connect(role) for role in NOBODIES[:-1]}
        self.hands |= {name: self.world.signed_in(name) for name in ("Ana", "Ben")}
        self.hands["stranger"] = self.world.signed_in("Eve")
        self.hands["studio"] = self.world.conn
        for conn in (*self.hands.values(), self.world.worker, self.world.webhook):
            conn.execute(PATIENCE)

    def tickets(self) -> list[int]:
        return [number for (number,) in self.world.rows("select id from public.tickets order by id")]

    def event(self, kind: str, ticket_id: int | None, author: str = CUSTOMER) -> dict[str, Any]:
        """One that nobody said before: of its own thread, or about that ticket."""
        number = 1000 + next(self._numbers)
        made = self.world.event(f"It is down ({number})", message=number, event=kind, author=author)
        if ticket_id is None:
            return made
        thread, first = self.world.row(
            "select t.thread_key, (select min(a.external_id) from public.ticket_actions as a where a.ticket_id = t.id"
            " and a.event = 'message') from public.tickets as t where t.id = %s",
            ticket_id,
        )
        made["thread_key"] = thread
        match kind:
            case "edited" | "deleted":
                made |= {
                    "external_id": f"{made['external_id']}#{kind}",
                    "refers_to": first,
                    "needs_ticket": True,
                }
            case "message" | "human_requested":
                pass
            case _:
                made |= {
                    "external_id": f"telegram:callback/{number}",
                    "ticket_id": ticket_id,
                    "needs_ticket": True,
                }
        return made

    def begins_triage(self) -> str:
        """A worker takes a queue message and leases its ticket."""
        for msg_id, _, body in self.world.take("triage", quantity=1):
            outcome, upto = claim(self.world, body["ticket_id"], msg_id)
            if outcome == "claimed":
                self.judging.append((body["ticket_id"], msg_id, upto))
            return outcome
        return "nothing"

    def ends_triage(self, **verdict: Any) -> str:
        """The verdict, which may come too late."""
        ticket_id, msg_id, upto = self.judging.pop(0)
        return record(self.world, ticket_id, msg_id, upto, **verdict)

    def begins_reply(self) -> str:
        """A worker claims a reply; from here on the customer may have it."""
        for msg_id, _, body in self.world.take("replies", quantity=1):
            reply = int(body["reply_id"])
            claimed = claim_part(self.world, reply)
            if claimed["outcome"] == "claimed":
                if reply in self.heard:
                    self.doubled.append(reply)
                self.heard.add(reply)
                self.sending.append((reply, msg_id, claimed["attempt_id"]))
            elif claimed["outcome"] == "unknown":
                finish(self.world, reply, msg_id, "unknown")
            elif claimed["outcome"] in ("done", "withdrawn"):
                self._archive("replies", msg_id)
            return str(claimed["outcome"])
        return "nothing"

    def ends_reply(self, state: str) -> str:
        """What the platform said: sent, failed or nothing at all."""
        reply, msg_id, attempt = self.sending.pop(0)
        settle(self.world, attempt, state, f"telegram:-1001/{90_000 + attempt}" if state == "sent" else None)
        finish(self.world, reply, msg_id, {"sent": "delivered"}.get(state, state))
        return state

    def delivers(self) -> str:
        for msg_id, _, body in self.world.take("deliveries"):
            self.world.rows(
                "select private.settle_delivery(%s, %s)",
                body["subscription_id"],
                msg_id,
                conn=self.world.worker,
            )
        return "delivered"

    def ages(self) -> None:
        """Whoever had something in hand is taken for dead: rows are moved, not the clock."""
        for query in AGED:
            self.world.superuser.execute(query.encode())

    def empties_queues(self) -> None:
        """Workers that live do all there is."""
        self.ages()
        for _ in range(500):
            self.pager.work()
            self.delivers()
            did = [self.begins_triage(), self.begins_reply()]
            while self.judging:
                self.ends_triage()
            while self.sending:
                self.ends_reply("sent")
            if did == ["nothing", "nothing"]:
                return
            self.ages()
        raise AssertionError("the queues do not become empty")

    def _archive(self, queue: str, msg_id: int) -> None:
        self.world.rows("select private.archive_message(%s, %s)", queue, msg_id, conn=self.world.worker)


def act(do: Callable[[], Any]) -> str:
    """What became of it: the answer, or the rule that refused it, or that somebody else held the ticket."""
    try:
        return str(do())
    except psycopg.errors.LockNotAvailable:
        return WAITED
    except (
        psycopg.errors.RaiseException
    ) as error:  # a bare raise names no rule: nobody could tell what it was
        raise AssertionError(str(error)) from error
    except (psycopg.errors.IntegrityError, psycopg.errors.InsufficientPrivilege) as error:
        return error.diag.constraint_name or error.sqlstate or "?"
