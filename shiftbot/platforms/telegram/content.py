"""What a Telegram message holds: words, attachments, links, mentions."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import Message, MessageEntity, User
from telegram.constants import MessageAttachmentType, MessageType

from shiftbot.platforms.shape import Json, words
from shiftbot.platforms.text import utf16_slice

NOT_SENT_BY_PEOPLE = {MessageAttachmentType.PASSPORT_DATA, MessageAttachmentType.SUCCESSFUL_PAYMENT}
ATTACHMENT_KINDS = [
    *(kind.value for kind in MessageAttachmentType if kind not in NOT_SENT_BY_PEOPLE),
    "checklist",
]
# Telegram repeats these under an older name for old clients: {richer kind: the repetition}
REPEATED_AS = {"animation": "document", "venue": "location", "live_photo": "photo"}
SERVICE_FIELDS = frozenset({"migrate_from_chat_id", *(kind.value for kind in MessageType)})


def body(message: Message) -> str:
    """The words: the text, or the caption of what was sent."""
    return words(message.text) or words(message.caption)


def attachments(message: Message) -> list[Json]:
    """Everything sent with the words, one shape for all kinds; only `file_id` fetches the file."""
    kinds = [kind for kind in ATTACHMENT_KINDS if getattr(message, kind, None)]
    repeated = {REPEATED_AS[kind] for kind in kinds if kind in REPEATED_AS}
    return [_attachment(kind, getattr(message, kind)) for kind in kinds if kind not in repeated]


def _attachment(kind: str, content: object) -> Json:
    if isinstance(content, Sequence) and not isinstance(content, str):
        content = content[-1]  # a photo comes in several sizes, the largest last
    entry: Json = {
        "kind": kind,
        "file_id": getattr(content, "file_id", None),
        "file_unique_id": getattr(content, "file_unique_id", None),
        "name": _name(content),
        "mime_type": getattr(content, "mime_type", None),
        "size": getattr(content, "file_size", None),
    }
    place = getattr(content, "location", content)  # a venue has one
    for extra, holder in (("phone_number", content), ("latitude", place), ("longitude", place)):
        if (value := getattr(holder, extra, None)) is not None:
            entry[extra] = value
    return entry


def _name(content: object) -> str | None:
    fields = ("file_name", "title", "question", "emoji", "first_name")
    found = next((value for field in fields if (value := words(getattr(content, field, None)))), None)
    last = words(getattr(content, "last_name", None))
    return f"{found} {last}" if found and last else found


def is_report(raw_message: Json) -> bool:
    """Whether a person said or sent something; read from the JSON, for the library may not know its shape."""
    return any(raw_message.get(field) for field in ("text", "caption", *ATTACHMENT_KINDS))


def is_service(raw_message: Json) -> bool:
    """Of what is no report: whether Telegram wrote it about the chat (joins, pins, titles, topics)."""
    return not SERVICE_FIELDS.isdisjoint(raw_message)


def links(message: Message) -> list[str]:
    """The addresses in the words, also those hidden behind a label, each once."""
    found = [
        words(entity.url) if entity.type == MessageEntity.TEXT_LINK else said
        for entity, said in _entities(message)
        if entity.type in (MessageEntity.URL, MessageEntity.TEXT_LINK)
    ]
    return list(dict.fromkeys(link for link in found if link))


def mentions(message: Message, username: str, user_id: int) -> bool:
    """Whether the words name this bot, by @name or (without a name) by a link to it."""
    for entity, said in _entities(message):
        if entity.type == MessageEntity.MENTION and said.lower() == f"@{username}".lower():
            return True
        linked = entity.user if entity.type == MessageEntity.TEXT_MENTION else None
        if isinstance(linked, User) and linked.id == user_id:
            return True
    return False


def _entities(message: Message) -> list[tuple[MessageEntity, str]]:
    """Each entity with the words it covers; the library's own slicing fails on a wrong offset."""
    text = body(message)
    entities = message.entities or message.caption_entities
    return [
        (entity, utf16_slice(text, entity.offset, entity.length))
        for entity in entities
        if isinstance(entity.offset, int) and isinstance(entity.length, int) and entity.offset >= 0
    ]
