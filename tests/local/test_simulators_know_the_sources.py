from __future__ import annotations

from shiftbot.sim.seed import seed_slack, seed_telegram
from shiftbot.sim.slack import SlackSim
from shiftbot.sim.telegram import TelegramSim
from tests.support.postgres import ROOT


def test_the_products_own_sources_make_every_kind_of_chat() -> None:
    with TelegramSim() as sim:
        seed_telegram(sim, ROOT / "sources.json")
        chats = {chat.id: chat for chat in sim.world.chats.values()}
        topic = sim.create_topic(-1001000000002, 1, "Invoices")
        posted = sim.channel_post(-1001000000003, "Version 4.2")

    assert {id_: chat.type for id_, chat in chats.items()} == {
        -1001000000001: "supergroup",
        -1001000000002: "supergroup",
        -1001000000003: "channel",
        -1001000000004: "supergroup",
        -1001000000005: "supergroup",
    }
    assert topic > 0
    assert posted["forward"]["chat"]["id"] == -1001000000004


def test_slack_channels_are_made() -> None:
    with SlackSim() as sim:
        seed_slack(sim, ROOT / "sources.json")

        assert {c.id: c.name for c in sim.world.channels.values()} == {
            "C0BUGS00001": "bugs",
            "C0HELP00002": "help-desk",
        }
