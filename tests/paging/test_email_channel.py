from __future__ import annotations

import logging
import smtplib
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import getaddresses
from pathlib import Path

import pytest

from shiftbot.paging.base import Channel, Contact, OutcomeUnknown, Permanent, SendError, Sent, Temporary
from shiftbot.paging.email import Email
from shiftbot.paging.smtp import MailServer
from shiftbot.sim.mail import Mail, MailSim
from tests.paging.certificates import Certificate, make_certificate
from tests.paging.mail_pages import ADA, DOWN, TOKEN, page, wanted

SENDER = "Shift-Bot <bot@shift.example>"
BASE = "https://bot.example"
LINK = f"{BASE}/acknowledge/{TOKEN}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def sim() -> Iterator[MailSim]:
    with MailSim() as running:
        yield running


@pytest.fixture
def channel(sim: MailSim) -> Email:
    return Email(sim.smtp_url, SENDER, BASE, timeout=2)


def only(sim: MailSim) -> Mail:
    (mail,) = sim.mailbox()
    return mail


def test_channel_keeps_the_contract(channel: Channel) -> None:
    assert channel.method == "email"


def test_page_as_the_engineer_reads_it(sim: MailSim, channel: Email) -> None:
    ada = sim.reader("ada@example.com")

    assert channel.send(page(), wanted) == Sent("delivered", "<page-17@bot.example>")

    mail = ada.expects_mail()
    assert (mail.sender, mail.to) == ("bot@shift.example", "ada@example.com")
    assert mail.subject == "Ticket 4: Checkout is down (and 1 more)"
    assert mail.text == (
        "Ticket 4: Checkout is down (and 1 more)\n"
        "severity 0.93, from Acme Support (Telegram)\n"
        "\n"
        "Nobody can pay since 03:00.\n"
        "\n"
        "On the same page:\n"
        "- ticket 7: Export is slow\n"
        "\n"
        f"Acknowledge: {LINK}\n"
        "The link opens a page with one button; nothing happens before you press it. "
        "It works once and for a while.\n"
    )
    assert mail.link() == LINK
    assert f'<a href="{LINK}"' in mail.html
    assert "<h1" in mail.html
    assert "Nobody can pay since 03:00." in mail.html


def test_headers_of_a_ring(sim: MailSim, channel: Email) -> None:
    channel.send(page(), wanted)

    headers = only(sim).headers
    assert headers["from"] == "Shift-Bot <bot@shift.example>"
    assert headers["to"] == "Ada Lovelace <ada@example.com>"
    assert headers["message-id"] == "<page-17@bot.example>"
    assert headers["auto-submitted"] == "auto-generated"
    assert (headers["x-priority"], headers["importance"]) == ("1", "high")
    assert "date" in headers


def test_notice_is_quiet_and_has_a_link_only_where_there_is_something_to_acknowledge(
    sim: MailSim, channel: Email
) -> None:
    words = "Your shift begins at 09:00."
    channel.send(page(kind="notice", attempt_id=18, note=words, tickets=(), token=""), wanted)
    channel.send(page(kind="notice", attempt_id=19, note="Still yours?", tickets=(DOWN,)), wanted)
    channel.send(page(kind="notice", attempt_id=20, note="Closed.", tickets=(DOWN,), token=""), wanted)

    shift, reminder, closed = sim.mailbox()
    assert (shift.text, shift.links) == (f"{words}\n", ())
    assert "x-priority" not in shift.headers
    assert shift.headers["message-id"] == "<notice-18@bot.example>"
    assert reminder.link() == LINK
    assert closed.links == ()


def test_without_a_public_address_there_is_no_link(sim: MailSim) -> None:
    Email(sim.smtp_url, SENDER).send(page(), wanted)

    assert only(sim).links == ()
    assert only(sim).headers["message-id"] == "<page-17@shift.example>"


def test_second_try_is_the_same_message(sim: MailSim, channel: Email) -> None:
    channel.send(page(), wanted)
    channel.send(page(), wanted)

    first, second = sim.mailbox()
    assert first.headers["message-id"] == second.headers["message-id"]


@pytest.mark.parametrize(
    ("state", "holder", "said"),
    [
        ("acknowledged", "Ben", "Ben has it.\n\nTickets 4 and 7.\n"),
        ("resolved", "", "No longer needed: it is closed or was taken back.\n\nTickets 4 and 7.\n"),
    ],
)
def test_how_it_stands_is_told_under_the_first_mail(
    sim: MailSim, channel: Email, state: str, holder: str, said: str
) -> None:
    sent = channel.send(page(), wanted)
    channel.tell(page(state=state, holder=holder, external_id=sent.external_id))

    first, told = sim.mailbox()
    assert told.text == said
    assert told.links == ()
    assert told.subject == f"Re: {first.subject}"
    assert told.headers["in-reply-to"] == told.headers["references"] == first.headers["message-id"]
    assert told.headers["message-id"] == f"<page-17.{state}@bot.example>"
    assert "x-priority" not in told.headers


@pytest.mark.parametrize("state", ["ringing", "joined"])
def test_no_mail_for_each_ticket_of_a_storm(sim: MailSim, channel: Email, state: str) -> None:
    channel.tell(page(state=state))

    assert sim.mailbox() == []


def test_odd_name_of_an_earlier_mail_makes_no_header(sim: MailSim, channel: Email) -> None:
    channel.tell(page(state="resolved", external_id="<a@b>\r\nBcc: eve@example.com"))

    assert "in-reply-to" not in only(sim).headers
    assert "bcc" not in only(sim).headers


HOSTILE = [
    "down\r\nBcc: eve@example.com",
    "down\nBcc: eve@example.com\n\nhello",
    "down\x0b\x0c\x1c\x85\u2028\u2029Bcc: eve@example.com",
    "=?utf-8?q?a=0D=0ABcc:_eve@example.com?=",
    "x" * 5000,
    "überall 🔥 " * 40,
    "\x00\ud800\x1b[31m",
    "=?utf-8?q?=3D=3Futf-8=3Fq=3Fa=3D0D=3D0ABcc:_eve@example.com=3F=3D?=",
    "==??utf-8?q?a=0D=0ABcc:_eve@example.com?=",
    "\r\n.\r\nMAIL FROM:<eve@example.com>\r\n",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_words_of_people_add_no_header_and_no_recipient(sim: MailSim, channel: Email, words: str) -> None:
    ticket = DOWN.__class__(4, words, words, 0.9, "telegram", words)
    contact = Contact(3, words, "ada@example.com")
    channel.send(page(tickets=(ticket,), contact=contact), wanted)

    mail = only(sim)
    assert mail.to == "ada@example.com"
    assert set(mail.headers) == {
        *("from", "to", "subject", "date", "message-id", "auto-submitted", "x-auto-response-suppress"),
        *("x-priority", "importance", "mime-version", "content-type"),
    }
    assert len(mail.subject) <= 150
    assert mail.link() == LINK


def test_subject_in_any_script_arrives(sim: MailSim, channel: Email) -> None:
    ticket = DOWN.__class__(4, "Оплата не работает 💳 支払い", "…", 0.9, "telegram", "s")
    channel.send(page(tickets=(ticket,), contact=Contact(3, "Zoë Łukasz", "zoe@example.com")), wanted)

    assert only(sim).subject == "Ticket 4: Оплата не работает 💳 支払い"
    assert only(sim).headers["to"] == "Zoë Łukasz <zoe@example.com>"


@pytest.mark.parametrize(
    "name",
    [
        'word <\\"; ==??=?utf-8?b?DQpCY2M6IGV2ZUB4?=word =?utf-8?b?DQpCY2M6IGV2ZUB4?=',
        "word Bcc: e@x=?utf-8?b?DQpCY2M6IGV2ZUB4?=;(=?utf-8?b?DQpCY2M6IGV2ZUB4?=<>:",
        "Eve <eve@example.com>, Ada",
        "Zoë, (eve@example.com) " * 4,
    ],
)
def test_name_of_a_person_adds_no_address(sim: MailSim, channel: Email, name: str) -> None:
    channel.send(page(contact=Contact(3, name, "ada@example.com")), wanted)

    assert [address for _, address in getaddresses([only(sim).headers["to"]])] == ["ada@example.com"]


def test_words_of_people_are_no_html(sim: MailSim, channel: Email) -> None:
    ticket = DOWN.__class__(4, "<script>alert(1)</script>", '<img src="x">&', 0.9, "telegram", "<b>")
    channel.send(page(tickets=(ticket,)), wanted)

    html = only(sim).html
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "&lt;img src=&quot;x&quot;&gt;&amp;" in html


def test_lone_dots_arrive_as_they_are(sim: MailSim, channel: Email) -> None:
    summary = ".\n..\n.x\nend"
    channel.send(page(tickets=(DOWN.__class__(4, "t", summary, None, "slack", "s"),)), wanted)

    assert f"\n{summary}\n" in only(sim).text


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.com,eve@example.com",
        "<ada@example.com>",
        "ada@",
        "@example.com",
        "a..b@example.com",
        "ada@exa mple.com",
        "zoë@example.com",
        "ada@-x.example",
        "ada@example.com\r\nRCPT TO:<eve@example.com>",
    ],
)
def test_address_no_server_takes_is_permanent(sim: MailSim, channel: Email, address: str) -> None:
    with pytest.raises(Permanent) as caught:
        channel.send(page(contact=Contact(3, "Ada", address)), wanted)

    assert sim.mailbox() == []
    assert address not in str(caught.value)


def test_domain_in_another_script_is_written_in_ascii(sim: MailSim, channel: Email) -> None:
    channel.send(page(contact=Contact(3, "Ada", "ada@bücher.example")), wanted)

    assert only(sim).to == "ada@xn--bcher-kva.example"


def test_page_without_a_person_is_permanent(channel: Email) -> None:
    with pytest.raises(Permanent, match="needs a person"):
        channel.send(page(contact=None), wanted)


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


# TLS and login.


@pytest.mark.parametrize(
    ("url", "starttls"),
    [
        ("smtp://mail.example", True),
        ("smtp://127.0.0.2", True),
        ("smtp://mail.example?starttls=never", False),
        ("smtp://127.0.0.1:1025", False),
        ("smtp://localhost", False),
        ("smtp://localhost?starttls=required", True),
        ("smtps://mail.example", False),
    ],
)
def test_starttls_is_wanted_but_towards_this_machine(url: str, starttls: bool) -> None:
    assert MailServer.from_url(url).starttls is starttls


def test_url_is_read() -> None:
    server = MailServer.from_url("smtps://bot%40x:p%40ss%2Fword@mail.example")

    assert (server.host, server.port, server.implicit_tls) == ("mail.example", 465, True)
    assert (server.user, server.password) == ("bot@x", "p@ss/word")
    assert MailServer.from_url("smtp://mail.example").port == 587
    assert "p@ss" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://u:secret@mail.example:port",
        "smtp://u:secret/@mail.example",
        "smtp://u:secret@[mail.example",
        "smtp://mail.example?starttls=maybe",
    ],
)
def test_url_that_cannot_be_used_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"^SMTP_URL: ") as caught:
        Email(url, SENDER)

    assert "secret" not in str(caught.value)


def test_sender_is_the_login_unless_another_is_set() -> None:
    with pytest.raises(ValueError, match=r"^SMTP_FROM: "):
        Email("smtp://user:secret@mail.example")

    Email("smtp://bot%40shift.example:secret@mail.example")


def test_page_goes_over_starttls_after_login(certificate: Certificate) -> None:
    with MailSim(tls=certificate.server, user="bot", password="s3cret") as sim:
        url = sim.smtp_url.replace("//", "//bot:s3cret@")
        sent = Email(url, SENDER, BASE, tls=certificate.client).send(page(), wanted)

        assert sent.outcome == "delivered"
        assert only(sim).link() == LINK


def test_page_goes_over_implicit_tls(certificate: Certificate) -> None:
    with MailSim(tls=certificate.server, implicit_tls=True, user="bot", password="s3cret") as sim:
        url = sim.smtp_url.replace("//", "//bot:s3cret@")
        sent = Email(url, SENDER, BASE, tls=certificate.client).send(page(), wanted)

        assert (sent.outcome, len(sim.mailbox())) == ("delivered", 1)


def test_server_without_starttls_hears_no_word_and_no_password(sim: MailSim) -> None:
    url = sim.smtp_url.replace("//", "//bot:s3cret@") + "?starttls=required"
    with pytest.raises(Temporary, match="offers no STARTTLS"):
        Email(url, SENDER).send(page(), wanted)

    assert sim.mailbox() == []


@pytest.mark.parametrize("implicit", [False, True])
def test_certificate_nobody_vouches_for_is_refused(certificate: Certificate, implicit: bool) -> None:
    with MailSim(tls=certificate.server, implicit_tls=implicit) as sim:
        with pytest.raises(Temporary, match="certificate of the mail server cannot be verified"):
            Email(sim.smtp_url, SENDER).send(page(), wanted)

        assert sim.mailbox() == []


def test_certificate_of_another_host_is_refused(tmp_path: Path) -> None:
    other = make_certificate(tmp_path, "DNS:other.example")
    with MailSim(tls=other.server) as sim:
        with pytest.raises(Temporary, match="certificate of the mail server cannot be verified"):
            Email(sim.smtp_url, SENDER, tls=other.client).send(page(), wanted)

        assert sim.mailbox() == []


def test_wrong_password_is_temporary_and_not_told(certificate: Certificate) -> None:
    with MailSim(tls=certificate.server, user="bot", password="s3cret") as sim:
        url = sim.smtp_url.replace("//", "//bot:wr0ng@")
        with pytest.raises(Temporary) as caught:
            Email(url, SENDER, tls=certificate.client).send(page(), wanted)

    assert str(caught.value) == "the mail server refuses the login of SMTP_URL (535 5.7.8)"


def test_missing_login_is_temporary(certificate: Certificate) -> None:
    with MailSim(tls=certificate.server, user="bot", password="s3cret") as sim:
        with pytest.raises(Temporary, match="wants a login in SMTP_URL"):
            Email(sim.smtp_url, SENDER, tls=certificate.client).send(page(), wanted)

        assert sim.mailbox() == []


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


def test_many_threads_share_one_channel(sim: MailSim) -> None:
    channel = Email(sim.smtp_url, SENDER, BASE)
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda number: channel.send(page(attempt_id=number), wanted), range(40)))

    assert {mail.headers["message-id"] for mail in sim.mailbox()} == {s.external_id for s in sent}
    assert len(sim.mailbox()) == 40


def test_stop_and_close_do_nothing(sim: MailSim, channel: Email) -> None:
    channel.stop(page())
    channel.close()

    assert sim.mailbox() == []


def test_smtplib_quotes_dots_as_we_do() -> None:
    from shiftbot.paging.smtp import _dotted

    for content in (b".\r\n..\r\na.\r\n", b"a", b"", b".x"):
        theirs = smtplib._quote_periods(content)  # type: ignore[attr-defined]
        theirs = theirs if theirs.endswith(b"\r\n") else theirs + b"\r\n"
        assert _dotted(content) == theirs + b".\r\n"
