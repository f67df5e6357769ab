"""The words in which the tests of the rota are written. Time passes by moving rows, never the clock."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.db.world import Connection, World

ADD_SHIFT = (
    "insert into public.shifts (engineer_id, starts_at, ends_at, reason)"
    " values (%s, %s::timestamptz + %s::interval, %s::timestamptz + %s::interval, %s) returning id"
)
ADD_ROTATION = (
    "insert into public.rotations (name, engineer_ids, shift_days, hand_over_at, time_zone, starts_on)"
    " values (%s, %s, %s, %s, %s, coalesce(%s::date, current_date)) returning id"
)


class Rota:
    """A world with a plan in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.began = world.value("select now()")  # one moment for all, so that what should meet does

    def shift(
        self, engineer_id: int, starts: str, ends: str, reason: str = "", conn: Connection | None = None
    ) -> int:
        """A manual shift; `starts` and `ends` are intervals from when the test began."""
        number: int = self.world.value(
            ADD_SHIFT, engineer_id, self.began, starts, self.began, ends, reason, conn=conn
        )
        return number

    def rotation(self, *engineer_ids: int, name: str = "weekly", days: int = 7, **columns: Any) -> int:
        """A rotation with its hand-over at midnight UTC and its first turn today, unless said otherwise."""
        number: int = self.world.value(
            ADD_ROTATION,
            *(name, list(engineer_ids), days, columns.get("at", "00:00"), columns.get("zone", "UTC")),
            columns.get("starts_on"),
            conn=columns.get("conn"),
        )
        return number

    def override(self, engineer_id: int, starts: str, ends: str, conn: Connection | None = None) -> int:
        number: int = self.world.value(
            "select private.override_shift(%s, now() + %s::interval, now() + %s::interval, 'swap')",
            *(engineer_id, starts, ends),
            conn=conn,
        )
        return number

    def sweep(self, conn: Connection | None = None) -> dict[str, Any]:
        """What the rota did of it."""
        did: dict[str, Any] = self.world.value("select private.follow_rota()", conn=conn)
        return did

    def pass_time(self, interval: str) -> None:
        """Moves every shift and the history so much into the past, one by one because shifts may not overlap meanwhile."""
        self.world.do("set session_replication_role = replica", conn=self.world.superuser)
        for (number,) in self.world.rows("select id from public.shifts order by starts_at"):
            self.world.do(
                "update public.shifts set starts_at = starts_at - %s::interval, ends_at = ends_at - %s::interval,"
                " turn_starts_at = turn_starts_at - %s::interval where id = %s",
                *(interval, interval, interval, number),
                conn=self.world.superuser,
            )
        self.world.do(
            "update public.on_call_history set started_at = started_at - %s::interval, ended_at = ended_at - %s::interval",
            *(interval, interval),
            conn=self.world.superuser,
        )
        self._date_notices_back(interval)

    def _date_notices_back(self, interval: str) -> None:
        """The keys of what was announced hold the moment it was about."""
        seconds = Decimal(
            self.world.value("select extract(epoch from %s::interval)::numeric(20, 6)", interval)
        )
        for (key,) in self.world.rows("select key from private.rota_notices"):
            about, moment, who = key.rsplit(":", 2)
            earlier = f"{about}:{Decimal(moment) - seconds}:{who}"
            self.world.do("update private.rota_notices set key = %s where key = %s", earlier, key)

    def plan(self) -> list[tuple[Any, ...]]:
        """Who, from when to when in whole hours from now, and of which kind."""
        return self.world.rows(
            "select engineer_id, round(extract(epoch from starts_at - now()) / 3600)::int,"
            " round(extract(epoch from ends_at - now()) / 3600)::int, kind from public.shifts order by starts_at"
        )

    def on_call(self) -> int | None:
        found = self.world.rows("select id from public.engineers where is_on_call")
        return found[0][0] if found else None

    def history(self) -> list[tuple[Any, ...]]:
        return self.world.rows("select engineer_id, reason from public.on_call_history order by id")

    def notices(self, kind: str = "handover") -> list[tuple[int, str]]:
        """Whom the rota told what."""
        return self.world.rows(
            "select engineer_id, note from public.escalation_attempts"
            " where kind = 'notice' and split_part(notice_key, '/', 1) = %s order by id",
            kind,
        )
