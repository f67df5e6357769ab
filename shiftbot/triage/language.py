"""Which of the four languages with reply templates a text is in: by script, letters and stop words."""

from __future__ import annotations

import re
from typing import Literal

Language = Literal["en", "de", "es", "ru"]

_CYRILLIC = re.compile("[Ѐ-ӿ]")
_LATIN = re.compile("[a-zA-Z]")
_WORD = re.compile(r"[^\W\d_]+")
_STOP_WORDS: dict[Language, str] = {
    "en": (
        "the is are and to of it in my we our i you your on for not with this that have has was can "
        "cannot when what how please still all since from but be at an get getting anyone hi hello "
        "thanks down do does "
    ),
    "de": (
        "der die das ist sind und zu ich wir nicht mein meine unsere unser bei mit auf ein eine kann "
        "können seit alle es sich wie wenn bitte noch für kein keine mehr geht den dem haben hat wird "
        "war auch nach von im hallo danke guten seite fehler funktioniert dringend kommt heute läuft "
        "immer schon oder aber kunden nichts man "
    ),
    "es": (
        "el la los las es está están y de que no mi nuestra nuestro en con por para un una puedo "
        "podemos desde todos todo cuando cómo como favor hola gracias se al del lo me nos ha han pero "
        "muy más hay funciona página sitio buenos buenas días error caído urgente clientes nada ya "
        "ahora sigue sin puede nadie tengo "
    ),
}
_STOPS = {language: frozenset(words.split()) for language, words in _STOP_WORDS.items()}
_LETTERS: tuple[tuple[Language, str], ...] = (("de", "äöüß"), ("es", "ñ¿¡áíóú"))


def detect(text: str) -> Language | None:
    """The language of `text`, or None where nothing tells."""
    head = text[:4000].casefold()
    cyrillic = len(_CYRILLIC.findall(head))
    if cyrillic > 2 and cyrillic * 2 > len(_LATIN.findall(head)):
        return "ru"
    words = _WORD.findall(head)
    scores = {language: sum(w in stop for w in words) for language, stop in _STOPS.items()}
    for language, letters in _LETTERS:
        scores[language] += 2 * any(c in letters for c in head)
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] else None


def of_conversation(texts: list[str]) -> Language:
    """The newest message that tells decides; English where none does."""
    return next((found for text in reversed(texts) if (found := detect(text))), "en")
