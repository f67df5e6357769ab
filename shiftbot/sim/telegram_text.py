"""Part of the Telegram simulator: what Telegram does to text, counting, entities and HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

ENTITY = re.compile(
    r"(?P<url>https?://[^\s<>]+[^\s<>.,;:!?)])"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?<![\w/])(?P<bot_command>/[A-Za-z0-9_]{1,32}(?:@\w{3,32})?)"
    r"|(?<!\w)(?P<mention>@[A-Za-z]\w{3,31})"
    r"|(?<!\w)(?P<hashtag>#[^\W\d]\w*)"
)
TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "del": "strikethrough",
    "strike": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
}


class BadEntities(Exception):
    """The markup cannot be parsed; the text is Telegram's explanation."""


def length(text: str) -> int:
    """The length as Telegram counts it, in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def entities(text: str) -> list[dict[str, Any]]:
    """Commands, mentions, addresses and hashtags in a plain text, as MessageEntity objects."""
    return [
        {"type": match.lastgroup, "offset": length(text[: match.start()]), "length": length(match[0])}
        for match in ENTITY.finditer(text)
    ]


def from_html(markup: str) -> tuple[str, list[dict[str, Any]]]:
    """The text and entities of parse_mode HTML. Raises BadEntities."""
    parser = _Markup()
    parser.feed(markup)
    parser.close()
    if parser.open:
        raise BadEntities(f'Can\'t find end tag corresponding to start tag "{parser.open[-1][0]}"')
    text = "".join(parser.parts)
    return text, parser.found + entities(text)


class _Markup(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.open: list[tuple[str, int, dict[str, Any]]] = []
        self.found: list[dict[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise BadEntities(f'Unsupported start tag "{tag}" at byte offset {self._bytes()}')
        link = {"url": dict(attrs).get("href") or ""} if tag == "a" else {}
        self.open.append((tag, length("".join(self.parts)), {"type": TAGS[tag], **link}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            raise BadEntities(f"Unexpected end tag at byte offset {self._bytes()}")
        _, start, entity = self.open.pop()
        self.found.append({**entity, "offset": start, "length": length("".join(self.parts)) - start})

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def _bytes(self) -> int:
        return len("".join(self.parts).encode())
