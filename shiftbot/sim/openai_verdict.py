"""Part of the model simulator: a deterministic stand-in for thinking, by key words and JSON schema."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

Json = dict[str, Any]
SEVERE = re.compile(
    r"\b(outage|data ?loss|lost (all )?(our|my|the) data|(is|are|all|site|server|everything|completely) down"
    r"|nobody can|production|security|breach|urgent|503|502|500)\b",
    re.I,
)
NOISE = re.compile(
    r"\b(thanks?( you)?|thx|danke|good (morning|night|evening))\b|^\W*(hi|hello|ok|great|lol)\b", re.I
)
CALLED = re.compile(r"^(?:@[\w.-]+[\s,:]+)+(?=\S)")
BUG = re.compile(
    r"\b(error|bug|crash|fail\w*|broken|slow|wrong|does ?n.t|can ?not|can.t|stuck|timeout)", re.I
)
GERMAN = re.compile(r"\b(ist|nicht|und|der|die|das|ich|wir|bitte)\b", re.I)

REPLIES = {
    "en": {
        "outage": "Thank you for telling us. This looks serious, an engineer is being called.",
        "bug": "Thank you for the report. Please try to sign in again; if that does not help, tell us.",
        "question": "Thank you for your message. You find the answer in our help pages.",
    },
    "de": {
        "outage": "Danke für die Meldung. Das klingt ernst, wir rufen jemanden aus der Technik.",
        "bug": "Danke für die Meldung. Bitte melden Sie sich neu an; hilft das nicht, schreiben Sie uns.",
        "question": "Danke für Ihre Nachricht. Die Antwort finden Sie auf unseren Hilfeseiten.",
    },
}


def verdict(messages: list[Json], response_format: Json | None) -> Json:
    """What the simulated model thinks of the last user message, as an object that fits the wanted schema."""
    text = last_user_text(messages)
    thought = _thought(text)
    wanted = (response_format or {}).get("json_schema", {}).get("schema")
    if not wanted:
        return thought
    filled: Json = _fill(wanted, wanted, thought)
    return filled


def last_user_text(messages: list[Json]) -> str:
    """The text of the last message with the role user."""
    for message in reversed(messages):
        if message.get("role") == "user":
            content = message.get("content") or ""
            if isinstance(content, list):
                return " ".join(str(part.get("text", "")) for part in content)
            return str(content)
    return ""


def _thought(text: str) -> Json:
    said = _customers_words(text)
    words = "\n".join(said)
    language = "de" if len(GERMAN.findall(words)) >= 2 else "en"
    if SEVERE.search(words):
        severity, category, reason = 0.95, "outage", "the words of an outage"
    elif NOISE.search(words.strip()) and not BUG.search(words):
        severity, category, reason = 0.0, "noise", "a courtesy, not a report"
    elif BUG.search(words):
        severity, category, reason = 0.4, "bug", "the words of an ordinary bug"
    else:
        severity, category, reason = 0.2, "question", "no words of a failure"
    return {
        "title": _title(said),
        "summary": f"The customer writes: {' '.join(words.split())[:200]}",
        "severity": severity,
        "escalate": severity >= 0.8,
        "reason": reason,
        "category": category,
        "reply": REPLIES[language].get(category, ""),
        "language": language,
    }


def _title(said: list[str]) -> str:
    telling = [words for words in said if SEVERE.search(words) or BUG.search(words)]
    first = next(iter(telling or said), "Empty report")
    return CALLED.sub("", " ".join(first.split()))[:80]


def _customers_words(text: str) -> list[str]:
    """What customers said, where the prompt holds a conversation as one JSON object a line; else the text."""
    said: list[str] = []
    for line in text.splitlines():
        with contextlib.suppress(ValueError):
            message = json.loads(line)
            if isinstance(message, dict) and message.get("role") == "customer":
                said.append(str(message.get("text", "")))
    return [words for words in said or text.splitlines() if words.strip()]


def _fill(schema: Json, whole: Json, value: Any) -> Any:
    """`value` where it fits the schema, else the simplest value that does."""
    if "$ref" in schema:
        target: Any = whole
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return _fill(target, whole, value)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return value if value in schema["enum"] else schema["enum"][0]
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        kind = [choice for choice in choices if value is not None and _suits(choice, whole, value)]
        nothing = [choice for choice in choices if choice.get("type") == "null"]
        return _fill((kind or nothing or choices)[0], whole, value)
    return _plain(schema, whole, value)


def _plain(schema: Json, whole: Json, value: Any) -> Any:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((name for name in kind if name != "null"), "null")
    if kind == "object":
        given = value if isinstance(value, dict) else {}
        return {
            name: _fill(part, whole, given.get(name)) for name, part in schema.get("properties", {}).items()
        }
    if kind == "array":
        item = schema.get("items", {})
        return [_fill(item, whole, None) for _ in range(schema.get("minItems", 0))]
    if kind in ("number", "integer"):
        low, high = schema.get("minimum", 0), schema.get("maximum", float("inf"))
        number = min(max(value if isinstance(value, int | float) else low, low), high)
        return round(number) if kind == "integer" else number
    if kind == "boolean":
        return bool(value)
    if kind == "null":
        return None
    text = value if isinstance(value, str) else ""
    return text[: schema.get("maxLength", len(text))].ljust(schema.get("minLength", 0), ".")


def _suits(schema: Json, whole: Json, value: Any) -> bool:
    filled = _fill(schema, whole, value)
    return filled is not None and type(filled) is type(value)
