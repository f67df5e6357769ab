"""What a Slack message holds: readable words, links, files, forwarded messages."""

from __future__ import annotations

import html
import re

from shiftbot.platforms.shape import Json, children, present, words

# <@U1>, <#C1|general>, <!here>, <https://x.example|label>: everything Slack marks up stands in angle brackets
_MARKUP = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_KINDS = {"image": "photo", "video": "video", "audio": "audio"}


def readable(text: str) -> str:
    """The words as a person saw them, without Slack's markup and escapes."""
    return _unescape(_MARKUP.sub(lambda match: _shown(match[1], match[2] or ""), text))


def _unescape(text: str) -> str:
    # Slack escapes these three and nothing else; html.unescape would also turn "&copy" into ©
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _shown(target: str, label: str) -> str:
    if target.startswith("@"):
        return f"@{label or target[1:]}"
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    if target.startswith("!subteam^"):
        return label or f"@{target.removeprefix('!subteam^')}"
    if target.startswith("!date^"):
        return label or target
    if target.startswith("!"):
        return f"@{target[1:].partition('^')[0]}"
    address = target.removeprefix("mailto:").removeprefix("tel:")
    if not label or label in address:  # Slack labels "x.example" itself when it links bare names
        return address
    return f"{label} ({address})"


def links(text: str) -> list[str]:
    """The web addresses in the markup, each once."""
    found = [_unescape(match[1]) for match in _MARKUP.finditer(text) if re.match(r"https?://", match[1])]
    return list(dict.fromkeys(found))


def body(message: Json) -> str:
    """The words; of a forwarded message without a comment, the words that were forwarded."""
    said = readable(words(message.get("text")))
    if said.strip():
        return said
    return "\n\n".join(readable(words(entry.get("text"))) for entry in forwarded(message)).strip()


def forwarded(message: Json) -> list[Json]:
    """Other messages shared within this one; links that Slack unfurled are left out."""
    return [
        present(author=entry.get("author_name"), text=entry.get("text"), url=entry.get("from_url"))
        for entry in children(message, "attachments")
        if entry.get("is_share") or entry.get("is_msg_unfurl") or entry.get("message_blocks")
    ]


def attachments(message: Json) -> list[Json]:
    """The files, in the shape Telegram's have too; fetching `url_private` needs the bot's token."""
    return [
        {
            "kind": _KINDS.get(words(file.get("mimetype")).partition("/")[0], "document"),
            "file_id": file.get("id"),
            "name": file.get("name") or file.get("title"),
            "mime_type": file.get("mimetype"),
            "size": file.get("size"),
            "url_private": file.get("url_private"),
        }
        for file in children(message, "files")
        if file.get("mode") != "tombstone"  # deleted, only the place is left
    ]


def escape(text: str) -> str:
    """Text that Slack shows as it is: nobody can be mentioned through it."""
    return html.escape(text, quote=False)
