"""A database with a row in every table, so that whoever reads nothing was refused and did not find an empty room."""

from __future__ import annotations

from tests.db.conversation import answered
from tests.db.paging import Pager
from tests.db.rota import Rota
from tests.db.world import World

TABLES = """
select format('%I.%I', n.nspname, c.relname), c.relkind::text
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('public', 'private', 'ops', 'pgmq') and c.relkind in ('r', 'p', 'v', 'm') order by 1
"""
# What no story of a few lines leaves behind.
ROWS = (
    "insert into private.api_requests (engineer_id, key, fingerprint) select id, 'key', '' from public.engineers limit 1",
    "insert into public.subscriptions (name, url) values ('Board', 'https://example.com/hook')",
    "insert into private.subscription_health (subscription_id) select id from public.subscriptions",
    "insert into private.heard_messages (id) values ('SM1 of +15550100001')",
    "insert into private.journal_checks (bad_tickets, checked_by) values (0, 'postgres')",
    "insert into private.moved_chats (platform, old_chat, new_chat) values ('telegram', '-1', '-2')",
    "insert into private.rota_notices (key) values ('told')",
    "insert into private.workers (process, queue, host, pid) values (gen_random_uuid(), 'triage', 'host', 1)",
)


def furnished(world: World) -> list[tuple[str, str]]:
    """Fills it and returns every table and view with its kind."""
    pager = Pager(world)
    pager.engineer("Ana", on_call=True)
    pager.engineer("Root", is_admin=True)
    world.source()
    answered(world, payload={"attachments": [{"file_id": "AgAC", "kind": "photo"}]})
    world.append(pager.escalated_report(), "note", "looking", conn=world.signed_in("Ana"))
    rota = Rota(world)
    rota.rotation(1)
    rota.sweep()
    world.value("select private.make_calendar_token(1)")
    world.value("select private.checkpoint_journal()")
    for row in ROWS:
        world.do(row, conn=world.superuser)
    return world.rows(TABLES, conn=world.superuser)


def empty_tables(world: World, tables: list[tuple[str, str]]) -> list[str]:
    """The tables (not views) that no row is in."""
    return [
        table
        for table, kind in tables
        if kind in "rp"
        and not world.value(f"select exists (select from {table})", conn=world.superuser)
        and not table.startswith("pgmq.")
    ]
