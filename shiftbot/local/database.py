"""Makes a plain database look like a Supabase project's: the shim's roles and schemas, and pgmq."""

from __future__ import annotations

from importlib.resources import files

import psycopg
from pgmq import get_embedded_install_sql

# Supabase's `postgres` may run every pgmq function; they run with the caller's rights, so tables count too.
_PGMQ_GRANTS = """
grant usage, create on schema pgmq to postgres;
grant all on all tables in schema pgmq to postgres;
grant all on all sequences in schema pgmq to postgres;
grant all on all functions in schema pgmq to postgres;
"""


def prepare_database(admin_dsn: str) -> None:
    """Installs what is missing, as supabase_admin; running it again adds nothing but the days to come."""
    shim = files("shiftbot.local").joinpath("shim.sql").read_text()
    with psycopg.connect(admin_dsn) as conn:
        # Roles belong to the whole cluster: two databases prepared at once would both create them.
        conn.execute("select pg_catalog.pg_advisory_xact_lock(7343, 1)")
        conn.execute(shim)
        row = conn.execute("select to_regclass('pgmq.meta') is null").fetchone()
        if row is not None and row[0]:
            conn.execute(get_embedded_install_sql().encode())
            conn.execute(_PGMQ_GRANTS)
