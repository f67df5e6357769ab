"""Text as strangers type it, made safe to store and simple to match."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

READ_LIMIT = 4000  # characters of one message that anything here looks at

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|[\n\r;]+|(?<=[?!])(?=\w)")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_MENTION = re.compile(r"<[@!#][^>\s]{1,80}>|(?<!\w)@\w+")
_TOKEN = re.compile(r"[^\W_]+|[,:()\u2014\u2013]")
_NOT_CONTRACTED = re.compile(r"\b(\w+)n'?t\b")
_SUFFIXES = (
    *(("'re", " are"), ("'ve", " have"), ("'ll", " will")),
    *(("'m", " am"), ("'s", " is"), ("'d", " would")),
)
_VERBS = ["do", "does", "did", "is", "are", "was", "were", "could", "would", "should", "have", "has", "had"]
_NEGATED = {"ca": "can", "wo": "will", "ai": "is"} | {verb: verb for verb in _VERBS}
_QUOTES = dict.fromkeys(map(ord, "\u2019\u2018`\u00b4"), "'") | dict.fromkeys(map(ord, "\u201c\u201d_"), " ")
_NICE = "👍👌❤🎉✅😀😊🙂😄👏🥰😂🤣💪👋🤝🫡"
_EMOJI = {ord(sign): " emojiok " for sign in _NICE} | {
    ord("🙏"): " emojithanks ",
    ord("🔥"): " emojifire ",
    ord("🚨"): " emojialarm ",
    ord("🆘"): " sos ",
}
_SIGNS: dict[int, str] = _QUOTES | _EMOJI
_BREAKS = ",:()\u2014\u2013"


def clean_text(text: str, limit: int | None = None) -> str:
    """`text` without what Postgres or UTF-8 refuses, trimmed, and cut at a word to `limit` characters."""
    kept = _UNSTORABLE.sub("", text if limit is None else text[: limit * 4 + 1000]).strip()
    if limit is None or len(kept) <= limit:
        return kept
    head = kept[: limit - 1]
    at_word = head.rsplit(None, 1)[0] if " " in head[limit // 2 :] else head
    return at_word.rstrip(" ,;:-") + "…"


def storable(text: str) -> bool:
    """Whether Postgres takes it as it is."""
    return _UNSTORABLE.search(text) is None


def fold(text: str) -> str:
    """Lower case without accents, so that tables and typing meet: Ü is u, ß is ss, in any script."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf"))


@dataclass(frozen=True)
class Sentence:
    raw: str
    words: str  # folded words with one space around each; "," stands for any break inside
    asks: bool


@lru_cache(maxsize=128)  # a conversation's messages are looked at from several sides
def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a message that hold a word; quoted lines only where there is nothing else."""
    head = text[:READ_LIMIT]
    own = "\n".join(line for line in head.splitlines() if not line.lstrip().startswith(">"))
    parts = _SENTENCE_END.split(own if own.strip() else head.replace(">", " "))
    found = [Sentence(p.strip(), _words(p), "?" in p[-4:]) for p in parts if p and p.strip()]
    return tuple(s for s in found if s.words.strip(" ,"))


def _words(sentence: str) -> str:
    plain = _MENTION.sub(" ", _LINK.sub(" link ", sentence)).translate(_SIGNS)
    folded = _expand(fold(plain)[: READ_LIMIT * 2])
    return " " + " ".join("," if t in _BREAKS else t for t in _TOKEN.findall(folded)) + " "


def _expand(folded: str) -> str:
    text = _NOT_CONTRACTED.sub(_spell_out, folded)
    for short, long in _SUFFIXES:
        text = text.replace(short, long)
    return text.replace("cannot", "can not").replace("no one", "noone").replace("no-one", "noone")


def _spell_out(match: re.Match[str]) -> str:
    verb = _NEGATED.get(match[1])
    return f"{verb} not" if verb else match[0]
