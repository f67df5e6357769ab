"""Giving the shift away, now or for a span of the plan, and the rules that make the plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from dashboard.database import Connection, Refused
from dashboard.queries import on_call_acts as acts
from dashboard.queries.on_call import Engineer, Now, Rotation, Shift
from dashboard.queries.people import Me
from dashboard.shell import act
from dashboard.ticket_words import plain


def draw_hand_over(now: Now, engineers: Sequence[Engineer], me: Me) -> None:
    """Two presses give the shift to anybody; one takes it."""
    others = {each.id: each.name for each in engineers if each.is_active and each.id != now.engineer_id}
    with st.container(horizontal=True, key="hand_over_controls"):
        if now.engineer_id != me.id:
            st.button(
                "Take the shift",
                key="take_shift",
                icon=":material/front_hand:",
                type="primary",
                on_click=_hand_over,
                args=(me.id, "took it", now.engineer_id, "You are on call."),
            )
        if others:
            with st.popover("Hand over", icon=":material/swap_horiz:", key="hand_over"):
                st.selectbox(
                    "To", list(others), format_func=lambda each: others.get(each, ""), key="hand_over_to"
                )
                st.text_input(
                    "Why (optional)", key="hand_over_why", max_chars=200, placeholder="Kept in the history"
                )
                st.button(
                    "Hand over now",
                    key="hand_over_now",
                    type="primary",
                    on_click=_hand_over_chosen,
                    args=(others, now.engineer_id),
                )
        if now.engineer_id is not None and me.is_admin:
            with st.popover("Nobody", icon=":material/do_not_disturb_on:", key="nobody"):
                st.write("A serious ticket would ring everybody at once, and admins are warned.")
                st.button(
                    "Put nobody on call",
                    key="nobody_now",
                    on_click=_hand_over,
                    args=(None, "by hand", now.engineer_id, "Nobody is on call."),
                )


def picked(shifts: Sequence[Shift]) -> Shift | None:
    """The shift that was pressed in the plan, as long as it is there."""
    number = st.session_state.get("rota_picked")
    return next((each for each in shifts if each.id == number), None)


def pick() -> None:
    """A press on a shift: its span stands in the form below. Pressed again it is let go."""
    number = getattr(st.session_state.get("rota"), "pick", None)
    st.session_state["rota_picked"] = None if number == st.session_state.get("rota_picked") else number


def draw_override(engineers: Sequence[Engineer], shift: Shift | None, me: Me) -> None:
    """A span of the plan for somebody; of two swaps one makes a swap."""
    zone = viewers_zone()
    moment = datetime.now(UTC).astimezone(zone)
    soon = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    since = max(shift.starts_at.astimezone(zone), moment) if shift else soon
    until = shift.ends_at.astimezone(zone) if shift else soon + timedelta(hours=8)
    of = str(shift.id if shift else 0)  # other inputs for another shift: they begin with its span
    names = {each.id: each.name for each in engineers if each.is_active}
    title = f"Give {plain(shift.name)}'s shift away" if shift else "Override a span of the plan"
    with st.expander(
        title,
        expanded=shift is not None,
        key=f"override-{of}",
        icon=":material/event_repeat:",
    ):
        with st.form("override_form", border=False):
            who, begins, ends = st.columns(3)
            who.selectbox(
                "Who takes it", list(names), format_func=lambda each: names.get(each, ""), key="override_who"
            )
            begins.datetime_input("From", _naive(since), key=f"override_from-{of}", format="DD.MM.YYYY")
            ends.datetime_input("Until", _naive(until), key=f"override_until-{of}", format="DD.MM.YYYY")
            st.text_input("Why (optional)", key="override_why", max_chars=200)
            st.caption(f"Times in {zone.key}. It cuts into every shift it meets; a swap is two of these.")
            st.form_submit_button("Give it", type="primary", on_click=_override, args=(of, zone, names))
        if shift is not None and me.is_admin:
            st.button(
                "Take this shift out of the plan",
                key="remove_shift",
                icon=":material/delete:",
                on_click=_remove,
                args=(shift.id,),
            )


def draw_rotations(
    rotations: Sequence[Rotation], engineers: Sequence[Engineer], time_zones: Sequence[str], me: Me
) -> None:
    """The rules; admins make and stop them."""
    with st.expander(f"Rotations ({len(rotations)})", key="rotations", icon=":material/sync:"):
        if not rotations:
            st.text("No rule makes shifts. People are on call as long as they have the shift in hand.")
        for rule in rotations:
            with st.container(horizontal=True, vertical_alignment="center", key=f"rotation-{rule.id}"):
                turn = "a day each" if rule.shift_days == 1 else f"{rule.shift_days} days each"
                st.text(
                    f"{rule.name}: {', '.join(rule.people)}; {turn}, from {rule.starts_on},"
                    f" at {rule.hand_over_at:%H:%M} {rule.time_zone}"
                )
                if me.is_admin:
                    st.button("Stop", key=f"stop_rotation-{rule.id}", on_click=_stop, args=(rule,))
        if me.is_admin:
            _draw_new_rotation(engineers, time_zones)


def viewers_zone() -> ZoneInfo:
    """As the browser says, else UTC."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _draw_new_rotation(engineers: Sequence[Engineer], time_zones: Sequence[str]) -> None:
    names = {each.id: each.name for each in engineers if each.is_active}
    zone = viewers_zone().key
    with st.form("rotation_form", border=False, clear_on_submit=False):
        st.markdown("**Let people take turns**")
        first, second = st.columns(2)
        first.text_input("Name", key="rotation_name", max_chars=80, placeholder="weekly")
        second.multiselect(
            "People, in their order",
            list(names),
            format_func=lambda each: names.get(each, ""),
            key="rotation_people",
        )
        days, at, starts, where = st.columns(4)
        days.number_input("Days each", min_value=1, max_value=366, value=7, key="rotation_days")
        at.time_input("Hand-over at", value=time(9), key="rotation_at")
        starts.date_input(
            "From", value=datetime.now(viewers_zone()).date(), key="rotation_from", format="DD.MM.YYYY"
        )
        index = list(time_zones).index(zone) if zone in time_zones else 0
        where.selectbox("Time zone", list(time_zones), index=index, key="rotation_zone")
        st.form_submit_button("Make the rotation", on_click=_add_rotation)


def _naive(local: datetime) -> datetime:
    """As the input takes it."""
    return local.replace(second=0, microsecond=0, tzinfo=None)


def _hand_over(to: int | None, reason: str, seen: int | None, done: str) -> None:
    act(lambda conn: acts.hand_over(conn, to, reason, seen), done)


def _hand_over_chosen(names: dict[int, str], seen: int | None) -> None:
    to = st.session_state.get("hand_over_to")
    why = str(st.session_state.get("hand_over_why") or "").strip() or "handed over"
    if isinstance(to, int) and to in names:
        _hand_over(to, why, seen, f"{plain(names[to])} is on call.")


def _override(of: str, zone: ZoneInfo, names: dict[int, str]) -> None:
    who, why = st.session_state.get("override_who"), str(st.session_state.get("override_why") or "").strip()
    since, until = st.session_state.get(f"override_from-{of}"), st.session_state.get(f"override_until-{of}")

    def give(conn: Connection) -> bool:
        if not (isinstance(who, int) and isinstance(since, datetime) and isinstance(until, datetime)):
            raise Refused("Say who takes it, from when and until when.")
        acts.override(conn, who, since.replace(tzinfo=zone), until.replace(tzinfo=zone), why)
        return True

    if act(give, f"{plain(names.get(who, ''))} has that span." if isinstance(who, int) else ""):
        st.session_state.pop("rota_picked", None)


def _remove(shift_id: int) -> None:
    act(lambda conn: acts.remove_shift(conn, shift_id), "It is out of the plan.")


def _stop(rule: Rotation) -> None:
    act(lambda conn: acts.stop_rotation(conn, rule.id), f"{plain(rule.name)} makes no more shifts.")


def _add_rotation() -> None:
    said = st.session_state
    name = str(said.get("rotation_name") or "").strip()

    def add(conn: Connection) -> None:
        with acts.in_words():
            acts.add_rotation(
                conn, name, said["rotation_people"], int(said["rotation_days"]), said["rotation_at"], said["rotation_zone"],
                said["rotation_from"],
            )  # fmt: skip

    act(add, f"{plain(name)} makes shifts, 60 days ahead.")
