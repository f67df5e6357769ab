"""shiftbot on-call, against a real database."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.cli.conftest import Run
from tests.support.postgres import Database

ACTIVE = "The active ones: Ana Adler, Ben Brook, Bob Burns."


@pytest.fixture
def conn(database: Database, monkeypatch: pytest.MonkeyPatch) -> psycopg.Connection[Any]:
    """The database that the commands use: Ana Adler, Ben Brook, Bob Burns, and Gone, who is inactive."""
    monkeypatch.setenv("DATABASE_URL", database.dsn)
    conn = database.connect()
    conn.execute(
        "insert into public.engineers (name, email, is_active) values ('Ana Adler', 'ana@example.com', true),"
        " ('Ben Brook', 'ben@example.com', true), ('Bob Burns', 'bob@example.com', true), ('Gone', 'gone@example.com', false)"
    )
    return conn


def on_call(conn: psycopg.Connection[Any]) -> str:
    row = conn.execute("select name from ops.on_call").fetchone()
    return str(row[0]) if row else ""


@pytest.mark.parametrize("who", ["ana@example.com", "ANA@EXAMPLE.COM", "Ana Adler", "ana", "1"])
def test_somebody_takes_the_shift(shiftbot: Run, conn: psycopg.Connection[Any], who: str) -> None:
    assert shiftbot("on-call", "take", who) == (0, "Ana Adler is on call.\n", "")
    assert on_call(conn) == "Ana Adler"


def test_it_is_handed_over_with_a_reason(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    shiftbot("on-call", "take", "ana")

    assert shiftbot("on-call", "hand-over", "ben", "--reason", "dentist")[0] == 0
    assert conn.execute("select reason from public.on_call_history order by id").fetchall() == [
        ("by hand",),
        ("dentist",),
    ]


def test_a_shift_taken_by_hand_says_how_long_it_holds(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    conn.execute(
        "insert into public.shifts (engineer_id, starts_at, ends_at) values (2, '2999-01-01 09:00+00', '2999-01-02 09:00+00')"
    )

    assert shiftbot("on-call", "take", "ana")[1] == (
        "Ana Adler is on call until the rota's next hand-over, Tue 2999-01-01 09:00 (UTC).\n"
    )


@pytest.mark.parametrize(
    ("who", "complaint"),
    [
        ("zoe", f"there is no active engineer 'zoe'. {ACTIVE}"),
        ("", f"there is no active engineer ''. {ACTIVE}"),
        ("gone", f"there is no active engineer 'gone'. {ACTIVE}"),
    ],
)
def test_whoever_cannot_take_it_is_told(
    shiftbot: Run, conn: psycopg.Connection[Any], who: str, complaint: str
) -> None:
    for command in (["take", who], ["override", who, "now", "+1h"], ["calendar", who, "--revoke"]):
        assert shiftbot("on-call", *command) == (2, "", f"shiftbot: {complaint}\n")
    assert on_call(conn) == "nobody"


def test_of_two_who_could_be_meant_neither_is_taken(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    conn.execute("update public.engineers set name = 'Ben Burns' where name = 'Bob Burns'")

    assert shiftbot("on-call", "take", "ben") == (
        2,
        "",
        "shiftbot: 'ben' may be Ben Brook (id 2), Ben Burns (id 3): give the id.\n",
    )
    assert on_call(conn) == "nobody"


def test_nobody(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    shiftbot("on-call", "take", "ana")

    assert shiftbot("on-call", "nobody") == (0, "Nobody is on call.\n", "")
    assert on_call(conn) == "nobody"


def test_an_empty_house_is_shown(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    code, out, _ = shiftbot("on-call", "show")

    assert code == 0
    assert out.startswith(
        "On call now: nobody\n\nNo shifts are planned.\n\nNobody is on call, in the coming 7 days:\n  now to "
    )


def test_the_plan_is_shown(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    assert shiftbot("on-call", "rotation", "add", "weekly", "ana", "ben", "--zone", "europe/berlin") == (
        0,
        "Rotation weekly is made: Ana Adler, Ben Brook take turns.\nSee the shifts with: shiftbot on-call show\n",
        "",
    )
    shiftbot("on-call", "take", "bob", "--reason", "training")
    shiftbot("on-call", "override", "bob", "+30d", "+4h", "--reason", "swap")
    code, out, _ = shiftbot("on-call", "show")

    assert code == 0
    assert re.match(
        r"On call now: Bob Burns, since \w{3} \d{4}-\d\d-\d\d \d\d:\d\d \(training\)\nUntil: ", out
    )
    assert "Coming shifts (Europe/Berlin):" in out
    assert re.search(r"  \w{3} \S+ 09:00 to \w{3} \S+ 09:00  Ben Brook  \(weekly\)\n", out)
    assert re.search(r"  Bob Burns  \(override, swap\)\n", out)
    assert out.endswith("\nNo gap in the coming 7 days.\n")


def test_an_override_in_local_time(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    spans = [
        (["2998-07-01T09:00", "2998-07-01T17:30", "--zone", "America/New_York"], "13:00 to 21:30"),
        (["2998-01-01 09:00", "+4h", "--zone", "america/new_york"], "14:00 to 18:00"),
        (["2997-07-01T09:00+02:00", "2997-07-01T10:00Z"], "07:00 to 10:00"),
    ]
    for arguments, in_utc in spans:
        code, out, err = shiftbot("on-call", "override", "ben", *arguments)
        assert (code, err) == (0, "")
        assert out.startswith("Ben Brook has the shift from ")
        row = conn.execute(
            "select to_char(starts_at at time zone 'UTC', 'HH24:MI to ') || to_char(ends_at at time zone 'UTC', 'HH24:MI')"
            " from public.shifts order by id desc limit 1"
        ).fetchone()
        assert row == (in_utc,)


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (
            ["now", "2001-01-01T00:00"],
            1,
            "an override ends after it starts, and in the future. Give a later end.",
        ),
        (
            ["2998-01-01T00:00", "2997-01-01T00:00"],
            1,
            "an override ends after it starts, and in the future. Give a later end.",
        ),
        (
            ["tomorrow", "+1h"],
            2,
            "'tomorrow' is no time: write 2026-11-02T09:00 (or with an offset, 2026-11-02T09:00+01:00), now, or +4h.",
        ),
        (
            ["now", "+1h", "--zone", "Mars"],
            2,
            "there is no time zone 'Mars'; write it as Europe/Berlin or America/New_York.",
        ),
    ],
)
def test_a_span_that_makes_no_sense_is_refused(
    shiftbot: Run, conn: psycopg.Connection[Any], arguments: list[str], code: int, complaint: str
) -> None:
    assert shiftbot("on-call", "override", "ben", *arguments) == (code, "", f"shiftbot: {complaint}\n")
    assert conn.execute("select * from public.shifts").fetchall() == []


def test_rotations_are_listed_and_stopped(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    assert shiftbot("on-call", "rotation", "list")[1].startswith("There are no rotations.")
    add = ("on-call", "rotation", "add")
    rest = ("--zone", "UTC", "--days", "1", "--at", "8:30", "--from", "2026-01-01")
    assert shiftbot(*add, "daily", "ben", "ana", *rest)[0] == 0
    assert shiftbot("on-call", "rotation", "list")[1] == (
        "1  daily: Ben Brook, Ana Adler; 1 day each, from 2026-01-01, at 08:30 UTC\n"
    )
    assert shiftbot("on-call", "rotation", "stop", "Daily")[:2] == (
        0,
        "Rotation daily makes no more shifts; the turn that runs goes on to its end.\n",
    )
    assert "daily  (stopped)" in shiftbot("on-call", "rotation", "list")[1]
    assert conn.execute("select count(*) from public.shifts").fetchone() == (1,)
    assert shiftbot("on-call", "rotation", "stop", "1") == (
        1,
        "",
        "shiftbot: there is no active rotation '1'; `shiftbot on-call rotation list` shows them.\n",
    )


@pytest.mark.parametrize(
    ("changes", "code", "complaint"),
    [
        (["--days", "0"], 1, "a turn lasts 1 to 366 days."),
        (["--at", "25:00"], 2, "'25:00' is no time of day: write 09:00."),
        (
            ["--zone", "Berlin"],
            2,
            "there is no time zone 'Berlin'; write it as Europe/Berlin or America/New_York.",
        ),
        (["--from", "1999-01-01"], 1, "a rotation starts on a date between 2000-01-01 and 2999-12-31."),
    ],
)
def test_a_rotation_that_makes_no_sense_is_refused(
    shiftbot: Run, conn: psycopg.Connection[Any], changes: list[str], code: int, complaint: str
) -> None:
    add = ("on-call", "rotation", "add", "weekly", "ana", "--zone", "UTC")

    assert shiftbot(*add, *changes) == (code, "", f"shiftbot: {complaint}\n")
    assert shiftbot(*add)[0] == 0
    assert shiftbot(*add)[2] == (
        "shiftbot: there is a rotation of that name; `shiftbot on-call rotation list` shows it.\n"
    )


def test_the_address_of_a_calendar(
    shiftbot: Run, conn: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://bot.example/")
    code, first, _ = shiftbot("on-call", "calendar", "ana")
    assert code == 0
    address = re.fullmatch(r"https://bot\.example/calendar/([0-9a-f]{64})\.ics\n", first)
    assert address is not None
    assert conn.execute("select private.calendar(%s) ->> 'engineer'", (address[1],)).fetchone() == (
        "Ana Adler",
    )

    _, second, _ = shiftbot("on-call", "calendar", "ana")
    assert second.endswith("\nThe address that was there before no longer works.\n")
    assert conn.execute("select private.calendar(%s) is null", (address[1],)).fetchone() == (True,)
    assert shiftbot("on-call", "calendar", "--revoke")[1] == "There was no address of everybody's calendar.\n"
    assert (
        shiftbot("on-call", "calendar", "ana", "--revoke")[1]
        == "The address of Ana Adler's calendar is ended.\n"
    )


def test_an_address_needs_its_beginning(shiftbot: Run, conn: psycopg.Connection[Any]) -> None:
    assert shiftbot("on-call", "calendar") == (
        2,
        "",
        "shiftbot: PUBLIC_BASE_URL is not set: the address begins with it (.env.example says how).\n",
    )
    assert conn.execute("select * from private.calendar_tokens").fetchall() == []


def test_the_demo_knows_its_own_address(
    shiftbot: Run,
    conn: psycopg.Connection[Any],
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    (tmp_path / ".shiftbot").mkdir()
    (tmp_path / ".shiftbot" / "env").write_text(
        f"DATABASE_URL='{database.dsn}'\nPUBLIC_BASE_URL=http://127.0.0.1:8080\n"
    )

    assert shiftbot("on-call", "calendar")[1].startswith("http://127.0.0.1:8080/calendar/")
