"""Walks that nobody thought of: everybody acts in any order, at once and in open transactions, and the laws hold.

`make test` takes a few walks, always the same ones. WALKS=1000 python -m pytest tests/properties takes others, each time new
ones; what fails is printed as the shortest walk that does, to be replayed with the @reproduce_failure line beside it.
"""

from __future__ import annotations

import contextlib
import os
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.db.world import STATUSES, Connection, World
from tests.properties.cast import NOBODIES, PATIENCE, WAITED, Cast, act
from tests.properties.choices import (
    ANY,
    APPEND,
    CUSTOMERS_DO,
    EDIT,
    ILLEGAL,
    NO_RIGHT,
    OUTCOME,
    RACERS,
    SOMEBODY,
    TAKEN,
    TAMPERING,
    VERDICT,
    WROTE,
)
from tests.properties.laws import Laws
from tests.properties.race import move, race
from tests.support.postgres import TestServer

WALKS = int(os.environ.get("WALKS", "0"))
SETTINGS = settings(
    max_examples=WALKS or 16,
    stateful_step_count=50 if WALKS else 30,
    deadline=None,
    database=None,
    derandomize=not WALKS,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


class Walk(RuleBasedStateMachine):
    """One database, and everybody in it."""

    def __init__(self, server: TestServer) -> None:
        super().__init__()
        self._left = contextlib.ExitStack()
        self.world = World(self._left.enter_context(server.clone()))
        self.cast = Cast(self.world)
        self.laws = Laws(self.world)
        self.held: Connection | None = None  # of whoever has begun a transaction and not ended it

    @initialize(lives=st.lists(st.tuples(VERDICT, OUTCOME), min_size=2, max_size=4))
    def some_have_reported(self, lives: list[tuple[dict[str, Any], str]]) -> None:
        """Each report has been triaged, and answered or not; one more waits."""
        for verdict, outcome in lives:
            assert self.world.says(**self.cast.event("message", None)).outcome == "created"
            assert self.cast.begins_triage() == "claimed"
            self.cast.ends_triage(**verdict)
            if self.cast.begins_reply() == "claimed":
                self.cast.ends_reply(outcome)
        assert self.world.says(**self.cast.event("message", None)).outcome == "created"

    @rule(
        kind=st.sampled_from(CUSTOMERS_DO),
        which=ANY,
        is_new=st.booleans(),
        n=st.integers(7, 8),
        again=st.booleans(),
    )
    def a_customer_does(self, kind: str, which: int, is_new: bool, n: int, again: bool) -> None:
        ticket = None if is_new and kind == "message" else self._ticket(which)
        event = self.cast.event(kind, ticket, f"telegram:{n}")
        outcome = act(lambda: self.world.says(**event).outcome)

        assert outcome in self._or_waited(
            *("created", "created_linked", "appended", "ignored_unknown_message", "ignored_not_the_reporter")
        )
        if again and outcome in ("created", "created_linked", "appended"):
            before = self._rows()
            assert self.world.says(**event).outcome == "duplicate"
            assert self._rows() == before

    @rule(is_slow=st.booleans(), verdict=VERDICT)
    def a_worker_triages(self, is_slow: bool, verdict: dict[str, Any]) -> None:
        begun = act(self.cast.begins_triage)

        assert begun in self._or_waited("claimed", "covered", "nothing_to_do", "nothing")
        if begun == "claimed" and not is_slow:
            self.a_verdict_comes(verdict)

    @precondition(lambda self: self.cast.judging)
    @rule(verdict=VERDICT)
    def a_verdict_comes(self, verdict: dict[str, Any]) -> None:
        outcome = act(lambda: self.cast.ends_triage(**verdict))

        assert outcome in self._or_waited(
            *("triaged_answer", "triaged_escalate", "triaged_ignore", "summarised", "superseded", "outdated")
        )

    @rule(is_slow=st.booleans(), state=OUTCOME)
    def a_worker_replies(self, is_slow: bool, state: str) -> None:
        begun = act(self.cast.begins_reply)

        assert begun in self._or_waited("claimed", "wait", "withdrawn", "done", "unknown", "nothing")
        if begun == "claimed" and not is_slow:
            self.the_platform_says(state)

    @precondition(lambda self: self.cast.sending)
    @rule(state=OUTCOME)
    def the_platform_says(self, state: str) -> None:
        assert act(lambda: self.cast.ends_reply(state)) in self._or_waited(state)

    @rule(outcome=st.sampled_from(["delivered", "ringing", "busy", "failed"]))
    def the_engineer_is_rung(self, outcome: str) -> None:
        act(lambda: self.cast.pager.work(lambda attempt: outcome))

    @rule(which=ANY, verb=st.sampled_from(["acknowledge", "pass"]), person=st.integers(1, 3))
    def somebody_presses_under_a_page(self, which: int, verb: str, person: int) -> None:
        rung = self.world.rows(
            "select id from public.escalation_attempts where kind = 'ring' and claimed_at is not null"
        )
        if rung:
            act(
                lambda: self.cast.pager.presses_button(
                    rung[which % len(rung)][0], 7_000_000_000 + person, verb
                )
            )

    @rule(who=SOMEBODY, which=ANY, event=ANY)
    def anybody_appends(self, who: str, which: int, event: int) -> None:
        ticket, name = self._ticket(which), self.laws.events[event % len(self.laws.events)]
        status, before = self.world.status(ticket), self._rows()
        outcome = act(lambda: self.world.do(APPEND, ticket, name, conn=self.cast.hands[who]))

        expected = {self._move_of(ticket, status, self.laws.moves.get((status, name)))}
        if who in NOBODIES or (who != "studio" and name not in self.laws.of_engineers):
            expected = {NO_RIGHT, ILLEGAL}  # the move may be judged before the right
        assert outcome in self._or_waited(*expected), (who, name, status)
        assert outcome == WROTE or self._rows() == before

    @rule(who=SOMEBODY, which=ANY, to=st.sampled_from(STATUSES))
    def anybody_edits_the_status(self, who: str, which: int, to: str) -> None:
        ticket = self._ticket(which)
        status = self.world.status(ticket)
        outcome = act(lambda: self.world.do(EDIT, to, ticket, conn=self.cast.hands[who]))

        target = to if self.laws.may_edit(status, to) else None
        expected = self._move_of(ticket, status, target) if who == "studio" else NO_RIGHT
        assert outcome in self._or_waited(expected), (who, status, to)

    @rule(which=ANY, how=st.sampled_from(sorted(TAMPERING)))
    def studio_tampers(self, which: int, how: str) -> None:
        ticket, before = self._ticket(which), self._rows()
        arguments = (ticket,) if "%s" in how else ()

        assert act(lambda: self.world.do(how, *arguments)) in self._or_waited(TAMPERING[how])
        assert self._rows() == before

    @rule(who=st.just("studio") | SOMEBODY, person=st.integers(1, 2), is_on=st.just(True) | st.booleans())
    def anybody_ticks_on_call(self, who: str, person: int, is_on: bool) -> None:
        """The box in Studio's table of engineers."""
        holder = [number for (number,) in self.world.rows("select id from public.engineers where is_on_call")]
        query = "update public.engineers set is_on_call = %s where id = %s"
        outcome = act(lambda: self.world.do(query, is_on, person, conn=self.cast.hands[who]))

        expected = "at_most_one_engineer_on_call" if is_on and holder not in ([], [person]) else WROTE
        assert outcome in self._or_waited(expected if who == "studio" else NO_RIGHT)

    @rule(who=SOMEBODY, to=st.none() | st.integers(1, 2))
    def anybody_hands_over(self, who: str, to: int | None) -> None:
        outcome = act(lambda: self.world.do("select private.hand_over(%s)", to, conn=self.cast.hands[who]))

        assert outcome in self._or_waited(WROTE if who in ("Ana", "Ben", "studio") else NO_RIGHT)

    @rule(which=ANY)
    def words_are_erased(self, which: int) -> None:
        act(lambda: self.world.value("select private.erase_content(%s, 'asked')", self._ticket(which)))

    @precondition(lambda self: self.held is None)
    @rule(
        which=ANY, kind=st.sampled_from(CUSTOMERS_DO), what=st.sampled_from(["says", "append", "edit"]), n=ANY
    )
    def somebody_begins_a_transaction(self, which: int, kind: str, what: str, n: int) -> None:
        """It stays open while others act, and ends one way or the other."""
        self.held = self.world.database.connect("shiftbot_ingest" if what == "says" else None)
        self.held.execute(PATIENCE)
        self.held.autocommit = False
        ticket = self._ticket(which)
        if what == "says":
            act(lambda: self.world.says(conn=self.held, **self.cast.event(kind, ticket)))
        else:
            query, arguments = move(self.laws, what, n, ticket)
            act(lambda: self.world.do(query, *arguments, conn=self.held))

    @precondition(lambda self: self.held is not None)
    @rule(is_kept=st.booleans())
    def the_transaction_ends(self, is_kept: bool) -> None:
        assert self.held is not None
        before = self._rows()
        if is_kept:
            self.held.commit()
        else:
            self.held.rollback()
            assert self._rows() == before
        self.held.close()
        self.held = None

    @precondition(lambda self: self.held is None)
    @rule(which=ANY, one=RACERS, other=RACERS)
    def two_move_a_ticket_at_once(
        self, which: int, one: tuple[str, str, int], other: tuple[str, str, int]
    ) -> None:
        race(self.cast, self.laws, self._ticket(which), [one, other])

    @precondition(lambda self: self.held is None)
    @rule(interval=st.sampled_from(["30 seconds", "10 minutes", "2 hours"]))
    def time_passes_while_workers_live(self, interval: str) -> None:
        self.cast.pager.work()
        self.cast.ages()
        self.cast.pager.pass_time(interval)
        self.cast.pager.sweep()
        self.cast.pager.work()

    @invariant()
    def the_laws_hold(self) -> None:
        assert self.laws.broken() == {}
        assert self.cast.doubled == []

    def teardown(self) -> None:
        """Workers that live come to the end of every walk: nothing waits, and nothing was said twice."""
        try:
            if self.held is not None:
                self.the_transaction_ends(True)
            self.cast.empties_queues()
            self.the_laws_hold()
            for queue in ("triage", "replies", "deliveries"):
                assert self.world.queue(queue) == []
            assert self.world.rows("select * from ops.dead_letters") == []
        finally:
            self._left.close()

    def _ticket(self, which: int) -> int:
        tickets = self.cast.tickets()
        return tickets[which % len(tickets)]

    def _move_of(self, ticket: int, status: str, target: str | None) -> str:
        """What is to become of a move; a thread that has another unclosed ticket by now takes no second one."""
        if target is None:
            return ILLEGAL
        if status == "closed" != target and self.world.rows(
            "select from public.tickets as t join public.tickets as o using (platform, chat_external_id, thread_key)"
            " where t.id = %s and o.status <> 'closed'",
            ticket,
        ):
            return TAKEN
        return WROTE

    def _rows(self) -> tuple[Any, ...]:
        return self.world.row(
            "select (select count(*) from public.tickets), (select count(*) from public.ticket_actions),"
            " (select coalesce(max(msg_id), 0) from pgmq.q_triage), (select count(*) from public.replies),"
            " (select count(*) from public.escalations), (select count(*) from public.engineers where is_on_call)",
            conn=self.world.superuser,
        )

    def _or_waited(self, *outcomes: str) -> set[str]:
        """Somebody's open transaction may hold what an act needs; without one, nobody waits."""
        return {*outcomes, WAITED} if self.held is not None else set(outcomes)


def test_any_walk_keeps_the_laws(postgres_server: TestServer) -> None:
    class OnThisServer(Walk):
        def __init__(self) -> None:
            super().__init__(postgres_server)

    run_state_machine_as_test(OnThisServer, settings=SETTINGS)
