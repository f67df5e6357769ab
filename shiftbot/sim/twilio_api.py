"""Part of the Twilio simulator: the REST API for calls and messages, with Twilio's own refusals."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from .twilio_world import Call, Json, Text, World

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_ADDRESS = re.compile(r"https?://[^/\s]+(/\S*)?")
LONGEST_TEXT = 1600
Form = dict[str, list[str]]


class Refused(Exception):
    """The API refuses: HTTP status, Twilio's code and its words."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def body(self) -> Json:
        """The answer's JSON."""
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": str(self), "more_info": more, "status": self.status}


@dataclass(frozen=True)
class Listed:
    """What is there as it is: the account, or a page of its numbers."""

    content: Json

    def resource(self, account: str) -> Json:
        """The answer's JSON."""
        return {"account_sid": account} | self.content


class Api:
    """What the requests do; `ring` and `deliver` are called with what was made, under the lock."""

    def __init__(
        self,
        world: World,
        numbers: tuple[str, ...],
        ring: Callable[[Call], None],
        deliver: Callable[[Text, str], None],
    ) -> None:
        self._world = world
        self._numbers = numbers
        self._ring = ring
        self._deliver = deliver
        self.account_status = "active"
        self.capabilities: dict[str, bool] = {}  # of its numbers, where they differ from all

    def create_call(self, form: Form) -> Call:
        """POST Calls.json. Raises Refused."""
        to, sender = self._parties(form, not_ours=21210)
        if self._world.behaviour(to).does == "unreachable":
            raise Refused(400, 21214, f"'To' phone number cannot be reached: {to}")
        if not _one(form, "Twiml") and not _ADDRESS.fullmatch(_one(form, "Url")):
            raise Refused(400, 21205, f"Url is not a valid URL: {_one(form, 'Url')}")
        if (callback := _one(form, "StatusCallback")) and not _ADDRESS.fullmatch(callback):
            raise Refused(400, 21609, f"Invalid 'StatusCallback' URL: {callback}")
        if not re.fullmatch(r"[0-9]{1,4}", timeout := _one(form, "Timeout") or "60") or int(timeout) > 600:
            raise Refused(400, 20001, f"Timeout {timeout} is not valid")
        call = Call(self._world.sid("CA"), to, sender, form)
        self._world.calls[call.sid] = call
        self._ring(call)
        return call

    def account(self) -> Listed:
        """GET Accounts/<sid>.json."""
        return Listed({"friendly_name": "Shift-Sim", "status": self.account_status, "type": "Full"})

    def numbers(self, wanted: str, webhook: str) -> Listed:
        """GET IncomingPhoneNumbers.json: those that contain the digits asked for."""
        able = {"voice": True, "sms": True, "mms": False, "fax": False} | self.capabilities
        texts = f"{webhook.rstrip('/')}/webhooks/twilio/sms" if webhook else ""
        about = {"capabilities": able, "sms_url": texts, "sms_method": "POST", "status": "in-use"}
        found = [{"phone_number": number} | about for number in self._numbers if wanted in number]
        return Listed({"incoming_phone_numbers": found, "page": 0, "page_size": 50})

    def fetch_call(self, sid: str) -> Call:
        """GET Calls/<sid>.json. Raises Refused."""
        call = self._world.calls.get(sid)
        if call is None:
            raise Refused(404, 20404, f"The requested resource /Calls/{sid}.json was not found")
        return call

    def update_call(self, sid: str, form: Form) -> Call:
        """POST Calls/<sid>.json: ends a call. Raises Refused."""
        call, status = self.fetch_call(sid), _one(form, "Status")
        if status not in ("canceled", "completed"):
            raise Refused(400, 20001, f"Invalid call status: {status}")
        if call.is_over:
            raise Refused(400, 21220, "Call is not in-progress. Cannot redirect.")
        if call.status != "in-progress":
            call.wants = "canceled"
        elif status == "completed":  # "canceled" leaves an answered call alone
            call.wants = "hang_up"
        self._world.changed.notify_all()
        return call

    def create_message(self, form: Form) -> Text:
        """POST Messages.json. Raises Refused."""
        to, sender = self._parties(form, not_ours=21606)
        body = _one(form, "Body")
        if self._world.behaviour(to).does == "opted_out":
            raise Refused(400, 21610, f"Attempt to send to unsubscribed recipient {to}")
        if not body:
            raise Refused(400, 21602, "Message body is required.")
        if len(body) > LONGEST_TEXT:
            raise Refused(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
        text = Text(self._world.sid("SM"), to, sender, body)
        self._world.texts.append(text)
        self._deliver(text, _one(form, "StatusCallback"))
        return text

    def _parties(self, form: Form, not_ours: int) -> tuple[str, str]:
        to, sender = _one(form, "To"), _one(form, "From")
        if not to:
            raise Refused(400, 21201, "No 'To' number is specified")
        if not _E164.fullmatch(to) or self._world.behaviour(to).does == "invalid":
            raise Refused(400, 21211, f"Invalid 'To' Phone Number: {to}")
        if not _E164.fullmatch(sender):
            raise Refused(400, 21212, f"Invalid From Number (caller ID): {sender}")
        if sender not in self._numbers:
            raise Refused(400, not_ours, f"The source phone number provided, {sender}, is not yours")
        return to, sender


def _one(form: Form, name: str) -> str:
    return (form.get(name) or [""])[0]
