"""What a Telegram message holds: words, attachments, links, mentions."""

from __future__ import annotations

from telegram.constants import MessageAttachmentType, MessageEntityType, MessageType

from shiftbot.platforms.shape import Json, child, children, present, words
from shiftbot.platforms.text import utf16_slice

NOT_SENT_BY_PEOPLE = {MessageAttachmentType.PASSPORT_DATA, MessageAttachmentType.SUCCESSFUL_PAYMENT}
ATTACHMENT_KINDS = [
    *(kind.value for kind in MessageAttachmentType if kind not in NOT_SENT_BY_PEOPLE),
    "checklist",
]
# Telegram repeats these under an older name for old clients: {richer kind: the repetition}
REPEATED_AS = {"animation": "document", "venue": "location", "live_photo": "photo"}
SERVICE_FIELDS = frozenset({"migrate_from_chat_id", *(kind.value for kind in MessageType)})


def body(message: Json) -> str:
    """The words: the text, or the caption of what was sent."""
    return words(message.get("text")) or words(message.get("caption"))


def attachments(message: Json) -> list[Json]:
    """Everything sent with the words, one shape for all kinds; only `file_id` fetches the file."""
    kinds = [kind for kind in ATTACHMENT_KINDS if message.get(kind)]
    repeated = {REPEATED_AS[kind] for kind in kinds if kind in REPEATED_AS}
    return [_attachment(kind, message) for kind in kinds if kind not in repeated]


def _attachment(kind: str, message: Json) -> Json:
    sizes = children(message, kind)  # a photo comes in several sizes, the largest last
    content = sizes[-1] if sizes else child(message, kind)
    entry: Json = {
        "kind": kind,
        "file_id": content.get("file_id"),
        "file_unique_id": content.get("file_unique_id"),
        "name": _name(content),
        "mime_type": content.get("mime_type"),
        "size": content.get("file_size"),
    }
    place = child(content, "location") or content  # a venue has one
    coordinates = present(latitude=place.get("latitude"), longitude=place.get("longitude"))
    return entry | present(phone_number=content.get("phone_number")) | coordinates


def _name(content: Json) -> str | None:
    fields = ("file_name", "title", "question", "emoji", "first_name")
    found = next((value for field in fields if (value := words(content.get(field)))), None)
    last = words(content.get("last_name"))
    return f"{found} {last}" if found and last else found


def is_report(message: Json) -> bool:
    """Whether a person said or sent something."""
    return any(message.get(field) for field in ("text", "caption", *ATTACHMENT_KINDS))


def is_service(message: Json) -> bool:
    """Of what is no report: whether Telegram wrote it about the chat (joins, pins, titles, topics)."""
    return not SERVICE_FIELDS.isdisjoint(message)


def links(message: Json) -> list[str]:
    """The addresses in the words, also those hidden behind a label, each once."""
    found = [
        words(entity.get("url")) if entity.get("type") == MessageEntityType.TEXT_LINK else said
        for entity, said in _entities(message)
        if entity.get("type") in (MessageEntityType.URL, MessageEntityType.TEXT_LINK)
    ]
    return list(dict.fromkeys(link for link in found if link))


def mentions(message: Json, username: str, user_id: int) -> bool:
    """Whether the words name this bot, by @name or (without a name) by a link to it."""
    for entity, said in _entities(message):
        if entity.get("type") == MessageEntityType.MENTION and said.lower() == f"@{username}".lower():
            return True
        if (
            entity.get("type") == MessageEntityType.TEXT_MENTION
            and child(entity, "user").get("id") == user_id
        ):
            return True
    return False


def _entities(message: Json) -> list[tuple[Json, str]]:
    """Each entity with the words it covers; one with a wrong offset is left out."""
    text, found = body(message), list[tuple[Json, str]]()
    for entity in children(message, "entities") or children(message, "caption_entities"):
        offset, length = entity.get("offset"), entity.get("length")
        if isinstance(offset, int) and isinstance(length, int) and offset >= 0:
            found.append((entity, utf16_slice(text, offset, length)))
    return found
