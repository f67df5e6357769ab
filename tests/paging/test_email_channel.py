from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import getaddresses

import pytest

from shiftbot.paging.base import Channel, Contact, Permanent, Sent
from shiftbot.paging.email import Email
from shiftbot.sim.mail import MailSim
from tests.paging.mail_pages import BASE, DOWN, LINK, SENDER, only, page, wanted


@pytest.fixture
def sim() -> Iterator[MailSim]:
    with MailSim() as running:
        yield running


@pytest.fixture
def channel(sim: MailSim) -> Email:
    return Email(sim.smtp_url, SENDER, BASE, timeout=2)


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
