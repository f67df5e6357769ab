"""Part of the simulators: makes the chats and channels that a sources.json lists, and the demo's engineers.

The file does not say what kind of Telegram chat an id is, its name may: (topics) makes a forum, (channel) a
channel, and "discussion" the group that is linked to the channel before it.
"""

from __future__ import annotations

import json
from pathlib import Path

from .slack import SlackSim
from .telegram import TelegramSim
from .telegram_world import Json

# As in supabase/seed.sql: name, Telegram handle and id, Slack id.
ENGINEERS = (
    ("Ada Adler", "ada_adler", 7000000001, "U0DEMOADA1"),
    ("Ben Brook", "ben_brook", 7000000002, "U0DEMOBEN2"),
    ("Cleo Costa", "", 0, "U0DEMOCLEO"),
)


def seed_telegram(sim: TelegramSim, sources: Path) -> None:
    """Makes the groups, forums and channels; private chats are made when somebody first writes."""
    channel: int | None = None
    for source in _listed(sources, "telegram"):
        name, chat_id = str(source.get("name", "")), int(source["external_id"])
        kind = _kind(name, chat_id)
        sim.create_chat(kind, name, chat_id, forum="(topics)" in name)
        if kind == "channel":
            channel = chat_id
        elif "discussion" in name and channel is not None:
            sim.link_discussion(channel, chat_id)


def seed_slack(sim: SlackSim, sources: Path) -> None:
    """Makes the channels; users are made up when they first speak."""
    for source in _listed(sources, "slack"):
        sim.create_channel(source["external_id"], source.get("name", ""))


def seed_telegram_engineers(sim: TelegramSim) -> None:
    """The demo's engineers have pressed Start in the bot's chat, without which it could not write to them."""
    for name, handle, user_id, _ in ENGINEERS:
        if user_id:
            sim.add_user(user_id, name.partition(" ")[0], handle)
            sim.create_chat("private", chat_id=user_id)


def seed_slack_engineers(sim: SlackSim) -> None:
    """The demo's engineers are members of the workspace."""
    for name, _, _, user in ENGINEERS:
        sim.add_user(user, name)


def _listed(sources: Path, platform: str) -> list[Json]:
    entries: list[Json] = json.loads(sources.read_text())
    return [e for e in entries if e["platform"] == platform and e["external_id"] != "private"]


def _kind(name: str, chat_id: int) -> str:
    if chat_id > 0:
        return "private"
    if "(channel)" in name:
        return "channel"
    return "supergroup" if str(chat_id).startswith("-100") else "group"
