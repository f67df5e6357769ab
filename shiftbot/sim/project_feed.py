"""Part of the Supabase simulator: what is committed into realtime.messages, in the order of the commits.

The platform reads it from the write-ahead log. Here a trigger notifies, which arrives at commit and not before; the simulator
puts it there when it starts and takes it away when it stops, so that no database knows of it that is not listened to.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

import psycopg

Heard = Callable[[str, str, Any, bool], None]  # topic, event, payload, is_private
_CHANNEL = "shiftbot_sim_realtime"
_INSTALL = f"""
create or replace function realtime.sim_notify() returns trigger language plpgsql as $$
begin
  perform pg_notify('{_CHANNEL}', json_build_object(
    'id', new.id, 'topic', new.topic, 'event', new.event, 'private', new.private,
    'payload', case when octet_length(new.payload::text) < 7000 then new.payload end)::text);
  return null;
end
$$;
create or replace trigger sim_notify after insert on realtime.messages for each row execute function realtime.sim_notify();
"""
_REMOVE = "drop function if exists realtime.sim_notify() cascade"
_RETRY_SECONDS = 0.3


class Feed(threading.Thread):
    """Listens until it is stopped. `lost` is called when the database was away: what was committed meanwhile is not told."""

    def __init__(self, dsn: str, heard: Heard, lost: Callable[[], None]) -> None:
        super().__init__(name="sim-realtime-feed", daemon=True)
        self._dsn = dsn
        self._heard = heard
        self._lost = lost
        self._stopping = threading.Event()
        self.is_listening = threading.Event()

    def run(self) -> None:
        """Reconnects for as long as it takes."""
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._dsn, autocommit=True, application_name="sim-realtime") as conn:
                    conn.execute(_INSTALL.encode())
                    conn.execute(f"listen {_CHANNEL}".encode())
                    self.is_listening.set()
                    self._listen(conn)
                    conn.execute(_REMOVE)
            except psycopg.OperationalError:
                self.is_listening.clear()
                self._lost()
                self._stopping.wait(_RETRY_SECONDS)

    def stop(self) -> None:
        """Takes the trigger away and ends."""
        self._stopping.set()
        self.join(10)

    def _listen(self, conn: psycopg.Connection[Any]) -> None:
        while not self._stopping.is_set():
            for notify in conn.notifies(timeout=0.2):
                said = json.loads(notify.payload)
                payload = said["payload"]
                if payload is None:
                    row = conn.execute(
                        "select payload from realtime.messages where id = %s", (said["id"],)
                    ).fetchone()
                    payload = row[0] if row else {}
                self._heard(said["topic"], said["event"], payload, bool(said["private"]))


def may_hear(dsn: str, claims: Mapping[str, Any], topic: str) -> bool:
    """Whether row level security lets these claims read broadcasts of the topic; asked as the platform asks."""
    with psycopg.connect(dsn) as conn:
        conn.execute("select set_config('realtime.topic', %s, true)", (topic,))
        conn.execute(
            "insert into realtime.messages (topic, extension, private, payload, event)"
            " values (%s, 'broadcast', true, '{}', 'probe')",
            (topic,),
        )
        conn.execute(
            "select set_config('request.jwt.claims', %s, true), set_config('role', %s, true)",
            (json.dumps(dict(claims)), str(claims.get("role", "anon"))),
        )
        row = conn.execute(
            "select exists (select from realtime.messages where topic = %s and extension = 'broadcast' and event = 'probe')",
            (topic,),
        ).fetchone()
        conn.rollback()
    return bool(row and row[0])
