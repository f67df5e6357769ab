"""The product with everything that rings: phones, mailboxes, messages, a webhook receiver; told as a story."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from shiftbot.sim.mail import MailSim
from shiftbot.sim.receiver import SECRET as WEBHOOK_SECRET
from shiftbot.sim.receiver import WebhookReceiver
from shiftbot.sim.twilio import TwilioSim
from shiftbot.sim.twilio_operator import Operator
from tests.support.postgres import Database
from tests.support.product import GROUP, Product, product

OUTAGE = "The whole site is down, nobody can log in and we are losing data!"
PHONES = {"Ada": "+15550100001", "Ben": "+15550100002", "Cleo": "+15550100003"}
Step = tuple[str, str, int]  # target, method, wait_seconds


@dataclass
class Duty(Product):
    """A product whose engineers can be rung."""

    twilio: TwilioSim
    mail: MailSim
    receiver: WebhookReceiver

    def engineer(self, name: str, on_call: bool = False, **columns: Any) -> int:
        """An engineer with a phone, Telegram, Slack and an e-mail address, unless said otherwise."""
        number = list(PHONES).index(name) + 1
        given = {
            "phone": PHONES[name],
            "telegram_user_id": 7_000_000_000 + number,
            "slack_user_id": f"U0DUTY{number}",
        } | columns
        row = self.conn.execute(
            "insert into public.engineers (name, email, phone, telegram_user_id, slack_user_id)"
            " values (%s, %s, %s, %s, %s) returning id",
            (name, self.address(name), given["phone"], given["telegram_user_id"], given["slack_user_id"]),
        ).fetchone()
        assert row is not None
        if on_call:
            self.conn.execute("select private.hand_over(%s, 'the test')", row)
        if given["telegram_user_id"]:
            self.telegram.add_user(given["telegram_user_id"], name)
            self.telegram.create_chat("private", chat_id=given["telegram_user_id"])
        if given["slack_user_id"]:
            self.slack.add_user(given["slack_user_id"], name)
        return int(row[0])

    @staticmethod
    def address(name: str) -> str:
        return f"{name.lower()}@example.com"

    def operator(self, name: str, **behaviour: Any) -> Operator:
        """The engineer at the phone."""
        return self.twilio.operator(PHONES[name], **behaviour)

    def policy(self, *steps: Step) -> None:
        """Replaces the policy."""
        self.conn.execute("delete from public.escalation_steps")
        for position, (target, method, wait) in enumerate(steps, 1):
            self.conn.execute(
                "insert into public.escalation_steps (position, target, method, ring_seconds, wait_seconds)"
                " values (%s, %s, %s::public.escalation_method, 30, %s)",
                (position, target, method, wait),
            )

    def outage(self, customer: int = 7, words: str = OUTAGE) -> int:
        """A customer reports something serious in the group; the ticket's id once it is there."""
        before = len(self.rows("select from public.tickets"))
        self.telegram.say(GROUP, customer, words)
        assert self.until(lambda: len(self.rows("select from public.tickets")) == before + 1)
        return int(self.rows("select max(id) from public.tickets")[0][0])

    def status(self, ticket_id: int) -> str:
        return str(self.rows("select status from public.tickets where id = %s", ticket_id)[0][0])

    def attempts(self, ticket_id: int) -> list[tuple[Any, ...]]:
        """Method, engineer and outcome of every ring for a ticket, in their order."""
        return self.rows(
            "select a.method::text, g.name, a.outcome from public.escalation_attempts as a"
            " join public.escalations as e on e.id = a.escalation_id left join public.engineers as g on g.id = a.engineer_id"
            " where e.ticket_id = %s and a.kind = 'ring' order by a.id",
            ticket_id,
        )

    def time_passes(self, seconds: int) -> None:
        """Everything that is due or in hand comes nearer by so much: rows are moved, not the clock."""
        by = f"interval '{int(seconds)} seconds'"
        self.conn.execute(
            f"update public.escalations set due_at = due_at - {by}, ack_expires_at = ack_expires_at - {by},"
            f" acknowledged_at = acknowledged_at - {by}, cycle_started_at = cycle_started_at - {by}".encode()
        )
        self.conn.execute(
            "update public.escalation_attempts set"
            f" in_hand_until = in_hand_until - {by}, outcome_at = outcome_at - {by}".encode()
        )

    def hears(self, words: str, chat: int = GROUP) -> bool:
        """Whether the customers' chat gets to hear words like these from the bot."""
        return self.until(
            lambda: any(words in said["text"] for said in self.telegram.messages(chat, sender="bot"))
        )

    def assert_nothing_stalls(self) -> None:
        """What is due is begun within moments, as workers run; then nothing is stalled."""
        assert self.until(lambda: self.rows("select * from ops.stalled_escalations") == [])


@contextmanager
def on_duty(database: Database, **overrides: Any) -> Iterator[Duty]:
    """Simulators and webhooks up, nobody hired yet, no worker yet."""
    with TwilioSim() as twilio, MailSim() as mail, WebhookReceiver() as receiver:
        settings = {
            "twilio_account_sid": twilio.account_sid,
            "twilio_auth_token": twilio.auth_token,
            "twilio_from_number": twilio.number,
            "twilio_api_base_url": twilio.url,
            "smtp_url": mail.smtp_url,
            "smtp_from": "shift-bot@example.com",
            "paging_webhook_url": receiver.events_url,
            "paging_webhook_secret": WEBHOOK_SECRET,
        }
        with product(database, **(settings | overrides)) as story:
            twilio.set_webhook(story.url)
            yield Duty(**vars(story), twilio=twilio, mail=mail, receiver=receiver)
