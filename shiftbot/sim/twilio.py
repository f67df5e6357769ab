"""A simulator of Twilio: its REST API for calls and texts over real HTTP, and the people who are rung.

Point the twilio library at it with TWILIO_API_BASE_URL. Our webhooks hear from it as from Twilio: signed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from flask import Flask, Response, jsonify, request

from .faults import SHARED_KINDS, Fault
from .twilio_api import Api, Form, Listed, Refused
from .twilio_call import Course
from .twilio_line import CALLBACK, CALLBACK_FAULTS, Line
from .twilio_operator import Operator
from .twilio_people import VERBS, People
from .twilio_world import VERSION, Call, Json, Text, World

ACCOUNT = "AC00000000000000000000000000000001"
TOKEN = "simulated-twilio-token-for-local-use"
NUMBER = "+15550100000"


class TwilioSim(People):
    """A simulated Twilio with one account and one number; texts to it go to `webhook_url`, the webhooks' base address.

    A phone rings until its time is up, unless a test or `behaves` says otherwise.
    """

    verbs: ClassVar[tuple[str, ...]] = (*VERBS, "set_webhook")
    fault_kinds: ClassVar[tuple[str, ...]] = SHARED_KINDS + CALLBACK_FAULTS

    def __init__(
        self,
        port: int = 0,
        account_sid: str = ACCOUNT,
        auth_token: str = TOKEN,
        webhook_url: str = "",
        number: str = NUMBER,
    ) -> None:
        super().__init__(port)
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.number = number
        self.webhook_url = webhook_url
        self.world = World(self.changed)
        self.line = Line(account_sid, auth_token, self.faults, self.changed)
        self.api = Api(self.world, (number,), self._ring, self._deliver)

    def stop(self) -> None:
        super().stop()
        self.line.stop()

    def operator(self, number: str, answers_with: str = "", does: str = "", after: float = 0) -> Operator:
        """The person with that number; `answers_with` presses keys, `does` behaves, in every call to come."""
        if answers_with or does:
            self.behaves(number, does or "answers", answers_with, after)
        return Operator(self, number)

    def set_webhook(self, url: str) -> None:
        """Sets the base address of the webhooks that take texts."""
        with self.changed:
            self.webhook_url = url

    def settled(self, timeout: float = 10) -> bool:
        """Waits until no request to the webhooks is on its way; returns whether that came true."""
        return self.line.settled(timeout)

    def fault(
        self, kind: str, method: str | None = None, count: int | None = None, seconds: float = 1.0
    ) -> None:
        """Switches a fault on; those of callbacks concern no call of the API."""
        super().fault(kind, CALLBACK if kind in CALLBACK_FAULTS else method, count, seconds)

    def _ring(self, call: Call) -> None:
        if self.world.behaviour(call.to).does != "ignored":
            Course(self.world, self.line, call, self._stopping.is_set).start()

    def _deliver(self, text: Text, callback: str) -> None:
        behaviour = self.world.behaviour(text.to).does
        if behaviour == "ignored":
            return
        is_lost = behaviour == "undelivered"
        text.status, text.error = ("undelivered", 30003) if is_lost else ("delivered", None)
        self.changed.notify_all()
        for status in ("sent", text.status) if callback else ():
            fields = {
                "MessageSid": text.sid,
                "SmsSid": text.sid,
                "MessageStatus": status,
                "SmsStatus": status,
            }
            fields |= {"From": text.sender, "To": text.to}
            if status == "undelivered":
                fields["ErrorCode"] = str(text.error)
            self.line.call_back(text.sid, callback, fields)
        self.line.release(text.sid)

    # The REST API over HTTP.

    def add_routes(self, app: Flask) -> None:
        base = f"/{VERSION}/Accounts/<account>"
        app.add_url_rule(f"{base}.json", "account", self._account)
        app.add_url_rule(f"{base}/IncomingPhoneNumbers.json", "numbers", self._list_numbers)
        app.add_url_rule(f"{base}/Calls.json", "calls_create", self._create_call, methods=["POST"])
        app.add_url_rule(f"{base}/Calls/<sid>.json", "calls_fetch", self._fetch_call, methods=["GET"])
        app.add_url_rule(f"{base}/Calls/<sid>.json", "calls_update", self._update_call, methods=["POST"])
        app.add_url_rule(f"{base}/Messages.json", "messages_create", self._create_message, methods=["POST"])
        app.add_url_rule("/sim/deliveries", "deliveries", lambda: jsonify(list(self.line.deliveries)))

    def _account(self, account: str) -> Response:
        return self._answered("accounts.fetch", account, 200, self.api.account)

    def _list_numbers(self, account: str) -> Response:
        wanted, webhook = request.args.get("PhoneNumber", ""), self.webhook_url
        return self._answered("numbers.list", account, 200, lambda: self.api.numbers(wanted, webhook))

    def _create_call(self, account: str) -> Response:
        form = _form()
        return self._answered("calls.create", account, 201, lambda: self.api.create_call(form))

    def _fetch_call(self, account: str, sid: str) -> Response:
        return self._answered("calls.fetch", account, 200, lambda: self.api.fetch_call(sid))

    def _update_call(self, account: str, sid: str) -> Response:
        form = _form()
        return self._answered("calls.update", account, 200, lambda: self.api.update_call(sid, form))

    def _create_message(self, account: str) -> Response:
        form = _form()
        return self._answered("messages.create", account, 201, lambda: self.api.create_message(form))

    def _answered(
        self, method: str, account: str, status: int, work: Callable[[], Call | Text | Listed]
    ) -> Response:
        given = request.authorization

        def act() -> Response:
            try:
                if given is None or (given.username, given.password) != (self.account_sid, self.auth_token):
                    raise Refused(401, 20003, "Authenticate")
                if account != self.account_sid:
                    raise Refused(404, 20404, f"The requested resource /Accounts/{account} was not found")
                with self.changed:
                    return _json(work().resource(account), status)
            except Refused as refused:
                return _json(refused.body(), refused.status)

        return self.perform(method, act)

    def refusal(self, fault: Fault) -> Response:
        if fault.kind == "rate_limited":
            response = _json(Refused(429, 20429, "Too Many Requests").body(), 429)
            response.headers["Retry-After"] = str(max(1, round(fault.seconds)))
            return response
        return _json(Refused(500, 20500, "An internal server error has occurred").body(), 500)


def _form() -> Form:
    return {name: request.form.getlist(name) for name in request.form}


def _json(body: Json, status: int) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response
