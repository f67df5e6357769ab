"""Button presses and reactions under Slack messages."""

from __future__ import annotations

from shiftbot.platforms.base import Dropped, Incoming, PagePress, Parsed, Recordable, UserEvent
from shiftbot.platforms.shape import (
    BUTTON_EVENTS,
    PAGE_VERBS,
    Json,
    as_object,
    child,
    children,
    instant,
    name,
    present,
    ticket_number,
    words,
)
from shiftbot.platforms.slack.reading import Bot, message_id, place

LIKES = frozenset({"+1", "thumbsup", "white_check_mark"})
DISLIKES = frozenset({"-1", "thumbsdown"})


def parse_reaction(envelope: Json, event: Json, bot: Bot) -> Recordable:
    """A thumb put on one of our messages."""
    emoji = words(event.get("reaction")).partition("::")[0]  # "+1::skin-tone-3"
    item = child(event, "item")
    ours = bot.is_user(event.get("item_user"))
    if emoji not in LIKES | DISLIKES or not ours or item.get("type") != "message":
        return Dropped("reaction")
    user = name(event.get("user"))
    if bot.is_user(user):
        return Dropped("own_message")
    verdict: UserEvent = "feedback_positive" if emoji in LIKES else "feedback_negative"
    channel, ts, reacted_at = (
        name(value) for value in (item.get("channel"), item.get("ts"), event.get("event_ts"))
    )
    target = message_id(channel, ts)
    return Incoming(
        platform="slack",
        source_external_id=channel,
        event=verdict,
        external_id=f"{target}#reaction:{user}:{reacted_at}",
        thread_key=ts,
        author=f"slack:{user}",
        sent_at=instant(reacted_at),
        refers_to=target,
        addressed=True,
        needs_ticket=True,
        payload=place(envelope, event) | present(channel=channel, ts=ts, reaction=event.get("reaction")),
    )


def parse_press(raw: Json) -> Parsed:
    """A press on one of our buttons: the action is the event, its value the ticket id (under a page: the attempt's)."""
    if raw.get("type") != "block_actions":
        name(raw.get("type"))
        return Dropped("unhandled_interaction")
    action = next(iter(children(raw, "actions")), {})
    event, ticket_id = words(action.get("action_id")), ticket_number(action.get("value"))
    container, message, user = child(raw, "container"), child(raw, "message"), as_object(raw.get("user"))
    if event in PAGE_VERBS and ticket_id is not None:
        return PagePress("slack", PAGE_VERBS[event], ticket_id, name(user.get("id")))
    channel = container.get("channel_id") or child(raw, "channel").get("id")
    ts = container.get("message_ts") or message.get("ts")
    if event not in BUTTON_EVENTS or ticket_id is None or not channel or not ts:
        return Dropped("unknown_button")
    channel, ts = name(channel), name(ts)
    thread = message.get("thread_ts") or container.get("thread_ts") or ts
    who, pressed_at = name(user.get("id")), name(action.get("action_ts"))
    return Incoming(
        platform="slack",
        source_external_id=channel,
        event=BUTTON_EVENTS[event],
        external_id=f"slack:action/{channel}/{ts}:{who}:{pressed_at}",
        thread_key=name(thread),
        author=f"slack:{who}",
        author_name=words(user.get("name")) or words(user.get("username")),
        sent_at=instant(pressed_at),
        refers_to=message_id(channel, ts),
        addressed=True,
        needs_ticket=True,
        ticket_id=ticket_id,
        # Never response_url: whoever holds it can rewrite the message.
        payload=present(channel=channel, ts=ts, thread_ts=thread, team_id=child(raw, "team").get("id")),
    )
