from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shiftbot.paging.base import Temporary
from shiftbot.paging.email import Email
from shiftbot.paging.smtp import MailServer
from shiftbot.sim.mail import MailSim
from tests.paging.certificates import Certificate, make_certificate
from tests.paging.mail_pages import BASE, LINK, SENDER, only, page, wanted


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def sim() -> Iterator[MailSim]:
    with MailSim() as running:
        yield running


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
