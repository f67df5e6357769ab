"""Threads, and whether an engineer is needed at their end."""

from __future__ import annotations

THREADS: list[tuple[bool, tuple[str | tuple[str, str], ...]]] = [
    (False, ("site is down", "works again, thanks")),
    (True, ("I cannot save my draft", "now everyone is affected, nothing loads")),
    (True, ("site is down", "works again", "spoke too soon, down again")),
    (True, ("site is down", "any update?")),
    (False, ("site is down", ("customer:b", "works for me"))),
    (
        True,
        (
            "I can't open reports",
            ("customer:b", "same here, can't open them either"),
            ("customer:c", "same, and our clients complain"),
        ),
    ),
    (False, ("reports page throws an error", "not urgent btw")),
    (True, ("hello", "the whole shop is offline")),
    (False, ("the site is down", ("engineer:e", "we deployed a fix"), "great, it works now")),
    (False, ("the api is down", "sorry, typo in my url, it's fine")),
    (True, ("search is slow", "now the whole site doesn't respond")),
    (
        True,
        (
            "my export fails",
            ("customer:b", "mine too"),
            ("customer:c", "entire department affected, we can't work"),
        ),
    ),
    (False, ("can't login", "found it, caps lock. sorry!")),
    (True, ("I was charged twice", "thanks")),
    (True, ("db is gone", "it's back", "no wait, it's gone again")),
    (False, ("is the api down?", ("customer:b", "works for me"), "ok works now for me too")),
    (False, ("images don't load", "minor thing, no hurry")),
]
