"""POST /webhooks/twilio/{voice,status,sms}: verify, one SQL call, TwiML. What is said is true at that moment."""

from __future__ import annotations

import hmac
import logging
import re
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, request
from twilio.request_validator import RequestValidator, add_port, remove_port

from shiftbot.db import Pool
from shiftbot.metrics import EVENTS_DROPPED, EVENTS_RECORDED
from shiftbot.paging.base import Outcome, Page
from shiftbot.paging.twilio import RETRIES
from shiftbot.settings import Settings
from webhooks import twilio_answers as answers
from webhooks.correlation import follow

log = logging.getLogger(__name__)

_ANSWER_CALL = (
    "select outcome, holder, turn, page, private.correlation_of_attempt(%s::bigint)"
    " from private.answer_call(%s::bigint, %s, %s, %s::integer, %s)"
)
_HEAR_STATUS = (
    "select private.hear_call_status(%s::bigint, %s, %s, %s, %s), private.correlation_of_attempt(%s::bigint)"
)
_HEAR_SMS = (
    "select outcome, holder, ticket_ids, private.correlation_of_ticket(ticket_ids[1])"
    " from private.hear_sms(%s, %s, %s, %s::bigint)"
)

_STATUSES: dict[str, Outcome] = {
    "queued": "attempted",
    "initiated": "attempted",
    "ringing": "ringing",
    "in-progress": "answered",
    "completed": "no_answer",  # of an answered call the database makes: hung up without a key
    "busy": "busy",
    "no-answer": "no_answer",
    "canceled": "no_answer",
    "failed": "failed",
    "accepted": "attempted",
    "scheduled": "attempted",
    "sending": "attempted",
    "sent": "attempted",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "failed",
}
_ACKNOWLEDGES = ("1", "ack", "acknowledge", "ok", "okay", "yes")
_PASSES_ON = ("9", "pass", "no")
_REPLY = re.compile(r"([a-z0-9]+)(?:\W+([0-9]{1,18}))?\W*")


def blueprint(settings: Settings, pool: Pool) -> Blueprint:
    """The routes, for `create_app`."""
    routes = Blueprint("twilio", __name__)
    public = settings.public_base_url.rstrip("/")
    validator = RequestValidator(settings.twilio_auth_token.get_secret_value())

    @routes.before_request
    def verify() -> Response | None:
        # Without PUBLIC_BASE_URL nothing can be verified: what was signed begins with it.
        return None if public and is_genuine(validator, public) else _refusal("signature is missing or wrong")

    @routes.post("/webhooks/twilio/voice")
    def voice() -> Response:
        return _voice(pool, public)

    @routes.post("/webhooks/twilio/status")
    def status() -> Response:
        return _status(pool)

    @routes.post("/webhooks/twilio/sms")
    def sms() -> Response:
        return _sms(pool)

    return routes


def _voice(pool: Pool, public: str) -> Response:
    """One turn of a call: what was pressed, and what is said next."""
    attempt, turn = _number("attempt", 18), _number("turn", 9)
    call, token = _word(request.form.get("CallSid")), _word(request.args.get("token"))
    if attempt is None or turn is None or not call or not token:
        return _dropped("unknown_shape", _refusal("call is unknown"))
    digits = _plain(request.form.get("Digits", ""), 20)
    outcome, holder, next_turn, page = _one(pool, _ANSWER_CALL, attempt, attempt, token, call, turn, digits)
    if outcome == "refused":
        refusal = _refusal("call is over, or this turn of it was heard")
        return _dropped("refused_call", refusal, attempt)
    _recorded("call", outcome, attempt)
    query = urlencode({"attempt": attempt, "token": token, "turn": next_turn})
    action = f"{public}/webhooks/twilio/voice?{query}{RETRIES}"
    return _twiml(said(outcome, holder, Page.from_row(page) if page else None, action, digits))


def _status(pool: Pool) -> Response:
    """What became of a call or a text."""
    attempt, token = _number("attempt", 18), _word(request.args.get("token"))
    call = _word(request.form.get("CallSid") or request.form.get("MessageSid"))
    outcome, detail = outcome_of(request.form)
    if attempt is None or not token or not call or outcome is None:
        return _dropped("unknown_shape", Response(status=204))
    (result,) = _one(pool, _HEAR_STATUS, attempt, token, call, outcome, detail, attempt)
    if result == "refused":
        return _dropped("refused_status", _refusal("call is unknown"), attempt)
    _recorded("status", result, attempt)
    return Response(status=204)


def _sms(pool: Pool) -> Response:
    """What an engineer texts back."""
    sid, sender = _word(request.form.get("MessageSid")), _plain(request.form.get("From", ""), 40)
    verb, ticket_id = verb_of(request.form.get("Body", ""))
    if not sid or not sender:
        return _dropped("unknown_shape", _twiml(answers.message()))
    outcome, holder, ticket_ids = _one(pool, _HEAR_SMS, sid, sender, verb, ticket_id)
    if outcome == "refused":  # no words for strangers: each costs, and tells that somebody listens
        return _dropped("stranger", _twiml(answers.message()))
    _recorded("sms", outcome)
    return _twiml(answers.message(answers.texted(outcome, holder, ticket_ids or [])))


def is_genuine(validator: RequestValidator, public: str) -> bool:
    """Whether Twilio signed this request: its public address, with or without the port, and every field."""
    query = request.query_string.decode("latin-1")
    given = request.headers.get("X-Twilio-Signature", "").encode()
    try:
        url = urlsplit(f"{public}{request.path}" + (f"?{query}" if query else ""))
        made = [
            validator.compute_signature(a, request.form).encode() for a in (remove_port(url), add_port(url))
        ]
    except ValueError:  # a public address that is none
        return False
    # Not the validator's own comparison: hmac's is constant in time by design.
    return any(hmac.compare_digest(signature, given) for signature in made)


def said(outcome: str, holder: str | None, page: Page | None, action: str, digits: str) -> str:
    """The TwiML of one turn of a call."""
    match outcome:
        case "summary" | "repeat" if page is not None:
            return answers.menu(page, action, wrong_key=outcome == "summary" and digits != "")
        case "acknowledged":
            return answers.acknowledged(page)
        case "already_acknowledged":
            return answers.already_acknowledged(holder)
        case "passed_on":
            return answers.passed_on()
        case _:
            return answers.over()


def outcome_of(form: Any) -> tuple[Outcome | None, str]:
    """What a status callback of a call or a text says, in our words, and the detail for the journal."""
    status = form.get("CallStatus") or form.get("MessageStatus") or ""
    answered_by = form.get("AnsweredBy", "")
    if answered_by.startswith("machine") or answered_by == "fax":
        return "voicemail", "a machine answered"
    if not status:
        return ("answered" if answered_by in ("human", "unknown") else None), ""
    error = form.get("ErrorCode", "")
    reason = f", error {error}" if re.fullmatch(r"[0-9]{1,6}", error) else ""
    outcome = _STATUSES.get(status)
    if status == "canceled" and "MessageStatus" in form:
        outcome = "failed"
    return outcome, f"Twilio says {status}{reason}" if outcome else ""


def verb_of(body: str) -> tuple[str, int | None]:
    """What a text asks for, and the ticket it names: "1", "ack 42", "OK." and the like."""
    found = _REPLY.fullmatch(body[:200].strip().lower())
    word, ticket = found.groups() if found else ("", None)
    verb = "acknowledge" if word in _ACKNOWLEDGES else "pass_on" if word in _PASSES_ON else "unknown"
    number = int(ticket) if ticket and verb != "unknown" else None
    return verb, number


def _one(pool: Pool, query: str, *arguments: object) -> tuple[Any, ...]:
    """The row, but for its last column: the chain of causes that the request continues."""
    with pool.connection() as conn:
        row = conn.execute(query, arguments).fetchone()
    if row is None:
        raise LookupError("the function returned nothing")
    follow(row[-1])
    return tuple(row[:-1])


def _number(name: str, digits: int) -> int | None:
    value = request.args.get(name, "")
    return int(value) if re.fullmatch(rf"[0-9]{{1,{digits}}}", value, re.ASCII) else None


def _word(value: str | None) -> str:
    """An id or token; empty where it cannot be one."""
    return value if value and re.fullmatch(r"[A-Za-z0-9_-]{1,200}", value) else ""


def _plain(value: str, most: int) -> str:
    return value[:most].encode("ascii", "replace").decode().replace("\x00", "?")


def _recorded(what: str, outcome: str, attempt: int | None = None) -> None:
    EVENTS_RECORDED.labels("twilio", f"{what}_{outcome}").inc()
    extra = {"action": f"twilio_{what}", "outcome": outcome, "attempt_id": attempt}
    log.info("twilio heard", extra=extra)


def _dropped(reason: str, answer: Response, attempt: int | None = None) -> Response:
    EVENTS_DROPPED.labels("twilio", reason).inc()
    log.info("event dropped", extra={"action": "event_dropped", "reason": reason, "attempt_id": attempt})
    return answer


def _refusal(why: str) -> Response:
    return Response(f"refused: the {why}\n", 403, mimetype="text/plain")


def _twiml(document: str) -> Response:
    return Response(document, mimetype="text/xml")
