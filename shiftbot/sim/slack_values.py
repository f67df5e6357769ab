"""Part of the Slack simulator: arguments, blocks and pages of the Web API."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from .slack_world import Channel, Json

TS = re.compile(r"\d{10}\.\d{6}")
TEXT_LIMITS = {"section": 3000, "header": 150}
NAMES = "actions call context divider file header image input markdown rich_text section table video"
BLOCKS = frozenset(NAMES.split())


class Refused(Exception):
    """Slack's "ok": false."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.answer = {"ok": False, "error": error, **more}


def sub_object(arguments: Json, name: str) -> Any:
    """An argument that is an object or list: JSON in a form field, itself in a JSON body."""
    value = arguments.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value else None
    except ValueError:
        raise Refused(f"invalid_{name}_format") from None


def flag(arguments: Json, name: str) -> bool:
    """A boolean argument; slack_sdk sends 1 and 0 in forms."""
    return str(arguments.get(name, "")).lower() in ("true", "1")


def check_blocks(blocks: Any) -> None:
    """Raises Refused(invalid_blocks) with Slack's reasons for what its Block Kit does not take."""
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    errors = ["no more than 50 items allowed [json-pointer:/blocks]"] if len(blocks) > 50 else []
    for place, block in enumerate(blocks):
        errors += [f"{reason} [json-pointer:/blocks/{place}{where}]" for reason, where in _faults(block)]
    if errors:
        lines = [f"[ERROR] {error}" for error in errors]
        raise Refused("invalid_blocks", errors=errors, response_metadata={"messages": lines})


def _faults(block: Json) -> list[tuple[str, str]]:
    kind = block.get("type")
    if kind not in BLOCKS:
        return [(f"unsupported type: {kind}", "/type")]
    found = []
    text = block.get("text", {}).get("text") if isinstance(block.get("text"), dict) else None
    limit = TEXT_LIMITS.get(kind)
    if limit and text is not None and len(text) > limit:
        found.append((f"must be less than {limit + 1} characters", "/text/text"))
    if kind == "section" and text is None and not block.get("fields"):
        found.append(("missing required field: text", ""))
    if kind == "section" and text == "":
        found.append(("must be more than 0 characters", "/text/text"))
    elements = block.get("elements", [])
    if kind == "actions" and not 1 <= len(elements) <= 25:
        found.append(("must have 1 to 25 items", "/elements"))
    for place, element in enumerate(elements):
        if element.get("type") == "button" and len(element.get("text", {}).get("text", "")) > 75:
            found.append(("must be less than 76 characters", f"/elements/{place}/text/text"))
        if len(str(element.get("value", ""))) > 2000:
            found.append(("must be less than 2001 characters", f"/elements/{place}/value"))
    return found


def between(messages: list[Json], arguments: Json) -> list[Json]:
    """The messages between `oldest` and `latest`, the ends only where `inclusive`."""
    oldest, latest = str(arguments.get("oldest") or "0"), str(arguments.get("latest") or "")
    ends = {oldest, latest} if flag(arguments, "inclusive") else set()
    return [
        message
        for message in messages
        if message["ts"] in ends
        or (float(message["ts"]) > float(oldest) and (not latest or float(message["ts"]) < float(latest)))
    ]


def page(messages: list[Json], arguments: Json) -> Json:
    """One page of messages with the cursor of the next; metadata only for who asks for it."""
    try:
        limit = min(int(arguments.get("limit") or 100), 999)
        start = int(base64.b64decode(str(arguments.get("cursor") or "")).decode()[5:] or 0)
    except ValueError:
        raise Refused("invalid_cursor") from None
    found = messages[start : start + limit]
    if not flag(arguments, "include_all_metadata"):
        found = [shown(message) for message in found]
    result: Json = {"messages": found, "has_more": start + limit < len(messages)}
    if result["has_more"]:
        cursor = base64.b64encode(f"next:{start + limit}".encode()).decode()
        result["response_metadata"] = {"next_cursor": cursor}
    return result


def shown(message: Json) -> Json:
    """A message without what only include_all_metadata shows."""
    return {name: value for name, value in message.items() if name != "metadata"}


def about(channel: Channel) -> Json:
    """The conversation object of a channel."""
    kinds = {f"is_{kind}": channel.kind == kind for kind in ("channel", "group", "im")}
    private = {"is_private": channel.kind != "channel", "is_mpim": False, "is_general": False}
    state = {"is_archived": channel.is_archived, "is_member": channel.is_member}
    return {"id": channel.id, "name": channel.name, **kinds, **private, **state}
