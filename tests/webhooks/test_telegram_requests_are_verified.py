"""Only who knows the secret token is listened to; the rest changes nothing."""

from __future__ import annotations

import pytest

from tests.support.postgres import Database
from tests.support.web import TELEGRAM_SECRET, Web, update, web

pytestmark = pytest.mark.newest_postgres


def test_right_secret_is_accepted(served: Web) -> None:
    answer = served.telegram(update(1))

    assert answer.status_code == 200
    assert served.journal() == [(1, "message")]


@pytest.mark.parametrize(
    "secret",
    [
        None,
        "",
        "wrong",
        TELEGRAM_SECRET[:-1],
        TELEGRAM_SECRET + "x",
        TELEGRAM_SECRET.upper(),
        " " + TELEGRAM_SECRET,
        "sécret",
    ],
)
def test_missing_or_wrong_secret_is_refused_and_nothing_written(served: Web, secret: str | None) -> None:
    answer = served.telegram(update(1), secret)

    assert answer.status_code == 401
    assert served.journal() == []
    assert served.rows("select * from public.tickets") == []


def test_a_body_is_not_even_read_before_the_secret_is_right(served: Web) -> None:
    assert served.telegram(b"[" * 100_000, "wrong").status_code == 401


def test_without_a_configured_secret_everything_is_refused(database: Database) -> None:
    with web(database, telegram_webhook_secret="") as unsafe:
        answers = [unsafe.telegram(update(1), secret).status_code for secret in (None, "", TELEGRAM_SECRET)]

        assert answers == [401, 401, 401]
        assert unsafe.journal() == []


def test_a_platform_without_a_token_is_not_served(database: Database) -> None:
    with web(database, telegram_bot_token="", slack_bot_token="") as bare:
        assert bare.telegram(update(1)).status_code == 404
        assert bare.slack({"type": "url_verification", "challenge": "c"}).status_code == 404
