from __future__ import annotations

import logging
import smtplib
import socket
import threading
from collections.abc import Iterator

import pytest

from shiftbot.paging.base import OutcomeUnknown, Permanent, SendError, Temporary
from shiftbot.paging.email import Email
from shiftbot.paging.smtp import _dotted
from shiftbot.sim.mail import MailSim
from tests.paging.mail_pages import ADA, BASE, SENDER, TOKEN, page, wanted


@pytest.fixture
def sim() -> Iterator[MailSim]:
    with MailSim() as running:
        yield running


@pytest.fixture
def channel(sim: MailSim) -> Email:
    return Email(sim.smtp_url, SENDER, BASE, timeout=2)


@pytest.mark.parametrize(
    ("fault", "error", "said", "kept"),
    [
        ("refused", Permanent, "the mail server refuses the recipient (550 5.1.1)", 0),
        ("rejected", Permanent, "the mail server refuses the message (554 5.7.1)", 0),
        ("rate_limited", Temporary, "the mail server puts the recipient off (450 4.7.1)", 0),
        ("server_error", Temporary, "the mail server puts the message off (451 4.3.0)", 0),
        ("drop_before_work", Temporary, "the mail server cannot be reached: SMTPServerDisconnected", 0),
        ("drop_after_work", OutcomeUnknown, "did not say whether it has the message", 1),
    ],
)
def test_each_failure_has_its_kind(
    sim: MailSim, channel: Email, fault: str, error: type[SendError], said: str, kept: int
) -> None:
    sim.fault(fault, "ada@example.com")

    with pytest.raises(error) as caught:
        channel.send(page(), wanted)

    assert type(caught.value) is error
    assert said in str(caught.value)
    assert len(sim.mailbox()) == kept


def test_server_without_an_answer_to_the_message_is_unknown(
    sim: MailSim, channel: Email, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shiftbot.paging.smtp._LAST_WORD_SECONDS", 0.1)
    sim.fault("timeout", seconds=30)

    with pytest.raises(OutcomeUnknown):
        Email(sim.smtp_url, SENDER, timeout=0.3).send(page(), wanted)


def test_fault_of_one_recipient_leaves_the_others(sim: MailSim, channel: Email) -> None:
    sim.fault("refused", "ben@example.com")

    assert channel.send(page(), wanted).outcome == "delivered"


def test_nobody_listening_is_temporary(sim: MailSim, channel: Email) -> None:
    sim.stop()

    with pytest.raises(Temporary, match="cannot be reached: ConnectionRefusedError"):
        channel.send(page(), wanted)


def test_server_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        channel = Email(f"smtp://127.0.0.1:{silent.getsockname()[1]}", SENDER, timeout=0.2)
        with pytest.raises(Temporary, match="cannot be reached: SMTPServerDisconnected"):
            channel.send(page(), wanted)


def scripted(*answers: bytes) -> tuple[socket.socket, threading.Thread]:
    """A server that gives these answers, one a line it hears (the message counts as one), and hangs up."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 hello\r\n")
            for answer in answers:
                line = lines.readline()
                while answer.startswith(b"!") and line not in (b".\r\n", b""):
                    line = lines.readline()
                connection.sendall(answer.lstrip(b"!"))
            lines.readline()  # quit

    thread = threading.Thread(target=serve)
    thread.start()
    return listening, thread


HELLO, OK, GO_ON = b"250 hello\r\n", b"250 ok\r\n", b"354 go on\r\n"


@pytest.mark.parametrize(
    ("answers", "error", "said"),
    [
        ((HELLO, b"550 5.7.1 bot@shift.example may not\r\n"), Temporary, "SMTP_FROM (550 5.7.1)"),
        ((HELLO, OK, b"530 5.7.0 log in first\r\n"), Temporary, "wants a login in SMTP_URL (530 5.7.0)"),
        ((HELLO, OK, b"421 4.3.2 ada@example.com: closing\r\n"), Temporary, "recipient off (421 4.3.2)"),
        ((HELLO, OK, b"551 elsewhere\r\n"), Permanent, "recipient (551)"),
        ((HELLO, OK, OK, b"451 not now\r\n"), Temporary, "message off (451)"),
        ((HELLO, OK, OK, b"554 no\r\n"), Permanent, "message (554)"),
        ((HELLO, OK, OK, GO_ON, b"!nonsense\r\n"), OutcomeUnknown, "cannot be read"),
        ((HELLO, OK, OK, GO_ON, b"!451 4.3.0 later\r\n"), Temporary, "message off (451 4.3.0)"),
    ],
)
def test_answers_are_read_at_each_step(answers: tuple[bytes, ...], error: type[SendError], said: str) -> None:
    listening, thread = scripted(*answers)
    with listening:
        url = f"smtp://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(error) as caught:
            Email(url, SENDER, timeout=5).send(page(), wanted)
        thread.join(5)

    assert type(caught.value) is error
    assert said in str(caught.value)
    assert "@" not in str(caught.value)


def test_server_without_login_is_temporary(sim: MailSim) -> None:
    listening, thread = scripted(HELLO)
    with listening:
        url = f"smtp://bot:s3cret@127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(Temporary, match="offers no login that fits SMTP_URL"):
            Email(url, SENDER, timeout=5).send(page(), wanted)
        thread.join(5)


def test_errors_and_logs_hold_no_address_no_password_and_no_words(
    sim: MailSim, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "shiftbot")
    channel = Email(sim.smtp_url, SENDER, BASE, timeout=2)
    told = []
    for fault in ("refused", "rejected", "rate_limited", "server_error", "drop_after_work"):
        sim.fault(fault, count=1)
        with pytest.raises(SendError) as caught:
            channel.send(page(), wanted)
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
        told += [str(caught.value), repr(caught.value)]

    for secret in (ADA.email, ADA.name, TOKEN, "Checkout", "shift.example"):
        assert secret not in " ".join(told) + caplog.text


def test_smtplib_quotes_dots_as_we_do() -> None:
    for content in (b".\r\n..\r\na.\r\n", b"a", b"", b".x"):
        theirs = smtplib._quote_periods(content)  # type: ignore[attr-defined]
        theirs = theirs if theirs.endswith(b"\r\n") else theirs + b"\r\n"
        assert _dotted(content) == theirs + b".\r\n"
