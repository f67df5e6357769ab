"""shiftbot erase person: a report first, then the words are gone, and again changes nothing."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from shiftbot.cli.erase import place
from tests.cli.conftest import Run
from tests.support.postgres import Database

pytestmark = pytest.mark.newest_postgres
TICKETS = 45  # more than one batch


@pytest.fixture
def conn(database: Database, monkeypatch: pytest.MonkeyPatch) -> psycopg.Connection[Any]:
    """One report per thread of hers, and one of somebody else's."""
    monkeypatch.setenv("DATABASE_URL", database.dsn)
    conn = database.connect()
    conn.execute("insert into public.sources (platform, external_id, name) values ('slack', 'C1', 'bugs')")
    for n in range(TICKETS + 1):
        conn.execute(
            "select private.ingest_message('slack', 'C1', 'message', %s, %s, %s, 'It is broken', %s)",
            (f"slack:C1/{n}.0", f"{n}.0", "slack:U1" if n else "slack:U2", '{"author_name": "Priya"}'),
        )
    conn.execute(
        "select private.ingest_message('slack', 'C1', 'message', 'slack:C1/99.0', '0.0', 'slack:U2', 'ask <@U1>')"
    )
    return conn


def left(conn: psycopg.Connection[Any]) -> int:
    row = conn.execute("select count(*) from public.ticket_actions where body is not null").fetchone()
    assert row
    return int(row[0])


def test_tried_then_done_then_nothing_is_left(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    erase = ("erase", "person", "slack:U1", "--reason", "request 7")
    before = left(conn)
    _, tried, _ = shiftbot(*erase, "--dry-run")
    assert left(conn) == before

    code, out, err = shiftbot(*erase)

    assert (code, err) == (0, "")
    assert out == tried.replace("Would erase", "Erased")
    assert f"Erased {TICKETS} rows of the journal and 0 files" in out
    assert "slack:C1/1.0  https://slack.com/app_redirect?channel=C1&message_ts=1.0" in out
    assert "\n  ticket 1\n" in out  # where U2 mentions U1
    assert left(conn) == 2
    assert conn.execute("select * from ops.verify_journal()").fetchall() == []
    assert shiftbot(*erase)[1].startswith("Nothing is left of that account in the database.\n")


@pytest.mark.parametrize(("account", "reason"), [("Priya", "asked"), ("slack:U1", " ")])
def test_what_is_missing_is_said(
    shiftbot: Run, conn: psycopg.Connection[Any], account: str, reason: str
) -> None:
    code, out, err = shiftbot("erase", "person", account, "--reason", reason)

    assert (code, out) == (2, "")
    assert ("telegram:12345 or slack:" in err) == (account == "Priya")
    assert ("needs a reason" in err) == (reason == " ")


@pytest.mark.parametrize(
    ("external_id", "link"),
    [
        ("telegram:-1001987654321/45", "  https://t.me/c/1987654321/45"),
        ("telegram:4711/3", ""),
        ("slack:C02BUGS/1760000001.000100", "  https://slack.com/app_redirect?channel=C02BUGS&message_ts=1760000001.000100"),
    ],
)  # fmt: skip
def test_messages_are_linked_where_they_can_be(external_id: str, link: str) -> None:
    assert place(external_id) == external_id + link
