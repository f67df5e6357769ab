"""What a model's reply must not carry out into a chat, whatever talked the model into it."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from shiftbot.triage.verdict import Conversation

_RUN = 8  # this many words of the prompt in a row are a quotation, not a coincidence
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]")
_MASS = re.compile(r"(?i)<!|<@|@\s*(?:channel|here|everyone|everybody|all|group|online|admins?)\b|tg://")
_MENTION = re.compile(r"(?<![\w.+-])@\w{2,}")
_TLDS = (
    "com|net|org|io|dev|app|info|biz|ru|de|es|co|me|xyz|top|site|online|shop|click|link|ly|gg|tv|cc|cn|tk|eu|uk|us|fr|it|"
    "nl|pl|ch|at|su|ai|sh|to|gl|live|pro|store|cloud|tech|support|help|page|web|zip|mov|ink|vip|club|fun|icu|рф"
)
_LINK = re.compile(
    rf"(?i)\b[a-z][a-z0-9+.-]*://[^\s<>|)\]\"']+|\b(?:mailto|tel|javascript|data):[^\s<>|)\]\"']+|\bwww\.[^\s<>|)\]\"']+|"
    rf"\b[\w@-]+(?:\.[\w-]+)*\.(?:{_TLDS})\b(?:[/:?#][^\s<>|)\]\"']*)?"
)
_ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?:/\S*)?")
_WORD = re.compile(r"\w+")


def objection(reply: str, conversation: Conversation, prompt: str, marker: str) -> str:
    """Why the reply must not be sent, or nothing."""
    seen = _visible(reply)
    said = [_visible(m.text) for m in conversation.said]
    if _MASS.search(seen):
        return "mass mention"
    if set(_MENTION.findall(seen)) - {m for text in said for m in _MENTION.findall(text)}:
        return "mention that is not in the conversation"
    if _links(seen) - {link for text in said for link in _links(text)}:
        return "link that is not in the conversation"
    if marker in reply or _runs(seen) & _prompt_runs(prompt):
        return "words of the system prompt"
    return ""


def _visible(text: str) -> str:
    # Full-width signs and zero-width letters render as the mention or link they imitate.
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text[:20_000]))


def _links(text: str) -> set[str]:
    return {link.rstrip(".,;:!?'*_~`").casefold() for link in _LINK.findall(text) + _ADDRESS.findall(text)}


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return {tuple(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1)}


@cache
def _prompt_runs(prompt: str) -> set[tuple[str, ...]]:
    return _runs(prompt)
