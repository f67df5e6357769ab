from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from telethon import errors
from telethon.crypto import AuthKey
from telethon.sessions import StringSession
from telethon.tl import functions, types

from shiftbot.paging.base import Channel, OutcomeUnknown, Page, Permanent, SendError, Sent, Temporary
from shiftbot.paging.telegram_call import TelegramCall
from shiftbot.settings import Settings, SettingsError
from shiftbot.sim.telegram_calls import Operator, TelegramCallsSim
from tests.paging.adas_page import ADA, page

RINGS = page(method="telegram_call")
BEN = replace(ADA, engineer_id=2, telegram_handle="ben_brook", telegram_user_id=7000000002, phone=None)


def wanted() -> bool:
    return True


@pytest.fixture
def sim() -> TelegramCallsSim:
    return TelegramCallsSim()


@pytest.fixture
def ada(sim: TelegramCallsSim) -> Operator:
    return sim.operator("@ada_adler", phone="+15550100001")


@pytest.fixture
def channel(sim: TelegramCallsSim) -> Iterator[TelegramCall]:
    made = TelegramCall(lambda: sim, receive_seconds=5, poll_seconds=0.01, linger_seconds=0)
    yield made
    made.close()


@pytest.fixture
def calling(channel: TelegramCall) -> Iterator[Any]:
    """Starts a ring in the background; its future."""
    with ThreadPoolExecutor() as pool:

        def start(rings: Page = RINGS, is_wanted: Any = wanted) -> Future[Sent]:
            return pool.submit(channel.send, rings, is_wanted)

        yield start


def test_channel_keeps_the_contract(channel: Channel) -> None:
    assert channel.method == "telegram_call"


def test_an_answered_call_is_hung_up(ada: Operator, calling: Any) -> None:
    ring = calling()
    ada.expects_ring().answers()

    assert ring.result(10) == Sent("answered", "501")
    assert ada.sees_hang_up() == types.PhoneCallDiscardReasonHangup()


@pytest.mark.parametrize(
    ("reason", "sent"),
    [
        (types.PhoneCallDiscardReasonHangup(), Sent("declined", "501")),
        (types.PhoneCallDiscardReasonBusy(), Sent("declined", "501", "declined, or on another call")),
        (types.PhoneCallDiscardReasonMissed(), Sent("no_answer", "501")),
        (
            types.PhoneCallDiscardReasonDisconnect(),
            Sent("failed", "501", "PhoneCallDiscardReasonDisconnect"),
        ),
    ],
)
def test_a_call_that_the_other_side_ends(ada: Operator, calling: Any, reason: Any, sent: Sent) -> None:
    ring = calling()
    ada.expects_ring().declines(reason)

    assert ring.result(10) == sent
    assert ada.calls[0].hung_up is None  # there is nothing left to hang up


def test_a_call_that_becomes_a_conference_was_answered(ada: Operator, calling: Any) -> None:
    ring = calling()
    ada.expects_ring().moves_to_a_conference()

    assert ring.result(10) == Sent("answered", "501", "moved to a conference call")


def test_nobody_picks_up(ada: Operator, channel: TelegramCall) -> None:
    ada.lets_ring()

    assert channel.send(replace(RINGS, ring_seconds=0), wanted) == Sent("no_answer", "501")
    assert ada.sees_hang_up() == types.PhoneCallDiscardReasonMissed()


def test_a_phone_that_is_never_reached_says_so(sim: TelegramCallsSim, ada: Operator) -> None:
    ada.is_unreachable()
    channel = TelegramCall(lambda: sim, receive_seconds=0, poll_seconds=0.01)

    assert channel.send(RINGS, wanted) == Sent("no_answer", "501", "the phone was not reached")
    assert ada.sees_hang_up() == types.PhoneCallDiscardReasonMissed()
    channel.close()


def test_it_rings_no_longer_than_it_is_wanted(ada: Operator, calling: Any) -> None:
    taken = threading.Event()
    ring = calling(is_wanted=lambda: not taken.is_set())
    ada.expects_ring()
    assert not ring.done()
    taken.set()

    assert ada.sees_hang_up() == types.PhoneCallDiscardReasonMissed()
    assert ring.result(10) == Sent("no_answer", "501", "taken back while it rang")


def test_a_question_that_fails_hangs_up(ada: Operator, calling: Any) -> None:
    is_down = threading.Event()

    def ask() -> bool:
        if is_down.is_set():
            raise ConnectionError("the database is gone")
        return True

    ring = calling(is_wanted=ask)
    ada.expects_ring()
    is_down.set()

    assert isinstance(ring.exception(10), ConnectionError)
    assert ada.sees_hang_up() == types.PhoneCallDiscardReasonMissed()


def test_two_rings_at_once_do_not_hear_each_other(sim: TelegramCallsSim, ada: Operator, calling: Any) -> None:
    ben = sim.operator("@ben_brook", user_id=7000000002)
    of_ada, of_ben = calling(), calling(replace(RINGS, contact=BEN))
    ada.expects_ring()
    ben.expects_ring().declines()

    assert of_ben.result(10).outcome == "declined"
    assert ada.is_ringing
    assert not of_ada.done()
    ada.answers()
    assert of_ada.result(10).outcome == "answered"
    assert sim.connections == 1


def test_closing_hangs_up(ada: Operator, channel: TelegramCall, calling: Any) -> None:
    ring = calling()
    ada.expects_ring()
    channel.close()

    assert isinstance(ring.exception(10), OutcomeUnknown)
    assert ada.sees_hang_up() == types.PhoneCallDiscardReasonMissed()
    with pytest.raises(Temporary, match="closed"):
        channel.send(RINGS, wanted)


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (errors.UserPrivacyRestrictedError, "must add the calling account to their contacts"),
        (errors.UserIsBlockedError, "the engineer has blocked the calling account"),
        (errors.InputUserDeactivatedError, "no longer exists"),
        (errors.ParticipantVersionOutdatedError, "too old"),
    ],
)
def test_a_refusal_names_its_remedy(
    ada: Operator, channel: TelegramCall, refusal: type[Exception], said: str
) -> None:
    ada.refuses(refusal)

    with pytest.raises(Permanent, match=said):
        channel.send(RINGS, wanted)


def test_a_flood_wait_says_when_to_come_back(
    sim: TelegramCallsSim, ada: Operator, channel: TelegramCall
) -> None:
    sim.floods(86)

    with pytest.raises(Temporary) as caught:
        channel.send(RINGS, wanted)

    assert caught.value.retry_after == 86
    assert ada.calls == []


CALL = functions.phone.RequestCallRequest


@pytest.mark.parametrize(
    ("request_kind", "error", "expected"),
    [
        (TelegramCallsSim, ConnectionError("no route"), Temporary),
        (functions.contacts.ResolveUsernameRequest, errors.FloodWaitError(None, 5), Temporary),
        (functions.messages.GetDhConfigRequest, ConnectionError("cut"), Temporary),
        (CALL, ConnectionError("cut"), OutcomeUnknown),
        (CALL, errors.PeerFloodError(None), Temporary),
        (CALL, errors.ServerError(None, "INTERNAL"), Temporary),
        (CALL, errors.AuthKeyUnregisteredError(None), Permanent),
        (CALL, errors.AuthKeyDuplicatedError(None), Permanent),
    ],
)
def test_trouble_is_told_by_its_kind(
    sim: TelegramCallsSim,
    ada: Operator,
    channel: TelegramCall,
    request_kind: type[Any],
    error: Exception,
    expected: type[SendError],
) -> None:
    sim.fails(request_kind, error)

    with pytest.raises(SendError) as caught:
        channel.send(RINGS, wanted)

    assert type(caught.value) is expected
    assert "no route" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_an_account_in_another_call_is_busy(
    sim: TelegramCallsSim, ada: Operator, channel: TelegramCall
) -> None:
    sim.fails(CALL, errors.CallOccupyFailedError(None))

    assert channel.send(RINGS, wanted) == Sent("busy", detail="the calling account is on another call")


def test_another_error_of_telegrams_is_an_outcome(
    sim: TelegramCallsSim, ada: Operator, channel: TelegramCall
) -> None:
    sim.fails(CALL, errors.CallProtocolFlagsInvalidError(None))

    assert channel.send(RINGS, wanted) == Sent("failed", detail="CallProtocolFlagsInvalidError")


def test_after_trouble_it_rings_again(sim: TelegramCallsSim, ada: Operator, calling: Any) -> None:
    sim.fails(TelegramCallsSim, ConnectionError("no route"))
    assert isinstance(calling().exception(10), Temporary)
    ring = calling()
    ada.expects_ring().answers()

    assert ring.result(10).outcome == "answered"


def test_a_signed_out_account_says_how_to_sign_in() -> None:
    channel = TelegramCall(lambda: TelegramCallsSim(is_authorized=False))

    with pytest.raises(
        Permanent, match="signed out; make a new session with `shiftbot telegram-caller login`"
    ):
        channel.send(RINGS, wanted)
    channel.close()


def imports(sim: TelegramCallsSim) -> list[str]:
    found = [r for r in sim.requests if isinstance(r, functions.contacts.ImportContactsRequest)]
    return [contact.phone for request in found for contact in request.contacts]


@pytest.mark.parametrize("handle", ["", "@other_name"])
def test_without_a_known_handle_the_phone_number_is_imported_once(
    sim: TelegramCallsSim, calling: Any, handle: str
) -> None:
    ada = sim.operator(handle, phone="+15550100001")
    contact = replace(ADA, telegram_handle="ada_adler" if handle else None)
    for _ in range(2):
        ring = calling(replace(RINGS, contact=contact))
        ada.expects_ring().declines()
        assert ring.result(10).outcome == "declined"

    assert imports(sim) == ["+15550100001"]


def test_a_handle_is_looked_up_once(sim: TelegramCallsSim, ada: Operator, calling: Any) -> None:
    for _ in range(2):
        ring = calling()
        ada.expects_ring().declines()
        ring.result(10)

    assert (sim.looked_up, imports(sim)) == (["@ada_adler"], [])


def test_a_handle_that_somebody_else_took_is_not_rung(sim: TelegramCallsSim, calling: Any) -> None:
    stranger = sim.operator("@ada_adler", user_id=666)
    ada = sim.operator("", phone="+15550100001")
    ring = calling()
    ada.expects_ring().answers()

    assert ring.result(10).outcome == "answered"
    assert stranger.calls == []


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        (replace(ADA, telegram_handle="nobody"), "no Telegram account has this handle"),
        (replace(ADA, telegram_user_id=1), "another account than the engineer's Telegram id"),
        (replace(ADA, telegram_handle=None, phone=None), "neither a Telegram handle nor a phone number"),
        (None, "neither a Telegram handle nor a phone number"),
    ],
)
def test_who_cannot_be_found_is_not_rung(
    sim: TelegramCallsSim, channel: TelegramCall, contact: Any, said: str
) -> None:
    ada = sim.operator("@ada_adler")

    with pytest.raises(Permanent, match=said):
        channel.send(replace(RINGS, contact=contact), wanted)
    assert ada.calls == []


def test_stopping_and_telling_ask_nothing(sim: TelegramCallsSim, channel: TelegramCall) -> None:
    channel.stop(RINGS)
    channel.tell(RINGS)

    assert (sim.connections, sim.requests) == (0, [])


def settings(**given: Any) -> Settings:
    return Settings.load(database_url="postgres://unused", **given)


def a_session() -> str:
    made = StringSession()
    made.set_dc(2, "149.154.167.51", 443)
    made.auth_key = AuthKey(b"\1" * 256)
    return str(made.save())


COMPLETE = {"telegram_caller_api_id": 1, "telegram_caller_api_hash": "a" * 32}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"telegram_caller_api_id": 1}, "TELEGRAM_CALLER_API_ID and TELEGRAM_CALLER_API_HASH"),
        (COMPLETE, "TELEGRAM_CALLER_SESSION: make it with `shiftbot telegram-caller login`"),
        (COMPLETE | {"telegram_caller_session": "nonsense"}, "TELEGRAM_CALLER_SESSION: this is no session"),
        (COMPLETE | {"telegram_caller_session": "1" + "A" * 352}, "TELEGRAM_CALLER_SESSION: this is no"),
    ],
)
def test_settings_that_do_not_suffice_say_so(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        TelegramCall.from_settings(settings(**given))


def test_settings_that_suffice() -> None:
    made = TelegramCall.from_settings(settings(**COMPLETE, telegram_caller_session=a_session()))

    assert made.method == "telegram_call"
    made.close()


def test_without_the_library_the_setting_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(SettingsError, match=r"install shiftbot\[telegram-caller\]"):
        TelegramCall.from_settings(settings(**COMPLETE, telegram_caller_session=a_session()))
