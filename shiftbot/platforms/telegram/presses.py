"""Button presses and reactions under Telegram messages."""

from __future__ import annotations

from datetime import datetime

from telegram import CallbackQuery, Chat, Message, MessageReactionUpdated, Update

from shiftbot.platforms.base import Dropped, Incoming, PagePress, Parsed, UserEvent
from shiftbot.platforms.shape import (
    BUTTON_EVENTS,
    PAGE_VERBS,
    Json,
    UnknownShape,
    present,
    ticket_number,
    whole,
    words,
)
from shiftbot.platforms.telegram.reading import Bot, account, chat_name, message_id

LIKES = frozenset({"👍", "❤", "❤️", "❤\u200d🔥", "❤️\u200d🔥", "🥰", "😍", "💘"})
DISLIKES = frozenset({"👎"})


def parse_callback(raw: Json, now: datetime) -> Parsed:
    """A press on one of our buttons; its data is `<event>:<ticket id>` or, under a page, `<button>:<attempt id>`."""
    query = Update.de_json(dict(raw), None).callback_query
    if query is None:
        raise UnknownShape
    event, _, number = words(query.data).partition(":")
    ticket_id = ticket_number(number)
    query_id = _query_id(query)
    if event in PAGE_VERBS and ticket_id is not None:
        return PagePress("telegram", PAGE_VERBS[event], ticket_id, str(whole(query.from_user.id)))
    if event not in BUTTON_EVENTS or ticket_id is None or query.message is None:
        return Dropped("unknown_button")
    place = query.message
    return Incoming(
        platform="telegram",
        source_external_id=str(whole(place.chat.id)),
        event=BUTTON_EVENTS[event],
        external_id=f"telegram:callback/{query_id}",
        thread_key=_thread_key(place.chat, place.message_id, place if isinstance(place, Message) else None),
        author=account(query.from_user.id),
        author_name=words(query.from_user.full_name),
        sent_at=now,
        refers_to=message_id(place.chat.id, place.message_id),
        addressed=True,
        needs_ticket=True,
        ticket_id=ticket_id,
        payload=_callback_payload(raw, query),
    )


def _query_id(query: CallbackQuery) -> str:
    if not words(query.id) or len(query.id) > 200:
        raise UnknownShape
    return query.id


def _callback_payload(raw: Json, query: CallbackQuery) -> Json:
    place = query.message
    topic = place.message_thread_id if isinstance(place, Message) and place.is_topic_message else None
    return present(
        update_id=raw.get("update_id"),
        callback_query_id=query.id,
        message_id=place.message_id if place else None,
        chat_type=str(place.chat.type) if place else None,
        chat_title=place.chat.title if place else None,
        message_thread_id=topic,
        username=query.from_user.username,
        language_code=query.from_user.language_code,
    )


def parse_reaction(raw: Json, bot: Bot) -> Parsed:
    """A thumb or a heart put on a message.

    Telegram does not say whose message it is: whoever records this must check that `refers_to` is ours.
    """
    reaction = Update.de_json(dict(raw), None).message_reaction
    if reaction is None:
        raise UnknownShape
    person = reaction.user
    if person is not None and (person.is_bot or person.id == bot.id):
        return Dropped("own_message" if person.id == bot.id else "other_bot")
    added = _emoji(reaction.new_reaction) - _emoji(reaction.old_reaction)
    event = _verdict(added)
    if event is None:
        return Dropped("reaction")
    return _reacted(raw, reaction, event, added)


def _reacted(raw: Json, reaction: MessageReactionUpdated, event: UserEvent, added: set[str]) -> Parsed:
    person, place = reaction.user, reaction.actor_chat  # anonymous admins react as the chat
    if person is not None:
        author, author_name = account(person.id), words(person.full_name)
    elif place is not None:
        author, author_name = account(place.id), chat_name(place.to_dict())
    else:
        raise UnknownShape
    target = message_id(reaction.chat.id, reaction.message_id)
    who = author.removeprefix("telegram:")
    return Incoming(
        platform="telegram",
        source_external_id=str(reaction.chat.id),
        event=event,
        external_id=f"{target}#reaction:{who}:{int(reaction.date.timestamp())}",
        thread_key=_thread_key(reaction.chat, reaction.message_id, None),
        author=author,
        author_name=author_name,
        sent_at=reaction.date,
        refers_to=target,
        addressed=True,
        needs_ticket=True,
        payload=present(
            update_id=raw.get("update_id"),
            message_id=reaction.message_id,
            chat_type=str(reaction.chat.type),
            chat_title=reaction.chat.title,
            reaction="".join(sorted(added & (LIKES | DISLIKES))),
            username=person.username if person else None,
            language_code=person.language_code if person else None,
        ),
    )


def _emoji(reactions: object) -> set[str]:
    found = reactions if isinstance(reactions, tuple | list) else ()
    return {emoji for reaction in found if (emoji := words(getattr(reaction, "emoji", None)))}


def _verdict(added: set[str]) -> UserEvent | None:
    likes, dislikes = bool(added & LIKES), bool(added & DISLIKES)
    if likes == dislikes:  # neither, or both at once: nothing to go by
        return None
    return "feedback_positive" if likes else "feedback_negative"


def _thread_key(chat: Chat, number: object, message: Message | None) -> str:
    """The thread of a message that is ours, which never opens one."""
    if message is not None and message.is_topic_message and message.message_thread_id is not None:
        return f"topic:{whole(message.message_thread_id)}"
    if chat.type == Chat.PRIVATE:
        return "chat"
    root = message.message_thread_id if message is not None else None
    return f"msg:{whole(number if root is None else root)}"
