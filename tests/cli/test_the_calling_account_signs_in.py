"""shiftbot telegram-caller, with a Telegram that keeps to a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from telethon import errors
from telethon.tl import types

from shiftbot.cli import telegram_caller
from shiftbot.paging.telegram_call import TelegramCall
from shiftbot.sim.telegram_calls import TelegramCallsSim
from tests.cli.conftest import Run

HASH = "0123456789abcdef0123456789abcdef"
SESSION = "1AgAOMTQ5LjE1NC4xNjcuNTE"


class Script:
    """A TelegramClient that gives the prepared answers to sign_in, and keeps what it was told."""

    def __init__(self, *answers: Exception | None, connects: Exception | None = None) -> None:
        self.answers = list(answers)
        self.connects = connects
        self.heard: list[Any] = []
        self.session = self
        self.is_open = False

    def save(self) -> str:
        return SESSION

    async def connect(self) -> None:
        if self.connects:
            raise self.connects
        self.is_open = True

    async def disconnect(self) -> None:
        self.is_open = False

    async def send_code_request(self, phone: str) -> Any:
        self.heard.append(phone)
        return types.auth.SentCode(types.auth.SentCodeTypeApp(5), phone_code_hash="hash-of-the-code")

    async def sign_in(self, phone: str | None = None, code: str | None = None, **more: Any) -> None:
        self.heard.append((code, more))
        if error := self.answers.pop(0):
            raise error


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Says what a person will type, and who answers as Telegram."""
    asked: list[str] = []

    def prepare(script: Script, *typed: str) -> list[str]:
        waiting = iter(typed)

        def answer(question: str) -> str:
            asked.append(question)
            try:
                return next(waiting)
            except StopIteration:
                raise EOFError from None

        def client(session: str, api_id: int, api_hash: str) -> Script:
            assert (session, api_id, api_hash) == ("", 12345, HASH)
            return script

        monkeypatch.setattr("builtins.input", answer)
        monkeypatch.setattr("getpass.getpass", answer)
        monkeypatch.setattr(telegram_caller, "telethon_client", client)
        return asked

    return prepare


TYPED = ("12345", HASH, "+1 555 010 0009")


def test_login_prints_the_line_for_the_settings(shiftbot: Run, answers: Any) -> None:
    script = Script(None)
    asked = answers(script, *TYPED, "11111")
    code, out, err = shiftbot("telegram-caller", "login")

    assert (code, err) == (0, "")
    assert f"\nTELEGRAM_CALLER_SESSION={SESSION}\n" in out
    assert "Whoever has the line is this account" in out
    assert HASH not in out
    assert script.heard == ["+15550100009", ("11111", {"phone_code_hash": "hash-of-the-code"})]
    assert not script.is_open
    assert [question.split(":")[0].split(" ")[0] for question in asked] == [
        "api_id",
        "api_hash",
        "phone",
        "code",
    ]


def test_login_with_a_second_password(shiftbot: Run, answers: Any) -> None:
    wrong = errors.PasswordHashInvalidError(None)
    script = Script(errors.SessionPasswordNeededError(None), wrong, None)
    answers(script, *TYPED, "11111", "tpyo", "correct horse")
    code, out, _ = shiftbot("telegram-caller", "login")

    assert code == 0
    assert "That is not the password." in out
    assert f"TELEGRAM_CALLER_SESSION={SESSION}" in out
    assert "correct horse" not in out
    assert script.heard[2:] == [(None, {"password": "tpyo"}), (None, {"password": "correct horse"})]


def test_a_mistyped_code_is_asked_for_again(shiftbot: Run, answers: Any) -> None:
    answers(Script(errors.PhoneCodeInvalidError(None), None), *TYPED, "11112", "11111")
    code, out, _ = shiftbot("telegram-caller", "login")

    assert code == 0
    assert "That is not the code." in out


@pytest.mark.parametrize(
    ("script", "typed", "code", "said"),
    [
        (Script(), (), 2, "run it in a terminal"),
        (Script(), ("mine",), 2, "api_id is a number"),
        (Script(connects=ConnectionError("x")), TYPED, 1, "Telegram cannot be reached: ConnectionError."),
        (Script(connects=errors.ApiIdInvalidError(None)), TYPED, 1, "does not know this api_id"),
        (Script(connects=errors.FloodWaitError(None, 77)), TYPED, 1, "wait 77 seconds"),
        (Script(errors.PhoneNumberUnoccupiedError(None)), (*TYPED, "1"), 1, "make one in the app"),
        (Script(errors.PhoneCodeExpiredError(None)), (*TYPED, "1"), 1, "the code has expired"),
        (Script(*[errors.PhoneCodeInvalidError(None)] * 3), (*TYPED, "1", "2", "3"), 1, "not the code"),
        (Script(errors.AuthRestartError(None)), (*TYPED, "1"), 1, "Telegram refuses: AuthRestartError."),
    ],
)
def test_what_goes_wrong_is_one_sentence(
    shiftbot: Run, answers: Any, script: Script, typed: tuple[str, ...], code: int, said: str
) -> None:
    answers(script, *typed)
    ended, out, err = shiftbot("telegram-caller", "login")

    assert ended == code
    assert err.startswith("shiftbot: ")
    assert err.count("\n") == 1
    assert said in err
    assert "TELEGRAM_CALLER_SESSION=" not in out
    assert not script.is_open


def test_login_without_the_library(shiftbot: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    code, _, err = shiftbot("telegram-caller", "login")

    assert (code, "install shiftbot[telegram-caller]" in err) == (2, True)


@pytest.fixture
def sim(monkeypatch: pytest.MonkeyPatch) -> TelegramCallsSim:
    """What answers as Telegram to `call`."""
    made = TelegramCallsSim()
    monkeypatch.setattr(
        TelegramCall, "from_settings", lambda settings: TelegramCall(lambda: made, receive_seconds=0)
    )
    return made


@pytest.mark.parametrize("who", ["@ada_adler", "ada_adler", "+15550100001"])
def test_call_rings_and_says_how_it_ended(shiftbot: Run, sim: TelegramCallsSim, who: str) -> None:
    ada = sim.operator("@ada_adler", phone="+15550100001")
    ada.is_unreachable()

    assert shiftbot("telegram-caller", "call", who) == (0, "no answer: the phone was not reached\n", "")
    assert len(ada.calls) == 1


def test_call_of_nobody(shiftbot: Run, sim: TelegramCallsSim) -> None:
    assert shiftbot("telegram-caller", "call", "@nobody") == (
        1,
        "",
        "shiftbot: no Telegram account has this handle or shows this phone number.\n",
    )


def test_call_before_login_says_what_is_missing(shiftbot: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shiftbot("telegram-caller", "call", "@ada_adler") == (
        2,
        "",
        "shiftbot: TELEGRAM_CALLER_API_ID and TELEGRAM_CALLER_API_HASH: one needs the other\n",
    )
    monkeypatch.setenv("TELEGRAM_CALLER_API_ID", "1")
    monkeypatch.setenv("TELEGRAM_CALLER_API_HASH", HASH)

    assert "make it with `shiftbot telegram-caller login`" in shiftbot("telegram-caller", "call", "@a")[2]
