"""The small language of the signal tables, translated to regular expressions that stay linear.

A pattern is words in order. `a|b` is either; `log_in` is two words as one alternative; `crash*` is any
ending; `word?` may be absent; `~3` is up to three other words, none of them a negation; `{name}` is a list
from the macros.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from shiftbot.triage.text import fold

# A gap must not jump over these, or "the site is not down" would hold "site ... down".
NEGATIONS = (
    *("not", "no", "never", "without", "nothing", "none", "neither", "hardly"),
    *("nicht", "kein", "keine", "keinen", "keiner", "nie", "ohne"),
    *("nunca", "sin", "ningun", "ninguna"),
    *("не", "нет", "без", "ни", "никогда"),
)

_WORD = r"\w+ "
_GAP = rf"(?:(?!(?:{'|'.join(map(fold, NEGATIONS))}) ){_WORD})"
_MACRO = re.compile(r"\{(\w+)\}")


def expression(pattern: str, macros: Mapping[str, str]) -> str:
    """The expression that matches the pattern in the `words` of a Sentence, from the beginning of a word on."""
    return "".join(_part(part) for part in _spelled(pattern, macros))


def first_words(pattern: str, macros: Mapping[str, str]) -> set[str]:
    """The words that what it matches can begin with; of one with a star what stands before it counts. "*" is any word."""
    found: set[str] = set()
    for part in _spelled(pattern, macros):
        if part.startswith("~"):
            return {"*"}
        found.update(fold(a).partition("_")[0] for a in part.rstrip("?").split("|"))
        if not part.endswith("?"):
            return found
    return {"*"}


def _spelled(pattern: str, macros: Mapping[str, str]) -> list[str]:
    return _MACRO.sub(lambda m: macros[m[1]], pattern).split()


def _part(part: str) -> str:
    if part.startswith("~"):
        return f"{_GAP}{{0,{int(part[1:])}}}?"
    optional = part.endswith("?")
    words = "|".join(_alternative(a) for a in part.rstrip("?").split("|"))
    return f"(?:(?:{words}) )" + ("?" if optional else "")


def _alternative(text: str) -> str:
    return re.escape(fold(text)).replace(r"\*", r"\w*").replace("_", " ")
