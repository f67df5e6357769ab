from __future__ import annotations

from collections.abc import Iterator

import pytest

from shiftbot.sources import Source, SourceSettings, SyncReport, sync
from tests.support.postgres import Database, TestServer

# Says `added` for what it is given and `deactivated` for one it knew before.
STUB = """
create schema private;
create table private.received (entries jsonb);
create function private.sync_sources(entries jsonb)
returns table (platform text, external_id text, change text) language sql as $$
  insert into private.received values (entries);
  select e ->> 'platform', e ->> 'external_id', 'added' from jsonb_array_elements(entries) e
  union all select 'slack', 'C0GONE', 'deactivated';
$$;
"""


@pytest.fixture
def stubbed(postgres_server: TestServer) -> Iterator[Database]:
    with postgres_server.clone("template1") as clone:
        clone.connect().execute(STUB)
        yield clone


@pytest.mark.newest_postgres
def test_sync_sends_what_was_written_and_sorts_what_came_of_it(stubbed: Database) -> None:
    conn = stubbed.connect()
    group = Source(
        platform="telegram",
        external_id="-100123",
        name="Beta users",
        settings=SourceSettings(reply_mode="draft"),
    )

    report = sync(conn, [group])

    assert report == SyncReport(added=["telegram -100123"], deactivated=["slack C0GONE"])
    assert conn.execute("select entries from private.received").fetchone() == (
        [
            {
                "platform": "telegram",
                "external_id": "-100123",
                "name": "Beta users",
                "is_active": True,
                "settings": {"reply_mode": "draft"},
            }
        ],
    )
