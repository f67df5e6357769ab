"""shiftbot subscriptions: added, shown, tested, replayed, rotated, removed; each mistake is one sentence."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from shiftbot.outgoing import secret_of
from tests.cli.conftest import Run
from tests.support.postgres import Database

pytestmark = pytest.mark.newest_postgres
URL = "https://example.com/hooks"
MASTER = "a-master-secret-of-the-test"


@pytest.fixture
def conn(database: Database, monkeypatch: pytest.MonkeyPatch) -> psycopg.Connection[Any]:
    """The database that the commands use, with one ticket."""
    monkeypatch.setenv("DATABASE_URL", database.dsn)
    monkeypatch.setenv("OUTGOING_WEBHOOK_SECRET", MASTER)
    conn = database.connect()
    conn.execute("insert into public.sources (platform, external_id, name) values ('slack', 'C1', 'bugs')")
    conn.execute(
        "select private.ingest_message('slack', 'C1', 'message', 'slack:C1/1.0', '1.0', 'slack:U1', 'Broken')"
    )
    return conn


def queued(conn: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    return [body for (body,) in conn.execute("select message from pgmq.q_deliveries order by msg_id")]


def test_a_subscription_is_added_and_its_secret_printed(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    code, out, _ = shiftbot("subscriptions", "add", URL, "--event", "closed", "--platform", "slack")

    assert code == 0
    assert secret_of(MASTER, 1, 1) in out

    code, out, _ = shiftbot("subscriptions", "list")

    assert code == 0
    assert f"1  example.com  {URL}\n   events closed; platforms slack; without people's words" in out
    assert "never reached, 0 waiting, 0 dead" in out
    assert MASTER not in out


def test_the_secret_is_nowhere_in_the_database(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    shiftbot("subscriptions", "add", URL)
    row = conn.execute("select s::text from public.subscriptions as s").fetchone()

    assert row is not None
    assert "whsec" not in row[0]
    assert secret_of(MASTER, 1, 1).removeprefix("whsec_") not in row[0]


def test_a_rotation_prints_another_secret(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    shiftbot("subscriptions", "add", URL)
    _, rotated, _ = shiftbot("subscriptions", "rotate", "1")
    _, shown, _ = shiftbot("subscriptions", "secret", "1")

    assert secret_of(MASTER, 1, 2) in rotated
    assert shown.strip() == secret_of(MASTER, 1, 2) != secret_of(MASTER, 1, 1)


def test_test_and_replay_queue_what_they_say(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    shiftbot("subscriptions", "add", URL)

    assert shiftbot("subscriptions", "replay", "1")[1].startswith("1 journal rows are on their way")
    assert shiftbot("subscriptions", "test", "1")[0] == 0

    row, test = queued(conn)

    assert row == {"subscription_id": 1, "ticket_id": 1, "seq": 1}
    assert set(test) == {"subscription_id", "test"}


def test_deactivated_is_not_replayed_and_removed_is_unknown(
    shiftbot: Run, conn: psycopg.Connection[Any]
) -> None:
    shiftbot("subscriptions", "add", URL)

    assert shiftbot("subscriptions", "deactivate", "1")[0] == 0
    assert "is not active" in shiftbot("subscriptions", "replay", "1")[2]
    assert shiftbot("subscriptions", "activate", "1")[0] == 0
    assert shiftbot("subscriptions", "remove", "1") == (0, "Subscription 1 is gone.\n", "")

    for name in ("remove", "secret", "test", "replay", "activate", "rotate"):
        code, _, complaint = shiftbot("subscriptions", name, "1")
        assert (code, complaint) == (
            1,
            "shiftbot: there is no subscription 1; see `shiftbot subscriptions list`.\n",
        )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("http://example.com",), "The address must be https"),
        ((URL, "--event", "clsoed"), 'there is no event "clsoed"'),
        ((URL, "--source", "77"), "there is no source 77"),
    ],
)
def test_a_mistake_is_one_sentence(
    shiftbot: Run, conn: psycopg.Connection[Any], arguments: tuple[str, ...], sentence: str
) -> None:
    code, _, complaint = shiftbot("subscriptions", "add", *arguments)

    assert code == 1
    assert complaint.startswith(f"shiftbot: {sentence}")
    assert complaint.count("\n") == 1


def test_without_the_setting_nobody_is_added(
    shiftbot: Run, conn: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTGOING_WEBHOOK_SECRET", "short")
    code, _, complaint = shiftbot("subscriptions", "add", URL)

    assert code == 2
    assert "OUTGOING_WEBHOOK_SECRET must be set" in complaint
    assert conn.execute("select count(*) from public.subscriptions").fetchone() == (0,)
