"""shiftbot telegram-caller: the user account that rings engineers."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import importlib.util
import os
from collections.abc import Callable
from typing import Any

from shiftbot.cli import command
from shiftbot.cli.failure import Failed
from shiftbot.paging.base import Contact, Page, SendError
from shiftbot.paging.telegram_call import MISSING, TelegramCall, telethon_client
from shiftbot.settings import Settings, SettingsError

_TRIES = 3
_INTRO = """\
This signs a Telegram account in, so that the workers can ring engineers with it. Take an account of its own,
not yours: Telegram may limit an account that calls much. api_id and api_hash are at https://my.telegram.org.
"""
_OUTRO = """
Put this line where your other settings are, with TELEGRAM_CALLER_API_ID and TELEGRAM_CALLER_API_HASH, and
restart the workers. Whoever has the line is this account: keep it secret. It ends under Settings, Devices.
Try it with: shiftbot telegram-caller call @HANDLE
"""


def add(commands: command.Commands) -> None:
    """Adds the commands."""
    group = command.add_group(
        commands,
        "telegram-caller",
        "the Telegram account that rings engineers",
        "A bot cannot call, so an ordinary account does it. docs/connect-telegram-calls.md tells its limits.",
    )
    command.add(group, "login", _login, "sign the account in and print its session", _INTRO)
    call = command.add(group, "call", _call, "ring somebody once, to see whether it works")
    call.add_argument("who", metavar="WHO", help="@handle, or a phone number such as +15550100001")


def _login(_: argparse.Namespace) -> int:
    if importlib.util.find_spec("telethon") is None:
        raise Failed(MISSING, 2)
    print(_INTRO)
    try:
        api_id = input("api_id: ").strip()
        if not api_id.isdecimal():
            raise Failed("api_id is a number; https://my.telegram.org shows it.", 2)
        client = telethon_client("", int(api_id), _secret("api_hash: "))
        session = asyncio.run(_signed_in(client))
    except EOFError:
        raise Failed("this asks questions: run it in a terminal.", 2) from None
    print(f"\nTELEGRAM_CALLER_SESSION={session}")
    print(_OUTRO, end="")
    return 0


async def _signed_in(client: Any) -> str:
    from telethon import errors  # type: ignore[import-untyped]

    try:
        await client.connect()
        await _sign_in(client, input("phone number of the account, with country code: ").replace(" ", ""))
        return str(client.session.save())
    except errors.FloodWaitError as error:
        raise Failed(f"Telegram wants you to wait {error.seconds} seconds before you try again.") from None
    except errors.RPCError as error:
        raise Failed(_words(type(error).__name__)) from None
    except OSError as error:
        raise Failed(f"Telegram cannot be reached: {type(error).__name__}.") from None
    finally:
        await client.disconnect()


async def _sign_in(client: Any, phone: str) -> None:
    from telethon import errors

    sent = await client.send_code_request(phone)
    print("Telegram has sent a code, most likely to the account's other devices.")

    async def with_code() -> None:
        await client.sign_in(phone, input("code: ").strip(), phone_code_hash=sent.phone_code_hash)

    async def with_password() -> None:
        await client.sign_in(password=_secret("two-step password: "))

    try:
        await _again(with_code, errors.PhoneCodeInvalidError, "That is not the code.")
    except errors.SessionPasswordNeededError:
        await _again(with_password, errors.PasswordHashInvalidError, "That is not the password.")


async def _again(step: Callable[[], Any], mistake: type[Exception], words: str) -> None:
    """Lets a person mistype twice."""
    for attempt in range(1, _TRIES + 1):
        try:
            return await step()  # type: ignore[no-any-return]
        except mistake:
            if attempt == _TRIES:
                raise
            print(words)


def _secret(question: str) -> str:
    return getpass.getpass(question).strip()


def _words(error: str) -> str:
    return {
        "ApiIdInvalidError": "Telegram does not know this api_id with this api_hash; copy both from https://my.telegram.org.",
        "PhoneNumberInvalidError": "this is no phone number; write it with its country code, such as +15550100001.",
        "PhoneNumberBannedError": "Telegram has banned this account.",
        "PhoneNumberUnoccupiedError": "this number has no Telegram account; make one in the app first.",
        "PhoneCodeInvalidError": "this is not the code; run the command again for a new one.",
        "PhoneCodeExpiredError": "the code has expired; run the command again for a new one.",
        "PasswordHashInvalidError": "this is not the two-step password; it is set under Settings, Privacy and Security.",
    }.get(error, f"Telegram refuses: {error}.")


def _call(arguments: argparse.Namespace) -> int:
    channel = _channel()
    try:
        sent = channel.send(_test_page(arguments.who), lambda: True)
    except SendError as error:
        raise Failed(f"{error}.") from None
    finally:
        channel.close()
    print(f"{sent.outcome.replace('_', ' ')}{sent.detail and ': '}{sent.detail}")
    return 0


def _channel() -> TelegramCall:
    # A call needs no database, which is the one setting that everything else does.
    needed = {} if os.environ.get("DATABASE_URL") else {"database_url": "none"}
    try:
        return TelegramCall.from_settings(Settings.load(**needed))
    except SettingsError as error:
        raise Failed(str(error), 2) from None


def _test_page(who: str) -> Page:
    number = who if who.startswith("+") else None
    handle = None if number else who.removeprefix("@")
    return Page(
        attempt_id=0,
        escalation_id=0,
        kind="ring",
        method="telegram_call",
        contact=Contact(0, who, "", phone=number, telegram_handle=handle),
        tickets=(),
        ring_seconds=30,
        token="",
        is_test=True,
    )
