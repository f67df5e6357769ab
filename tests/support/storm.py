"""A storm around the product: time that runs ten times as fast, workers that die, people who do anything, faults."""

from __future__ import annotations

import random
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import httpx

from shiftbot.sim.faults import SHARED_KINDS, SimError
from tests.support.duty import OUTAGE, PHONES, Duty
from tests.support.product import CHANNEL, GROUP
from tests.workers.worker_process import start

_BEHAVIOURS = ("rings", "answers", "answers", "declines", "no_answer", "voicemail", "busy", "fails")
_ROWS = (
    "update public.escalations set due_at = due_at - interval '5 seconds' where id in"
    " (select id from public.escalations where state = 'ringing' for update skip locked)",
    "update public.escalation_attempts set in_hand_until = in_hand_until - interval '5 seconds',"
    " outcome_at = outcome_at - interval '5 seconds' where id in"
    " (select id from public.escalation_attempts where in_hand_until is not null or outcome = 'answered'"
    " for update skip locked)",
    "update public.reply_attempts set claimed_at = claimed_at - interval '5 seconds' where id in"
    " (select id from public.reply_attempts where state = 'claimed' for update skip locked)",
    "update private.triage_state set lease_until = lease_until - interval '5 seconds' where ticket_id in"
    " (select ticket_id from private.triage_state where lease_until is not null for update skip locked)",
    *(
        f"update pgmq.q_{queue} set vt = vt - interval '5 seconds' where msg_id in"
        f" (select msg_id from pgmq.q_{queue} where vt > clock_timestamp() for update skip locked)"
        for queue in ("triage", "replies", "escalations")
    ),
)


class Storm:
    """Everything in it is chosen by `dice`; each method is one thing that somebody or something does."""

    def __init__(self, duty: Duty, seed: int) -> None:
        self.duty = duty
        self.dice = random.Random(seed)  # noqa: S311  # the same storm again
        self.workers: list[subprocess.Popen[bytes]] = []
        self.reported = 0
        self.killed = 0

    def somebody_reports(self) -> None:
        """A customer nobody has heard of yet, in Telegram or in Slack."""
        self.reported += 1
        words = f"{OUTAGE} This is report {self.reported}."
        if self.dice.random() < 0.7:
            self.duty.telegram.say(GROUP, 1000 + self.reported, words)
        else:
            self.duty.slack.say(CHANNEL, f"U0C{self.reported:04d}", words)

    def a_worker_dies(self) -> None:
        """SIGKILL; what its sessions have begun may still commit."""
        victim = self.workers.pop(self.dice.randrange(len(self.workers)))
        victim.kill()
        victim.wait()
        self.killed += 1
        self.a_worker_starts()

    def a_worker_starts(self) -> None:
        self.workers.append(start(self.duty.settings))

    def a_phone_changes_its_mind(self) -> None:
        keys = self.dice.choice(("1", "1", "9", "2", "", "21", "5"))
        self.duty.operator(self._name()).behaves(self.dice.choice(_BEHAVIOURS), keys, self.dice.random())

    def somebody_texts(self) -> None:
        words = self.dice.choice(("1", "9", f"1 {self.dice.randint(1, 60)}", "what?"))
        self.duty.operator(self._name()).texts(words)

    def somebody_presses_in_telegram(self) -> None:
        chat = 7_000_000_000 + self.dice.randint(1, 3)
        self.duty.telegram.press(chat, chat, self.dice.choice(("Acknowledge", "Acknowledge", "Pass on")))

    def somebody_presses_in_slack(self) -> None:
        user = f"U0DUTY{self.dice.randint(1, 3)}"
        channel = self.duty.slack.open_direct(user)
        pages = [view for view in self.duty.slack.messages(channel, sender="bot") if view["buttons"]]
        if pages:
            self.duty.slack.press(channel, pages[-1]["ts"], "Acknowledge", user)

    def somebody_opens_a_mail(self) -> None:
        if mails := self.duty.mail.mailbox(self.duty.address(self._name())):
            httpx.post(mails[-1].link(), timeout=20)

    def the_shift_changes_hands(self) -> None:
        with self.duty.database.connect() as conn:
            conn.execute("select private.hand_over(%s, 'the storm')", (self.dice.randint(1, 3),))

    def a_ticket_is_closed(self) -> None:
        query = (
            "insert into public.ticket_actions (ticket_id, event) select id, 'closed' from public.tickets"
            " where status in ('escalation_pending', 'escalated') order by md5(id::text || %s) limit 1"
        )
        with self.duty.database.connect() as conn:
            conn.execute(query, (str(self.reported),))

    def storms_join_or_not(self) -> None:
        """Most reports ring by themselves, as there shall be many pages; some join."""
        window = self.dice.choice(("0", "0", "0", "0", "3 seconds"))
        with self.duty.database.connect() as conn:
            conn.execute("update public.app_settings set storm_window = %s::interval", (window,))

    def something_breaks(self) -> None:
        sims = (self.duty.twilio, self.duty.telegram, self.duty.slack, self.duty.mail)
        sim = self.dice.choice(sims)
        kinds = [kind for kind in sim.fault_kinds if kind in SHARED_KINDS or kind.startswith("callbacks")]
        sim.fault(self.dice.choice(kinds), count=self.dice.randint(1, 3), seconds=1)

    def blows(self, reports: int, kills: int, seconds: float) -> None:
        """All of it at random until everything is reported and the time is up."""
        deadline = time.monotonic() + seconds
        deeds = (
            [self.a_phone_changes_its_mind] * 4
            + [self.something_breaks] * 3
            + [self.somebody_presses_in_telegram, self.somebody_presses_in_slack]
            + [self.somebody_texts, self.somebody_opens_a_mail]
            + [self.the_shift_changes_hands, self.a_ticket_is_closed, self.storms_join_or_not]
        )
        while (left := deadline - time.monotonic()) > 0 or self.reported < reports:
            if self.reported < min(reports, reports * (1 - left / seconds) * 1.5):
                self.somebody_reports()
            if self.killed < kills * (1 - left / seconds) - 0.5:
                self.a_worker_dies()
            with suppress(
                SimError, httpx.HTTPError
            ):  # no such button, no mail with a link, a webhook that is slow
                self.dice.choice(deeds)()
            time.sleep(0.1)

    def passes(self) -> None:
        """Nothing breaks any more, and whoever is called takes it."""
        for sim in (self.duty.twilio, self.duty.telegram, self.duty.slack, self.duty.mail):
            sim.clear_faults()
        for name in PHONES:
            self.duty.operator(name).behaves("answers", "1")

    def _name(self) -> str:
        return self.dice.choice(list(PHONES))


@contextmanager
def storm(duty: Duty, seed: int, workers: int) -> Iterator[Storm]:
    """Worker processes and a fast clock for as long as the block lasts."""
    it = Storm(duty, seed)
    with ExitStack() as stack:
        stack.callback(_end, it)
        for _ in range(workers):
            it.a_worker_starts()
        stack.enter_context(_fast_clock(duty))
        yield it


def _end(it: Storm) -> None:
    for process in it.workers:
        process.kill()
        process.wait()


@contextmanager
def _fast_clock(duty: Duty) -> Iterator[None]:
    """Twice a second five seconds pass: rows are moved, and never waited for."""
    stop = threading.Event()
    thread = threading.Thread(target=_tick, args=(duty, stop.wait))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _tick(duty: Duty, pause: Callable[[float], bool]) -> None:
    with duty.database.connect() as conn:
        while not pause(0.5):
            for statement in _ROWS:
                conn.execute(statement.encode())
