"""The on-call page as its parts take it: JSON of what was read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dashboard.queries.on_call import Engineer, Gap, Now, Shift, Spell

Json = dict[str, Any]
_TINTS = 6


def duty(
    now: Now, shifts: Sequence[Shift], gaps: Sequence[Gap], spells: Sequence[Spell], my_id: int, at: datetime
) -> Json:
    """For parts/duty."""
    after = next(
        (
            each
            for each in shifts
            if each.starts_at > at and each.is_active and each.engineer_id != now.engineer_id
        ),
        None,
    )
    return {
        "now": {
            "engineer_id": now.engineer_id,
            "name": now.name,
            "is_me": now.engineer_id == my_id,
            "since": _iso(now.since),
            "until": _iso(now.until),
            "reason": now.reason,
        },
        "next": after
        and {"name": after.name, "starts_at": _iso(after.starts_at), "ends_at": _iso(after.ends_at)},
        "gaps": [
            {"starts_at": _iso(each.starts_at), "ends_at": _iso(each.ends_at), "reason": each.reason}
            for each in gaps
        ],
        "spells": [
            {
                "name": each.name,
                "started_at": _iso(each.started_at),
                "ended_at": _iso(each.ended_at),
                "started_by": "the rota" if each.started_by.startswith("shiftbot_") else each.started_by,
                "reason": each.reason,
            }
            for each in spells
        ],
    }


def rota(shifts: Sequence[Shift], gaps: Sequence[Gap], at: datetime, picked: int | None) -> Json:
    """For parts/rota. Everybody has a tint of their own, as far as there are tints."""
    people = sorted({each.engineer_id for each in shifts})
    planned: list[Json] = [
        {
            "id": each.id,
            "name": each.name,
            "is_active": each.is_active,
            "starts_at": _iso(each.starts_at),
            "ends_at": _iso(each.ends_at),
            "kind": each.kind,
            "made_by": each.made_by,
            "reason": each.reason,
            "tint": people.index(each.engineer_id) % _TINTS,
            "is_picked": each.id == picked,
        }
        for each in shifts
    ]
    missing: list[Json] = [
        {
            "is_gap": True,
            "starts_at": _iso(each.starts_at),
            "ends_at": _iso(each.ends_at),
            "reason": each.reason,
        }
        for each in gaps
        if not each.is_now  # that one is said above; the plan may well have somebody
    ]
    return {"now": at.replace(second=0, microsecond=0).isoformat(), "shifts": planned + missing}


def people(engineers: Sequence[Engineer], is_admin: bool) -> Json:
    """For parts/people."""
    return {"is_admin": is_admin, "people": [vars(each) for each in engineers]}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
