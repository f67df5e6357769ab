"""A picture that a customer has sent is seen in the conversation: kept by a worker, linked once somebody looks."""

from __future__ import annotations

from contextlib import closing

import pytest
from playwright.sync_api import Browser, expect

from shiftbot.db import open_pool
from shiftbot.platforms import telegram
from shiftbot.queue import Message
from shiftbot.sim.project import SECRET_KEY, SupabaseSim
from shiftbot.sim.telegram import TOKEN, TelegramSim
from shiftbot.storage import Bucket
from tests.dashboard.conftest import Serve
from tests.db.world import World
from tests.support.live import live
from workers.attachments import AttachmentsHandler

pytestmark = pytest.mark.newest_postgres
CHAT = -1001


def test_a_picture_appears_in_the_conversation(
    world: World, serve: Serve, project: SupabaseSim, browser: Browser
) -> None:
    world.engineer("Ada")
    world.source(str(CHAT))
    shown = live(world, project, serve, "Ada")
    with (
        TelegramSim() as sim,
        closing(telegram.Client(TOKEN, sim.url)) as client,
        closing(Bucket(project.url, SECRET_KEY)) as bucket,
        open_pool(world.database.dsn, "shiftbot_worker", 2, "worker") as pool,
    ):
        handler = AttachmentsHandler(pool, {"telegram": client}, bucket, 1 << 20)
        sim.create_chat(type="group", chat_id=CHAT, title="Group")
        photo = sim.photo(chat=CHAT, user=7, caption="Look")["photo"][-1]
        files = [
            {"kind": "photo", "file_id": photo["file_id"]},
            {"kind": "document", "file_id": "gone", "name": "a<b>.log"},
        ]
        ticket = world.says("Look", payload={"attachments": files}).ticket_id
        page = shown.sign_in(browser, "ada@example.com", f"/ticket?id={ticket}")
        expect(page.locator(".file").first).to_contain_text("not fetched yet")
        outcomes = sorted(handler.handle(Message(*taken)) for taken in world.take("attachments"))
        assert outcomes == ["kept", "refused"]
        expect(page.locator(".file.refused")).to_contain_text("a<b>.log")
        expect(page.locator(".file.kept")).to_contain_text("opening")  # which asked for a link
        (asked,) = world.take("attachments")
        assert handler.handle(Message(*asked)) == "linked"
        picture = page.locator(".picture img")
        expect(picture).to_be_visible()
        page.wait_for_function("image => image.naturalWidth > 0", arg=picture.element_handle())
