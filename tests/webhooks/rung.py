"""Ada is rung about a ticket, and Twilio speaks to the webhooks about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from tests.db.world import World
from tests.support.postgres import Database
from tests.support.web import FORM, Web, web

PUBLIC = "https://bot.example"
TOKEN = "auth-token-of-the-test"
CALL = "CA00000000000000000000000000000001"
ADA, BEN, STRANGER = "+15550100001", "+15550100002", "+15559999999"


@dataclass
class Paged:
    """Ada is rung about a ticket; `post` speaks as Twilio does."""

    world: World
    web: Web
    ticket_id: int
    attempt_id: int
    token: str

    def post(
        self,
        route: str,
        form: Mapping[str, str],
        query: Mapping[str, Any] | None = None,
        signature: str | None = None,
        signed_at: str = PUBLIC,
    ) -> TestResponse:
        path = f"/webhooks/twilio/{route}" + (f"?{urlencode(query)}" if query else "")
        if signature is None:
            signature = RequestValidator(TOKEN).compute_signature(signed_at + path, form)
        return self.web.http.post(
            path, data=urlencode(form), content_type=FORM, headers={"X-Twilio-Signature": signature}
        )

    def voice(self, turn: int = 0, digits: str | None = None, call: str = CALL, **query: Any) -> TestResponse:
        form = {"CallSid": call, "CallStatus": "in-progress"} | ({} if digits is None else {"Digits": digits})
        return self.post("voice", form, self.secret() | {"turn": turn} | query)

    def status(self, status: str, call: str = CALL, **form: str) -> TestResponse:
        return self.post("status", {"CallSid": call, "CallStatus": status} | form, self.secret())

    def sms(self, body: str, sender: str = ADA, sid: str = "SM1") -> str:
        answer = self.post("sms", {"MessageSid": sid, "From": sender, "Body": body})
        assert answer.status_code == 200
        return " ".join(said.text or "" for said in twiml(answer).iter("Message"))

    def secret(self) -> dict[str, Any]:
        return {"attempt": self.attempt_id, "token": self.token}

    @property
    def outcome(self) -> str | None:
        found: str | None = self.world.value(
            "select outcome from public.escalation_attempts where id = %s", self.attempt_id
        )
        return found

    @property
    def is_taken(self) -> bool:
        return self.world.status(self.ticket_id) == "escalated"


def call_of(world: World, ticket_id: int) -> int:
    """The newest phone call about the ticket."""
    number: int = world.value(
        "select max(a.id) from public.escalation_attempts as a join public.escalations as e"
        " on e.id = a.escalation_id where e.ticket_id = %s and a.method = 'phone_call'",
        ticket_id,
    )
    return number


@contextmanager
def ada_is_rung(database: Database) -> Iterator[Paged]:
    """The webhooks with Ada on call and Ben beside her; her phone rings."""
    with web(database, public_base_url=PUBLIC, twilio_auth_token=TOKEN) as served:
        world = World(database)
        world.do(
            "update public.escalation_steps set is_active = method = 'phone_call' and target = 'on_call'"
        )
        world.do("update public.app_settings set storm_window = interval '0'")
        for name, phone in (("Ada", ADA), ("Ben", BEN)):
            world.engineer(name)
            world.do("update public.engineers set phone = %s where name = %s", phone, name)
        world.do("update public.engineers set is_on_call = true where name = 'Ada'")
        ticket_id = world.ticket("escalation_pending")
        world.do("update public.tickets set title = 'Site\u0007 is <down>' where id = %s", ticket_id)
        attempt_id = call_of(world, ticket_id)
        world.do(
            "update public.escalation_attempts set claimed_at = clock_timestamp(), outcome = 'attempted' where id = %s",
            attempt_id,
        )
        token = world.value("select private.attempt_token(%s)", attempt_id)
        yield Paged(world, served, ticket_id, attempt_id, token)


def twiml(answer: TestResponse) -> ElementTree.Element:
    return ElementTree.fromstring(answer.text)  # noqa: S314  # our own


def spoken(answer: TestResponse) -> str:
    assert answer.status_code == 200
    return " ".join(said.text or "" for said in twiml(answer).iter("Say"))


def actions(answer: TestResponse) -> list[str]:
    return [gather.get("action", "") for gather in twiml(answer).iter("Gather")]
