"""The account that calls and texts, and its number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shiftbot.doctor.asking import NoAnswer, ask, json_of
from shiftbot.doctor.finding import Finding, Group
from shiftbot.settings import Settings

_GROUP = Group("twilio")


def examine(settings: Settings) -> Iterator[Finding]:
    """Nothing where Twilio is off."""
    if not settings.twilio_account_sid:
        return
    try:
        account = _get(settings, ".json")
        if account.get("status") != "active":
            yield _GROUP.problem("account", f"is {account.get('status')}", "Twilio's console says why.")
            return
        yield _GROUP.ok("account", "is active")
        numbers = _get(settings, "/IncomingPhoneNumbers.json", PhoneNumber=settings.twilio_from_number)
    except NoAnswer as error:
        yield _GROUP.problem(
            "account", str(error), "Check TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_API_BASE_URL."
        )
        return
    yield from _number(settings, numbers.get("incoming_phone_numbers") or [])


def _get(settings: Settings, path: str, **query: str) -> dict[str, Any]:
    sid = settings.twilio_account_sid
    url = f"{settings.twilio_api_base_url}/2010-04-01/Accounts/{sid}{path}"
    answer = ask("GET", url, params=query, auth=(sid, settings.twilio_auth_token.get_secret_value()))
    body = json_of(answer)
    if answer.status_code != 200:
        raise NoAnswer(f"Twilio refuses: {answer.status_code}, code {body.get('code')}")
    return body


def _number(settings: Settings, found: list[dict[str, Any]]) -> Iterator[Finding]:
    if not found:
        yield _GROUP.problem(
            "number",
            "TWILIO_FROM_NUMBER is none of the account's",
            "Choose one under Phone Numbers in the console.",
        )
        return
    able = found[0].get("capabilities") or {}
    missing = [what for what in ("voice", "sms") if not able.get(what)]
    if missing:
        yield _GROUP.problem(
            "number",
            f"cannot do: {', '.join(missing)}",
            "Buy one that can, or switch those steps off in escalation_steps.",
        )
    else:
        yield _GROUP.ok("number", "calls and texts")
    yield _texts(settings, str(found[0].get("sms_url") or ""))


def _texts(settings: Settings, given: str) -> Finding:
    if given == f"{settings.public_base_url.rstrip('/')}/webhooks/twilio/sms":
        return _GROUP.ok("texts", "answers by SMS come to PUBLIC_BASE_URL")
    return _GROUP.warning(
        "texts",
        "answers by SMS go elsewhere, so nobody can acknowledge by text",
        "Set the number's messaging webhook as docs/connect-twilio.md says.",
    )
