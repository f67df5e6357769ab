"""What people do on the on-call page. All of it is refused by the database where it is not theirs to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time

import psycopg

from dashboard.database import Connection, Refused
from shiftbot.db import constraint_of

# What Postgres itself refuses speaks of relations and constraints; this is what a person makes of it.
_SENTENCES = {
    "engineer_has_a_name": ("A person has a name.", ""),
    "engineer_email_looks_like_one": ("That is no e-mail address.", "It is what the engineer signs in with."),
    "engineers_email_idx": (
        "Another engineer has this e-mail address.",
        "Change that row instead, or activate it.",
    ),
    "engineer_phone_is_e164": (
        "That is no phone number.",
        "Write it with the country code, such as +4930901820.",
    ),
    "engineer_telegram_handle_has_no_at": (
        "That is no Telegram handle.",
        "4 to 32 letters, digits and underscores.",
    ),
    "engineer_telegram_is_one_person": ("Another engineer has this Telegram id.", ""),
    "engineer_slack_id_looks_like_one": (
        "That is no Slack member id.",
        "In Slack: your profile, then ⋮, then Copy member ID. It looks like U024BE7LH.",
    ),
    "engineer_slack_is_one_person": ("Another engineer has this Slack member id.", ""),
    "rotation_names_differ": ("There is a rotation of that name.", ""),
    "rotation_has_a_name": ("A rotation has a name.", ""),
    "rotation_has_engineers": ("A rotation has 1 to 100 engineers.", ""),
    "rotation_shift_is_1_to_366_days": ("A turn lasts 1 to 366 days.", ""),
    "rotation_starts_on_a_date": ("A rotation starts between the years 2000 and 2999.", ""),
}


@dataclass(frozen=True)
class Contact:
    """How somebody is reached; empty ones are unknown."""

    phone: str = ""
    telegram_handle: str = ""
    telegram_user_id: int | None = None
    slack_user_id: str = ""


@contextmanager
def in_words() -> Iterator[None]:
    """Turns what Postgres says by a constraint's name into a sentence. Raises Refused."""
    try:
        yield
    except psycopg.IntegrityError as error:
        if (said := _SENTENCES.get(constraint_of(error) or "")) is None:
            raise
        raise Refused(*said) from error


def hand_over(conn: Connection, to: int | None, reason: str, seen: int | None) -> None:
    """Gives the shift to somebody, or to nobody. Raises Refused where `seen` has it no more: somebody was faster."""
    conn.execute("select private.hand_over(%s, %s, %s)", (to, reason, seen or 0))


def override(conn: Connection, engineer_id: int, since: datetime, until: datetime, reason: str) -> None:
    """Gives a span of the plan to somebody. Raises Refused."""
    conn.execute("select private.override_shift(%s, %s, %s, %s)", (engineer_id, since, until, reason))


def remove_shift(conn: Connection, shift_id: int) -> None:
    """An admin takes a span out of the plan. Raises Refused."""
    _changed_one(conn.execute("delete from public.shifts where id = %s", (shift_id,)).rowcount)


def add_rotation(
    conn: Connection, name: str, people: Sequence[int], days: int, at: time, zone: str, starts_on: date
) -> None:
    """An admin lets people take turns. Raises Refused."""
    conn.execute(
        "insert into public.rotations (name, engineer_ids, shift_days, hand_over_at, time_zone, starts_on)"
        " values (%s, %s, %s, %s, %s, %s)",
        (name, list(people), days, at, zone, starts_on),
    )


def stop_rotation(conn: Connection, rotation_id: int) -> None:
    """An admin lets a rule make no more shifts; the turn that runs goes on. Raises Refused."""
    query = "update public.rotations set is_active = false where id = %s and is_active"
    _changed_one(conn.execute(query, (rotation_id,)).rowcount)


def change_my_contact(conn: Connection, contact: Contact) -> None:
    """Of the signed-in engineer. Raises Refused where it is not written as it must be, or somebody else's."""
    conn.execute(
        "select private.change_my_contact(%s, %s, %s, %s)",
        (contact.phone, contact.telegram_handle, contact.telegram_user_id, contact.slack_user_id),
    )


def add_engineer(conn: Connection, name: str, email: str, contact: Contact, is_admin: bool) -> None:
    """An admin lets somebody in. Raises Refused."""
    conn.execute(
        "insert into public.engineers (name, email, phone, telegram_handle, telegram_user_id, slack_user_id, is_admin)"
        " values (%s, %s, nullif(%s, ''), nullif(%s, ''), %s, nullif(%s, ''), %s)",
        (name, email, *_columns(contact), is_admin),
    )


def change_engineer(
    conn: Connection,
    engineer_id: int,
    name: str,
    email: str,
    contact: Contact,
    is_admin: bool,
    is_active: bool,
) -> None:
    """An admin changes somebody, or shows them out. Raises Refused."""
    changed = conn.execute(
        "update public.engineers set name = %s, email = %s, phone = nullif(%s, ''), telegram_handle = nullif(%s, ''),"
        " telegram_user_id = %s, slack_user_id = nullif(%s, ''), is_admin = %s, is_active = %s where id = %s",
        (name, email, *_columns(contact), is_admin, is_active, engineer_id),
    )
    _changed_one(changed.rowcount)


def page(conn: Connection, engineer_id: int, method: str | None) -> None:
    """Rings somebody for a test, by every way or by one. Raises Refused."""
    conn.execute("select private.open_test_page(%s, %s::public.escalation_method)", (engineer_id, method))


def end_page(conn: Connection, page_id: int) -> None:
    """Ends a test page that nobody has acknowledged."""
    conn.execute("select private.close_test_page(%s)", (page_id,))


def _changed_one(rows: int) -> None:
    """RLS hides what is not theirs to change, and says nothing."""
    if rows != 1:
        raise Refused(
            "Nothing was changed.",
            "It is gone, or only admins may do that: the list of people says who they are.",
        )


def _columns(contact: Contact) -> tuple[str, str, int | None, str]:
    handle = contact.telegram_handle.strip().lstrip("@")
    return contact.phone.strip(), handle, contact.telegram_user_id, contact.slack_user_id.strip()
