"""Reply chains, topics, albums, bursts, channels and threads: each message lands on the ticket it belongs to."""

from __future__ import annotations

import pytest

from tests.support.customers import SlackCustomer, TelegramCustomer, at_work, monitor, recorded
from tests.support.product import CHANNEL, GROUP, Product

pytestmark = pytest.mark.newest_postgres
FORUM, NEWS, TALK = -1001000000002, -1001000000003, -1001000000004
QUESTION = "How do I export my invoices as CSV?"


def tickets(story: Product) -> list[tuple[int, str | None]]:
    """Ticket and words of everything customers wrote, in order."""
    query = "select ticket_id, body from public.ticket_actions where event = 'message' order by id"
    return [(row[0], row[1]) for row in story.rows(query)]


def test_a_telegram_reply_chain_is_one_ticket(story: Product) -> None:
    ann, bob = TelegramCustomer(story, user=7), TelegramCustomer(story, user=8)
    with at_work(story):
        report = ann.says(QUESTION)
        answer = ann.hears()[0]
        bob.says("Where do I find the import settings?")
        ann.hears()
        ann.says("I meant the invoices of last year", reply_to=answer["message_id"])
        again = ann.hears()[0]

    assert answer["reply_to"] == report
    assert again["reply_to"] == again["message_id"] - 1
    assert [ticket for ticket, _ in tickets(story)] == [1, 2, 1]
    assert story.statuses() == ["awaiting_feedback", "awaiting_feedback"]
    story.assert_sound()


def test_a_forum_topic_is_one_ticket_and_is_answered_in_the_topic(story: Product) -> None:
    monitor(story, {"platform": "telegram", "external_id": str(FORUM)})
    story.telegram.create_chat("supergroup", "Forum", chat_id=FORUM, forum=True)
    billing = TelegramCustomer(story, FORUM, topic=story.telegram.create_topic(FORUM, 7, "Billing"))
    login = TelegramCustomer(story, FORUM, topic=story.telegram.create_topic(FORUM, 8, "Login"), user=8)
    with at_work(story):
        billing.says(QUESTION)
        billing.hears()
        login.says("Where do I change my password?")
        login.hears()
        billing.says("And as PDF?")
        billing.hears()

    assert [ticket for ticket, _ in tickets(story)] == [1, 2, 1]
    assert [m["topic"] for m in billing.everything_heard()] == [billing.topic, login.topic, billing.topic]
    story.assert_sound()


def test_an_album_is_one_ticket_with_one_answer(story: Product) -> None:
    ann = TelegramCustomer(story)
    story.telegram.album(GROUP, 7, count=3, caption="The chart is empty, how do I fill it?")
    assert recorded(story, 3)
    with at_work(story):
        ann.hears()

    assert story.statuses() == ["awaiting_feedback"]
    assert [ticket for ticket, _ in tickets(story)] == [1, 1, 1]
    assert len(ann.everything_heard()) == 1
    story.assert_sound()


def test_a_burst_within_the_merge_window_is_one_ticket(story: Product) -> None:
    ann, bob = TelegramCustomer(story, user=7), TelegramCustomer(story, user=8)
    for text in ("Hello, a question", "about invoices", "how do I export them?"):
        ann.says(text)
    bob.says("How do I invite a colleague?")
    assert recorded(story, 4)
    with at_work(story):
        ann.hears(2)

    assert [ticket for ticket, _ in tickets(story)] == [1, 1, 1, 2]
    assert len(ann.everything_heard()) == 2
    story.assert_sound()


def test_words_after_the_merge_window_are_a_ticket_of_their_own(story: Product) -> None:
    monitor(
        story, {"platform": "telegram", "external_id": str(GROUP), "settings": {"merge_window_seconds": 0}}
    )
    ann = TelegramCustomer(story)
    ann.says(QUESTION)
    ann.says("How do I invite a colleague?")

    assert recorded(story, 2)
    assert [ticket for ticket, _ in tickets(story)] == [1, 2]


def test_a_channel_post_and_its_copy_are_one_ticket_and_the_comment_is_answered(story: Product) -> None:
    monitor(story, *({"platform": "telegram", "external_id": str(chat)} for chat in (NEWS, TALK)))
    story.telegram.create_chat("supergroup", "Talk", chat_id=TALK)
    story.telegram.create_chat("channel", "News", chat_id=NEWS, discussion=TALK)
    reader = TelegramCustomer(story, TALK)
    with at_work(story):
        # Post and copy come in either order, as Telegram delivers chats in parallel.
        posted = story.telegram.channel_post(NEWS, "Version 4 is out. What do you think?")
        assert story.until(lambda: story.statuses() == ["awaiting_feedback"] and len(tickets(story)) == 1)
        assert story.until(lambda: "forwarded" in story.events(1))
        comment = reader.says("How do I install it?", reply_to=posted["forward"]["message_id"])
        assert story.until(lambda: any(m["reply_to"] == comment for m in reader.everything_heard()))

    assert [ticket for ticket, _ in tickets(story)] == [1, 1]
    in_channel = story.telegram.messages(NEWS)[1:]  # there the bot speaks in the channel's name
    assert len(reader.everything_heard() + in_channel) == 2
    story.assert_sound()


def test_a_private_chat_is_one_ticket(story: Product) -> None:
    story.telegram.create_chat("private", chat_id=77)
    ann = TelegramCustomer(story, chat=77, user=77)
    with at_work(story):
        ann.says("/start")
        assert ann.hears()[0]["text"].startswith("Hello! Describe the problem here")
        ann.says(QUESTION)
        assert ann.hears()[0]["buttons"] == ["This helped", "Get me a human"]
        ann.says("As CSV, I mean")
        ann.hears()

    assert [ticket for ticket, _ in tickets(story)] == [1, 1]
    story.assert_sound()


def test_a_photo_is_kept_with_its_caption(story: Product) -> None:
    ann = TelegramCustomer(story)
    with at_work(story):
        story.telegram.photo(GROUP, 7, caption="The button does not work")
        ann.hears()

    query = "select body, payload #>> '{attachments,0,kind}' from public.ticket_actions where seq = 1"
    assert story.rows(query) == [("The button does not work", "photo")]
    story.assert_sound()


def test_a_slack_thread_is_one_ticket(story: Product) -> None:
    alice, bob = SlackCustomer(story), SlackCustomer(story, user="U0BOB")
    with at_work(story):
        root = alice.says(QUESTION)
        alice.hears()
        bob.says("Me too, as PDF if possible", thread=root)
        alice.hears()

    assert [ticket for ticket, _ in tickets(story)] == [1, 1]
    assert {m["thread"] for m in alice.everything_heard()} == {root}
    story.assert_sound()


def test_a_slack_direct_message_is_answered(story: Product) -> None:
    monitor(story, {"platform": "slack", "external_id": "private"})
    story.slack.create_channel("D0ALICE")
    alice = SlackCustomer(story, channel="D0ALICE")
    with at_work(story):
        alice.says(QUESTION)
        alice.hears()
        alice.presses("This helped")
        assert story.until(lambda: story.statuses() == ["closed"])

    story.assert_sound()


def test_a_mention_is_one_ticket_with_one_answer(story: Product) -> None:
    alice = SlackCustomer(story)
    with at_work(story):
        alice.root = story.slack.mention(CHANNEL, "U0ALICE", QUESTION)["ts"]
        alice.hears()

    assert len(tickets(story)) == 1
    assert len(alice.everything_heard()) == 1
    story.assert_sound()


@pytest.mark.parametrize("policy", ["new_ticket", "reopen"])
def test_a_word_after_the_end_goes_on_as_the_source_says(story: Product, policy: str) -> None:
    monitor(story, {"platform": "slack", "external_id": CHANNEL, "settings": {"after_close": policy}})
    alice = SlackCustomer(story)
    with at_work(story):
        root = alice.says(QUESTION)
        alice.hears()
        alice.presses("This helped")
        alice.hears()
        assert story.until(lambda: story.statuses() == ["closed"])
        alice.says("Now the export is empty, what do I do?", thread=root)
        alice.hears()

    parents = story.rows("select id, parent_ticket_id, status from public.tickets order by id")
    if policy == "reopen":
        assert parents == [(1, None, "awaiting_feedback")]
        assert "reopened" in story.events(1)
    else:
        assert parents == [(1, None, "closed"), (2, 1, "awaiting_feedback")]
    assert {m["thread"] for m in alice.everything_heard()} == {root}
    story.assert_sound()
