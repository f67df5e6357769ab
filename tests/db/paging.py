"""The words in which the tests of paging are written. Time passes by moving rows, never the clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.db.world import Connection, World

METHODS = (
    "telegram_call",
    "phone_call",
    "sms",
    "email",
    "telegram_message",
    "slack_message",
    "webhook",
)
Step = tuple[str, str, int]  # target, method, wait_seconds
# One ring at a time, so that a story reads step by step.
ONE_BY_ONE: tuple[Step, ...] = (
    ("on_call", "phone_call", 60),
    ("on_call", "sms", 60),
    ("everyone", "phone_call", 60),
)
Row = dict[str, Any]


class Pager:
    """A world in which engineers can be rung."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._people = 0
        world.do("update private.send_limits set sends = 1000")  # a story is told faster than people are rung

    def engineer(self, name: str, on_call: bool = False, **columns: Any) -> int:
        """An engineer whom every method reaches, unless said otherwise."""
        self._people += 1
        given = {
            "phone": f"+1555010{self._people:04}",
            "telegram_user_id": 7_000_000_000 + self._people,
            "telegram_handle": f"{name.lower()}_here",
            "slack_user_id": f"U0DUTY{self._people}",
        } | columns
        number = self.world.engineer(name, is_admin=given.pop("is_admin", False))
        for column, value in given.items():
            self.world.do(f"update public.engineers set {column} = %s where id = %s", value, number)
        if on_call:
            self.hand_over(number)
        return number

    def hand_over(self, to: int | None, conn: Connection | None = None) -> None:
        self.world.rows("select private.hand_over(%s, 'the test')", to, conn=conn)

    def policy(self, *steps: Step) -> None:
        """Replaces the policy."""
        self.world.do("delete from public.escalation_steps")
        for position, (target, method, wait) in enumerate(steps, 1):
            self.world.do(
                "insert into public.escalation_steps (position, target, method, wait_seconds) values (%s, %s, %s, %s)",
                *(position, target, method, wait),
            )

    def settings(self, **settings: Any) -> None:
        for name, value in settings.items():
            self.world.do(f"update public.app_settings set {name} = %s", value)

    def escalated_report(self, conn: Connection | None = None) -> int:
        """A ticket that has just begun to page."""
        if conn is None:
            return self.world.ticket("escalation_pending")
        ticket_id = self.world.ticket()
        self.world.append(ticket_id, "triaged_escalate", conn=conn)
        return ticket_id

    def page(self, ticket_id: int) -> Row:
        """The newest escalation of a ticket, by column."""
        found = self.dicts(
            "select * from public.escalations where ticket_id = %s order by id desc limit 1", ticket_id
        )
        assert len(found) == 1, found
        return found[0]

    def state(self, ticket_id: int) -> str:
        return str(self.page(ticket_id)["state"])

    def states(self, tickets: Sequence[int]) -> dict[str, int]:
        """How many of these tickets' open pages are in each state."""
        return dict(
            self.world.rows(
                "select state, count(*) from public.escalations where ticket_id = any (%s) and state <> 'resolved'"
                " group by 1",
                list(tickets),
            )
        )

    def open_pages(self, ticket_id: int) -> int:
        return int(
            self.world.value(
                "select count(*) from public.escalations where ticket_id = %s and state <> 'resolved'",
                ticket_id,
            )
        )

    def attempts(self, ticket_id: int, kind: str = "ring") -> list[Row]:
        """Every attempt at a ticket, oldest first."""
        return self.dicts(
            "select a.* from public.escalation_attempts as a join public.escalations as e on e.id = a.escalation_id"
            " where e.ticket_id = %s and a.kind = %s order by a.id",
            *(ticket_id, kind),
        )

    def rings(self, ticket_id: int) -> list[tuple[str, int | None, str | None]]:
        """Method, person and outcome of every ring at a ticket."""
        return [(a["method"], a["engineer_id"], a["outcome"]) for a in self.attempts(ticket_id)]

    def notices(self, ticket_id: int) -> list[tuple[str, int, str | None]]:
        return [(a["method"], a["engineer_id"], a["outcome"]) for a in self.attempts(ticket_id, "notice")]

    def attempt(self, attempt_id: int) -> Row:
        return self.dicts("select * from public.escalation_attempts where id = %s", attempt_id)[0]

    def last_attempt(self, ticket_id: int, method: str | None = None) -> int:
        """The newest ring at a ticket."""
        return int([a["id"] for a in self.attempts(ticket_id) if method is None or a["method"] == method][-1])

    def dicts(self, query: str, *args: Any) -> list[Row]:
        cursor = self.world.conn.execute(query, args or None)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def claim(
        self,
        attempt_id: int,
        msg_id: int = 0,
        methods: Sequence[str] = METHODS,
        conn: Connection | None = None,
    ) -> str:
        """The outcome of private.claim_attempt."""
        return str(
            self.world.value(
                "select outcome from private.claim_attempt(%s, %s, %s, 35)",
                *(attempt_id, msg_id, list(methods)),
                conn=conn or self.world.worker,
            )
        )

    def settle(
        self,
        attempt_id: int,
        outcome: str = "delivered",
        external_id: str | None = None,
        msg_id: int = 0,
        conn: Connection | None = None,
    ) -> str:
        return str(
            self.world.value(
                "select private.settle_attempt(%s, %s, %s, %s)",
                *(attempt_id, msg_id, outcome, external_id),
                conn=conn or self.world.worker,
            )
        )

    def ring(self, ticket_id: int, method: str | None = None, outcome: str = "ringing") -> int:
        """Claims and settles the newest ring at a ticket; its attempt."""
        attempt_id = self.last_attempt(ticket_id, method)
        assert self.claim(attempt_id) == "claimed"
        self.settle(attempt_id, outcome, f"sid-{attempt_id}")
        return attempt_id

    def token(self, attempt_id: int) -> str:
        return str(self.world.value("select private.attempt_token(%s)", attempt_id))

    def hears(self, attempt_id: int, outcome: str, call_id: str | None = None) -> str:
        """What the provider says became of a call or text."""
        return str(
            self.world.value(
                "select private.hear_call_status(%s, %s, %s, %s, null)",
                *(attempt_id, self.token(attempt_id), call_id or f"sid-{attempt_id}", outcome),
                conn=self.world.webhook,
            )
        )

    def presses_key(
        self, attempt_id: int, digits: str = "1", turn: int | None = None, conn: Connection | None = None
    ) -> str:
        """A key in a call, in the turn that it is at unless said otherwise."""
        now = self.attempt(attempt_id)["call_turn"] if turn is None else turn
        return str(
            self.world.value(
                "select outcome from private.answer_call(%s, %s, %s, %s, %s)",
                *(attempt_id, self.token(attempt_id), f"sid-{attempt_id}", now, digits),
                conn=conn or self.world.webhook,
            )
        )

    def presses_button(
        self,
        attempt_id: int,
        person: object,
        verb: str = "acknowledge",
        platform: str = "telegram",
        conn: Connection | None = None,
    ) -> tuple[str, str | None]:
        """Outcome and holder."""
        outcome, holder = self.world.row(
            "select outcome, holder from private.press_page(%s, %s, %s, %s)",
            *(attempt_id, verb, platform, str(person)),
            conn=conn or self.world.webhook,
        )
        return outcome, holder

    def texts(
        self,
        phone: str,
        verb: str = "acknowledge",
        ticket_id: int | None = None,
        message: str | None = None,
        conn: Connection | None = None,
    ) -> tuple[str, str | None]:
        self._people += 1
        outcome, holder = self.world.row(
            "select outcome, holder from private.hear_sms(%s, %s, %s, %s)",
            *(message or f"SM{self._people}", phone, verb, ticket_id),
            conn=conn or self.world.webhook,
        )
        return outcome, holder

    def sweep(self, conn: Connection | None = None) -> Row:
        """What private.sweep() did."""
        did: Row = self.world.value("select private.sweep()", conn=conn or self.world.worker)
        return did

    def pass_time(self, interval: str, ticket_id: int | None = None) -> None:
        """Moves pages and their attempts so much into the past."""
        which = "e.ticket_id is not null" if ticket_id is None else f"e.ticket_id = {int(ticket_id)}"
        for table, columns in (
            (
                "escalations",
                "due_at cycle_started_at opened_at changed_at acknowledged_at ack_expires_at reminded_at",
            ),
            (
                "escalation_attempts",
                "due_at claimed_at in_hand_until outcome_at ended_at call_turn_at",
            ),
        ):
            moved = ", ".join(f"{column} = t.{column} - '{interval}'::interval" for column in columns.split())
            key = "id" if table == "escalations" else "escalation_id"
            self.world.do(
                f"update public.{table} as t set {moved} from public.escalations as e where e.id = t.{key} and {which}",
                conn=self.world.superuser,
            )

    def next_step(self, ticket_id: int) -> None:
        """The page's due time comes, and a sweep."""
        self.world.do(
            "update public.escalations set due_at = clock_timestamp() where ticket_id = %s and state = 'ringing'",
            ticket_id,
        )
        self.sweep()

    def work(
        self, ring: Callable[[Row], str] = lambda attempt: "delivered", limit: int = 1000
    ) -> list[tuple[str, str]]:
        """A worker that empties the queue; `ring` says what becomes of an attempt. What was handled, and how it came out."""
        done: list[tuple[str, str]] = []
        while taken := self.world.take("escalations"):
            for msg_id, _, body in taken:
                done.append((body["kind"], self._handle(msg_id, body, ring)))
            assert len(done) < limit, done[-20:]
        return done

    def _handle(self, msg_id: int, body: Row, ring: Callable[[Row], str]) -> str:
        world = self.world
        if body["kind"] == "attempt":
            outcome = self.claim(body["attempt_id"], msg_id)
            if outcome != "claimed":
                return outcome
            return self.settle(body["attempt_id"], ring(self.attempt(body["attempt_id"])), None, msg_id)
        outcome = body["kind"]
        if body["kind"] == "settle":
            outcome = world.value(
                "select private.settle_joined(%s, %s)",
                *(body["escalation_id"], body.get("taken_with")),
                conn=world.worker,
            )
        elif body["kind"] == "sweep":
            self.sweep()
        world.rows("select private.archive_message('escalations', %s)", msg_id, conn=world.worker)
        return str(outcome)

    def stalled(self) -> list[tuple[int, str]]:
        """Ticket and reason of what ops.stalled_escalations shows."""
        return self.world.rows("select ticket_id, reason from ops.stalled_escalations order by 1")

    def call_rows(self, ticket_id: int) -> list[tuple[str, str, int | None, str | None]]:
        """What the journal tells of rings: event, method, person, outcome."""
        return self.world.rows(
            "select event, payload #>> '{facts,method}', (payload #>> '{facts,engineer_id}')::bigint,"
            " payload #>> '{facts,outcome}' from public.ticket_actions"
            " where ticket_id = %s and action_type = 'escalation_call' and payload #> '{facts,method}' is not null"
            " order by seq",
            ticket_id,
        )

    def told(self, ticket_id: int) -> int:
        """How many catch-ups of a ticket's rings wait on the queue."""
        return len(
            [
                m
                for m in self.world.queue("escalations")
                if m["kind"] == "catch_up" and m["ticket_id"] == ticket_id
            ]
        )
