"""What customers send is fetched by the real clients, kept in Storage once, linked for engineers, and erased with its words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from shiftbot.db import open_pool
from shiftbot.platforms import slack, telegram
from shiftbot.platforms.base import Client, Permanent, Temporary
from shiftbot.queue import Message
from shiftbot.sim.project import SECRET_KEY, SupabaseSim
from shiftbot.sim.slack import TOKEN as SLACK_TOKEN
from shiftbot.sim.slack import SlackSim
from shiftbot.sim.telegram import TOKEN, TelegramSim
from shiftbot.storage import BUCKET, Bucket
from tests.db.world import World, refused
from tests.support.postgres import Database
from tests.workers.handled import handled
from workers.attachments import AttachmentsHandler, mime_type_of

pytestmark = pytest.mark.newest_postgres
CHAT, CHANNEL = -1001, "C1"
MOST = 1 << 20


@pytest.fixture
def world(database: Database) -> World:
    world = World(database)
    world.engineer("Ada")
    world.source(str(CHAT))
    world.source(CHANNEL, "slack")
    return world


@pytest.fixture
def project(database: Database) -> Iterator[SupabaseSim]:
    with SupabaseSim(database.admin_dsn, {}) as sim:
        yield sim


@pytest.fixture
def bot() -> Iterator[TelegramSim]:
    with TelegramSim() as sim:
        sim.create_chat(type="group", chat_id=CHAT, title="Group")
        sim.add_user(user=7, first_name="Mia")
        yield sim


@pytest.fixture
def clients(bot: TelegramSim) -> Iterator[dict[str, Client]]:
    client = telegram.Client(TOKEN, bot.url)
    yield {"telegram": client}
    client.close()


@pytest.fixture
def bucket(project: SupabaseSim) -> Iterator[Bucket]:
    with closing(Bucket(project.url, SECRET_KEY)) as bucket:
        yield bucket


class Work:
    """A worker's handler, and what is on its queue."""

    def __init__(self, world: World, handler: AttachmentsHandler) -> None:
        self.world, self.handler = world, handler

    def all(self) -> list[str]:
        """Everything that is on the queue now, one after the other."""
        return [
            handled(self.world.worker, self.handler, Message(*taken))
            for taken in self.world.take("attachments")
        ]


@pytest.fixture
def work(world: World, bucket: Bucket, clients: dict[str, Client]) -> Iterator[Work]:
    with open_pool(world.database.dsn, "shiftbot_worker", 2, "worker") as pool:
        yield Work(world, AttachmentsHandler(pool, clients, bucket, MOST))


def sent(world: World, bot: TelegramSim, **file: object) -> int:
    """A ticket with the picture that somebody has sent in the simulated Telegram."""
    photo = bot.photo(chat=CHAT, user=7, caption="Look")["photo"][-1]
    entry = {"kind": "photo", "file_id": photo["file_id"], "size": photo["file_size"]} | file
    ticket = world.says("Look", payload={"attachments": [entry]}).ticket_id
    assert ticket is not None
    return ticket


def attachment(world: World) -> tuple[object, ...]:
    return world.row("select state, mime_type, error from public.attachments")


def test_a_picture_is_kept_once_and_shown_to_engineers(
    world: World, bot: TelegramSim, project: SupabaseSim, work: Work
) -> None:
    ticket = sent(world, bot)
    ((number, attempts, body),) = world.take("attachments")
    message = Message(number, attempts, body)
    assert handled(world.worker, work.handler, message) == "kept"
    assert handled(world.worker, work.handler, message) == "done"  # as after a death before it was archived
    assert attachment(world) == ("kept", "image/jpeg", None)
    assert list(project.storage.objects) == [f"{BUCKET}/tickets/{ticket}/1"]

    ada = world.signed_in("Ada")
    assert [world.value("select private.ask_for_links(%s)", ticket, conn=ada) for _ in range(3)] == [
        True,
        False,
        False,
    ]
    assert work.all() == ["linked"]
    url, is_lasting = world.row(
        "select url, url_expires_at > now() + interval '50 minutes' from public.attachments", conn=ada
    )
    assert is_lasting
    answer = httpx.get(url)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content == project.storage.objects[f"{BUCKET}/tickets/{ticket}/1"][0]
    assert httpx.get(url[:-4]).status_code == 400
    assert not world.value("select private.ask_for_links(%s)", ticket, conn=ada)  # it lasts


def test_a_file_of_slack_is_fetched_with_the_token(
    world: World, project: SupabaseSim, bucket: Bucket
) -> None:
    with SlackSim() as sim:
        sim.create_channel(CHANNEL, "bugs")
        sim.add_user(user="U0MIA", name="Mia")
        file = sim.file_share(channel=CHANNEL, user="U0MIA", text="See", name="error.log", content="boom")[
            "files"
        ][0]
        entry = {"kind": "document", "file_id": file["id"], "name": "error.log", "mime_type": "text/plain"}
        world.says(
            "See", platform="slack", chat=CHANNEL, external_id="slack:C1/1.1", thread_key="1.1",
            payload={"attachments": [entry | {"url_private": file["url_private"]}]},
        )  # fmt: skip
        with open_pool(world.database.dsn, "shiftbot_worker", 2, "worker") as pool:
            known: dict[str, Client] = {"slack": slack.Client(SLACK_TOKEN, f"{sim.url}/api/")}
            assert Work(world, AttachmentsHandler(pool, known, bucket, MOST)).all() == ["kept"]
            stranger = slack.Client("xoxb-of-somebody-else", f"{sim.url}/api/")
            with pytest.raises(Permanent, match="sign-in page"):
                stranger.fetch("F1", file["url_private"], MOST)
            with pytest.raises(Permanent, match="larger"):
                known["slack"].fetch("F1", file["url_private"], 2)
            with pytest.raises(Permanent, match="not with Slack"):
                known["slack"].fetch("F1", "https://evil.example/files.slack.com", MOST)
    assert [kept[0] for kept in project.storage.objects.values()] == [b"boom"]


@pytest.mark.parametrize(
    ("file", "why"),
    [({"size": 2 * MOST}, "it is larger than 1 MB"), ({"file_id": "nobody knows it"}, "wrong file_id")],
)
def test_what_cannot_be_kept_says_why(
    world: World, bot: TelegramSim, work: Work, file: dict[str, object], why: str
) -> None:
    sent(world, bot, **file)
    assert work.all() == ["refused"]
    state, _, error = attachment(world)
    assert state == "refused"
    assert why in str(error)


def test_without_storage_it_says_so(world: World, bot: TelegramSim, clients: dict[str, Client]) -> None:
    sent(world, bot)
    with open_pool(world.database.dsn, "shiftbot_worker", 2, "worker") as pool:
        assert Work(world, AttachmentsHandler(pool, clients, None, MOST)).all() == ["refused"]
    assert attachment(world)[2] == "no Storage is configured"


def test_erased_words_take_their_files_along(
    world: World, bot: TelegramSim, project: SupabaseSim, work: Work
) -> None:
    ticket = sent(world, bot, name="my passport.jpg")
    assert work.all() == ["kept"]
    world.do("select private.erase_content(%s, 'the customer asked')", ticket)
    assert world.row("select state, name, file_id, url from public.attachments") == (
        "erased",
        None,
        "erased 1",
        None,
    )
    assert work.all() == ["erased"]
    assert project.storage.objects == {}


def test_what_is_erased_while_it_is_uploaded_does_not_stay(
    world: World, bot: TelegramSim, project: SupabaseSim, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = sent(world, bot)
    keep = Bucket.keep

    def erase_meanwhile(bucket: Bucket, path: str, content: bytes, mime_type: str) -> None:
        world.do("select private.erase_content(%s, 'the customer asked')", ticket)
        keep(bucket, path, content, mime_type)

    monkeypatch.setattr(Bucket, "keep", erase_meanwhile)
    assert work.all() == ["erased"]
    assert project.storage.objects == {}
    assert work.all() == ["erased"]  # the erasure's own message


def test_a_platform_that_is_away_is_asked_again(world: World, bot: TelegramSim, work: Work) -> None:
    sent(world, bot)
    bot.stop()
    (taken,) = world.take("attachments")
    with pytest.raises(Temporary):
        handled(world.worker, work.handler, Message(*taken))
    assert attachment(world)[0] == "waiting"


def test_who_is_no_engineer_reads_no_file_and_asks_for_none(world: World, bot: TelegramSim) -> None:
    ticket = sent(world, bot)
    assert world.rows("select * from public.attachments", conn=world.signed_in("Eve")) == []
    with refused("42501"):
        world.value("select private.ask_for_links(%s)", ticket, conn=world.signed_in("Eve"))
    with refused("42501"):
        world.do("update public.attachments set url = 'x'", conn=world.signed_in("Ada"))
    with refused("42501"):
        world.rows("select * from public.attachments", conn=world.worker)


def test_the_bucket_outlives_its_simulator_where_it_has_a_folder(database: Database, tmp_path: Path) -> None:
    sim = SupabaseSim(database.admin_dsn, {}, folder=tmp_path)
    with sim, closing(Bucket(sim.url, SECRET_KEY)) as bucket:
        bucket.keep("tickets/1/1", b"one", "text/plain")
    sim = SupabaseSim(database.admin_dsn, {}, folder=tmp_path)
    with sim, closing(Bucket(sim.url, SECRET_KEY)) as bucket:
        first, second = bucket.links([("tickets/1/1", "a b.txt"), ("tickets/1/2", None)], 60)
        assert second is None
        answer = httpx.get(str(first))
        assert (answer.text, "a%20b.txt" in answer.headers["content-disposition"]) == ("one", True)
        bucket.remove("tickets/1/1")
        assert httpx.get(str(first)).status_code == 400
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "said", "mime_type"),
    [
        (b"\x89PNG\r\n\x1a\n...", None, "image/png"),
        (b"\xff\xd8\xff", "application/octet-stream", "image/jpeg"),
        (b"RIFF....WEBP", None, "image/webp"),
        (b"RIFF....WAVE", "audio/wav", "audio/wav"),
        (b"<svg onload=alert(1)>", "image/svg+xml", "application/octet-stream"),
        (b"<script>", "text/html", "application/octet-stream"),
        (b"%PDF", "application/pdf", "application/pdf"),
    ],
)
def test_nothing_that_runs_is_served_as_such(content: bytes, said: str | None, mime_type: str) -> None:
    assert mime_type_of(content, said) == mime_type
