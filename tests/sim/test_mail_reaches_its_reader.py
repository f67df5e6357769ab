from __future__ import annotations

import json
import smtplib
import socket
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any
from urllib.request import Request, urlopen

import pytest

from shiftbot.sim.faults import SimError
from shiftbot.sim.mail import Mail, MailSim

ADA, BEN = "ada@example.com", "ben@example.com"


@pytest.fixture
def sim() -> Iterator[MailSim]:
    with MailSim() as running:
        yield running


def written(
    subject: str = "Ticket 4", text: str = "See https://bot.example/acknowledge/t0ken\n"
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "bot@shift.example"
    message["To"] = ADA
    message["Subject"] = subject
    message.set_content(text)
    message.add_alternative("<p>See</p>", subtype="html")
    return message


def post(sim: MailSim, message: EmailMessage, *to: str) -> None:
    with smtplib.SMTP("127.0.0.1", sim.smtp_port, timeout=5) as smtp:
        smtp.send_message(message, to_addrs=to or (ADA,))


def call(method: str, url: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, method=method)) as answer:  # noqa: S310  # our own simulator
        return json.load(answer)


def test_reader_sees_what_was_written(sim: MailSim) -> None:
    post(sim, written("Überall rot"))

    (mail,) = sim.mailbox(ADA)
    assert (mail.sender, mail.to, mail.subject) == ("bot@shift.example", ADA, "Überall rot")
    assert mail.text == "See https://bot.example/acknowledge/t0ken\n"
    assert mail.html == "<p>See</p>\n"
    assert mail.link() == "https://bot.example/acknowledge/t0ken"
    assert sim.mailbox(BEN) == []


def test_reader_reads_one_after_the_other(sim: MailSim) -> None:
    post(sim, written("before"))
    ada = sim.reader(ADA)
    for subject in ("first", "second"):
        post(sim, written(subject))

    assert [ada.expects_mail().subject, ada.expects_mail().subject] == ["first", "second"]
    with pytest.raises(SimError, match="received no mail within"):
        ada.expects_mail(timeout=0.01)


def test_reader_waits_for_the_mail(sim: MailSim) -> None:
    ada, read = sim.reader(ADA), list[Mail]()
    waiting = threading.Thread(target=lambda: read.append(ada.expects_mail(30)))
    waiting.start()
    post(sim, written("late"))
    waiting.join(20)

    assert [mail.subject for mail in read] == ["late"]


def test_mail_to_two_is_in_both_mailboxes(sim: MailSim) -> None:
    post(sim, written(), ADA, BEN)

    assert (len(sim.mailbox(ADA)), len(sim.mailbox(BEN)), len(sim.mailbox())) == (1, 1, 2)


def test_mail_without_a_link_says_so(sim: MailSim) -> None:
    post(sim, written("plain", "nothing to press\n"))

    with pytest.raises(SimError, match="holds no link that acknowledges"):
        sim.mailbox()[0].link()


def test_another_process_reads_the_mailbox(sim: MailSim) -> None:
    post(sim, written())

    url = f"{sim.url}/sim/mailbox"
    (mail,) = call("GET", f"{url}?address={ADA}&after=0&wait=5")
    assert mail["links"] == ["https://bot.example/acknowledge/t0ken"]
    assert call("GET", f"{url}?address={BEN}") == []
    assert call("GET", f"{url}?after={mail['number']}") == []
    assert call("GET", f"{sim.url}/sim/smtp") == {"smtp_url": f"smtp://127.0.0.1:{sim.smtp_port}"}
    assert call("DELETE", url) == []
    assert sim.mailbox() == []


def test_faults_are_switched_over_http_for_one_recipient(sim: MailSim) -> None:
    call("POST", f"{sim.url}/sim/faults", {"kind": "refused", "method": BEN, "count": 1})

    post(sim, written(), ADA)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        post(sim, written(), BEN)
    post(sim, written(), BEN)
    assert len(sim.mailbox()) == 2


def test_stopped_server_is_gone_and_comes_back_with_its_mail(sim: MailSim) -> None:
    post(sim, written("before"))
    port = sim.smtp_port
    with socket.create_connection(("127.0.0.1", port), timeout=5) as open_one:
        assert open_one.recv(3) == b"220"
        sim.stop()
        while open_one.recv(1000):  # the rest of the greeting, then the end
            pass
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=5):
        pass
    sim.start()
    post(sim, written("after"))

    assert sim.smtp_port == port
    assert [mail.subject for mail in sim.mailbox()] == ["before", "after"]


def test_taken_port_is_said_and_leaves_nothing_behind(sim: MailSim) -> None:
    other = MailSim(smtp_port=sim.smtp_port)
    with pytest.raises(OSError, match="address already in use"):
        other.start()

    third = MailSim(port=sim.port)
    with pytest.raises(OSError, match="Address already in use"):
        third.start()
    assert not other.is_running
    assert not third.is_running
    assert [thread.name for thread in threading.enumerate()].count("sim-smtp") == 1
