"""Text that fits: cleaning what Postgres refuses, and splitting what a platform would refuse."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
ZERO_WIDTH_JOINER = "\N{ZERO WIDTH JOINER}"
DEEPEST = 64  # levels of JSON kept; what the platforms send is never deeper than about 20

_UNCLEAN = re.compile("[\x00\ud800-\udfff]")
# In each the one group that matches is where to cut, and what is dropped there.
_PARAGRAPH = re.compile(r"(\n[^\S\n]*\n\s*)")
_SENTENCE = re.compile(r"""(\n\s*)|[.!?…]["'»”’)\]]*(\s+)|[。！？]()""")  # noqa: RUF001 (quotes, CJK stops)
_WORD = re.compile(r"(\s+)")


def clean_text(text: str) -> str:
    """The same text with NUL and lone surrogates, which Postgres refuses, as U+FFFD."""
    if not _UNCLEAN.search(text):
        return text
    paired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return paired.replace("\x00", REPLACEMENT)


def clean_json(value: object, depth: int = 0) -> object:
    """The same JSON with clean keys and strings, no NaN or infinity, and nothing below `DEEPEST` levels."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int):
        return value
    if depth >= DEEPEST:
        return REPLACEMENT
    if isinstance(value, dict):
        return {clean_text(str(key)): clean_json(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(item, depth + 1) for item in value]
    return clean_text(str(value))


def utf16_length(text: str) -> int:
    """How long Telegram and Slack take the text to be: UTF-16 units, so most emoji count twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf16_slice(text: str, offset: int, length: int) -> str:
    """The part of the text that a Telegram entity names."""
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def split_text(text: str, limit: int, measure: Callable[[str], int] = len) -> list[str]:
    """Parts of at most `limit` by `measure` (which counts every character as 1 or more), in order.

    Cuts between paragraphs, else sentences, else words, else characters, where the part stays at least half
    full; the white space at a cut is dropped. A single character over the limit is a part of its own.
    """
    if limit < 1:
        raise ValueError("the limit is at least 1")
    parts = []
    rest = text.strip()
    while rest:
        end, resume = _cut(rest, _longest_fit(rest, limit, measure))
        parts.append(rest[:end].rstrip())
        rest = rest[resume:].lstrip()
    return parts


def _longest_fit(text: str, limit: int, measure: Callable[[str], int]) -> int:
    """The length of the longest prefix within the limit, by bisection; never less than one character."""
    low, high = 1, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle]) <= limit:
            low = middle
        else:
            high = middle - 1
    return low


def _cut(text: str, fit: int) -> tuple[int, int]:
    """Where the first part ends, and where the next begins."""
    if fit >= len(text):
        return len(text), len(text)
    window = text[: fit + 1]  # one more, so that white space right after a full part counts as a cut
    for pattern, earliest in ((_PARAGRAPH, fit // 2), (_SENTENCE, fit // 2), (_WORD, 1)):
        spans = [match.span(match.lastindex or 0) for match in pattern.finditer(window)]
        cuts = [span for span in spans if max(earliest, 1) <= span[0] <= fit]
        if cuts:
            return cuts[-1]
    hard = fit
    while hard > 0 and _inside_character(text, hard):
        hard -= 1
    return (hard or fit,) * 2  # an endless stack of combining marks is cut anyway


def _inside_character(text: str, index: int) -> bool:
    """Whether a cut here would part what a reader sees as one character."""
    before, after = text[index - 1], text[index]
    if unicodedata.category(after) in ("Mn", "Mc", "Me") or "\U0001f3fb" <= after <= "\U0001f3ff":
        return True
    if ZERO_WIDTH_JOINER in (before, after) or "\U000e0020" <= after <= "\U000e007f":
        return True
    if "\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff":
        return True
    return _is_flag_half(after) and _flag_halves_before(text, index) % 2 == 1


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_halves_before(text: str, index: int) -> int:
    start = index
    while start > 0 and _is_flag_half(text[start - 1]):
        start -= 1
    return index - start
