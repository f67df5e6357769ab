"""The buttons of a page: only active engineers press them with effect, everybody is told in words, repeats do nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from shiftbot.paging.base import Contact
from shiftbot.paging.slack_message import SlackMessage
from shiftbot.paging.telegram_message import TelegramMessage
from shiftbot.platforms import slack, telegram
from tests.paging.adas_page import page
from tests.support.postgres import Database
from tests.support.product import GROUP, Product, product
from tests.support.web import Web, counted, update

pytestmark = pytest.mark.newest_postgres

ADA, BEN, STRANGER = 7000000001, 7000000002, 512340001
SLACK_ADA, SLACK_BEN, SLACK_STRANGER = "U0DEMOADA1", "U0DEMOBEN2", "U0STRANGER"
NOT_YOURS = "Only the engineers of this team can do that."
OVER = "No longer needed: it is closed or was taken back."


@dataclass
class Paged:
    """Ticket 1 rings Ada and Ben, who each have the message with its buttons on Telegram and on Slack."""

    story: Product

    def presses(self, user: int, button: str = "Acknowledge", chat: int = 0) -> tuple[str, bool]:
        """Presses on Telegram, in one's own chat unless another is given; the toast and whether it is an alert."""
        sim = self.story.telegram
        query = sim.press(chat or user, user, button)["id"]

        def toasts() -> list[dict[str, Any]]:
            return [toast for toast in sim.toasts if toast["callback_query_id"] == query]

        assert sim.wait_until(lambda: bool(toasts())), "no toast"
        return toasts()[0]["text"], toasts()[0]["show_alert"]

    def presses_on_slack(self, user: str, button: str = "Acknowledge", whose: str = "") -> str:
        """Presses on Slack, in one's own conversation or in that of `whose`; what only the presser then sees."""
        sim, here = self.story.slack, self.story.slack.open_direct(whose or user)
        before = [m["ts"] for m in sim.messages(here)]
        sim.press(here, self.message(here)["ts"], button, user)

        assert sim.wait_until(lambda: len(sim.messages(here)) > len(before)), "no answer"
        (told,) = [m for m in sim.messages(here) if m["ts"] not in before]
        assert told["ephemeral"]
        return str(told["text"])

    def message(self, conversation: str) -> dict[str, Any]:
        """The page in a conversation on Slack."""
        (found,) = [m for m in self.story.slack.messages(conversation) if not m["ephemeral"]]
        return found

    def journal(self) -> list[tuple[Any, ...]]:
        """Event and actor of everything engineers and refusals left in the journal."""
        return self.story.rows(
            "select event::text, actor from public.ticket_actions where event::text like 'ack%%' order by id"
        )

    def refused(self) -> list[str]:
        """Whose presses were refused, as the journal has it."""
        query = (
            "select payload ->> 'person' from public.ticket_actions where event = 'ack_refused' order by id"
        )
        return [row[0] for row in self.story.rows(query)]


@pytest.fixture
def paged(database: Database) -> Iterator[Paged]:
    with product(database) as story:
        story.conn.execute(
            "insert into public.engineers (name, email, telegram_user_id, slack_user_id)"
            " values ('Ada Adler', 'ada@example.com', %s, %s), ('Ben Brook', 'ben@example.com', %s, %s)",
            (ADA, SLACK_ADA, BEN, SLACK_BEN),
        )
        story.telegram.say(GROUP, 7, "/human")
        find = (
            "select method::text, engineer_id, id from public.escalation_attempts"
            " where kind = 'ring' and method in ('telegram_message', 'slack_message')"
        )
        assert story.until(lambda: len(story.rows(find)) == 4)
        send(story, {(method, engineer): attempt for method, engineer, attempt in story.rows(find)})
        yield Paged(story)


def send(story: Product, attempts: dict[tuple[str, int], int]) -> None:
    """What the worker does with the four attempts."""
    on_telegram = TelegramMessage(telegram.Client(story.telegram.token, story.telegram.url))
    on_slack = SlackMessage(slack.Client(story.slack.token, f"{story.slack.url}/api/"))
    for engineer, chat, user in ((1, ADA, SLACK_ADA), (2, BEN, SLACK_BEN)):
        contact = Contact(engineer, "", "", telegram_user_id=chat, slack_user_id=user)
        story.telegram.create_chat("private", chat_id=chat)
        story.slack.open_direct(user)
        rings = page(contact=contact)
        on_telegram.send(replace(rings, attempt_id=attempts["telegram_message", engineer]), lambda: True)
        on_slack.send(replace(rings, attempt_id=attempts["slack_message", engineer]), lambda: True)
    on_telegram.close()


def test_the_first_has_it_and_the_others_are_told_who(paged: Paged) -> None:
    assert paged.presses(ADA) == ("You have it: ticket 1.", False)
    assert paged.presses(BEN) == ("Ada Adler has it: ticket 1.", False)
    assert paged.presses_on_slack(SLACK_BEN) == "Ada Adler has it: ticket 1."
    assert paged.journal() == [("acknowledged", "engineer:1")]
    assert paged.story.statuses() == ["escalated"]


def test_on_slack_as_well(paged: Paged) -> None:
    assert paged.presses_on_slack(SLACK_ADA) == "You have it: ticket 1."
    assert paged.presses(BEN) == ("Ada Adler has it: ticket 1.", False)
    assert paged.journal() == [("acknowledged", "engineer:1")]


def test_a_second_press_extends(paged: Paged) -> None:
    paged.presses(ADA)

    assert paged.presses(ADA) == ("Still yours: ticket 1.", False)
    assert paged.presses_on_slack(SLACK_ADA) == "Still yours: ticket 1."


def test_passing_on_acknowledges_nothing(paged: Paged) -> None:
    assert paged.presses(ADA, "Pass on") == ("Passed on: ticket 1.", False)
    assert paged.presses_on_slack(SLACK_BEN, "Pass on") == "Passed on: ticket 1."
    assert paged.journal() == []
    assert paged.story.statuses() == ["escalation_pending"]


@pytest.mark.parametrize("button", ["Acknowledge", "Pass on"])
def test_a_stranger_is_refused_in_words(paged: Paged, button: str) -> None:
    assert paged.presses(STRANGER, button, chat=ADA) == (NOT_YOURS, True)
    assert paged.presses_on_slack(SLACK_STRANGER, button, whose=SLACK_ADA) == NOT_YOURS
    assert paged.refused() == [f"telegram:{STRANGER}", f"slack:{SLACK_STRANGER}"]
    assert paged.story.statuses() == ["escalation_pending"]


def test_who_left_the_team_is_a_stranger(paged: Paged) -> None:
    paged.story.conn.execute("update public.engineers set is_active = false where id = 1")

    assert paged.presses(ADA) == (NOT_YOURS, True)
    assert paged.presses_on_slack(SLACK_ADA) == NOT_YOURS
    assert paged.story.statuses() == ["escalation_pending"]


def test_an_id_counts_on_its_own_platform_only(paged: Paged) -> None:
    paged.story.conn.execute("update public.engineers set slack_user_id = 'U512340001' where id = 1")
    paged.story.conn.execute("update public.engineers set telegram_user_id = null where id = 1")

    assert paged.presses(STRANGER, chat=ADA) == (NOT_YOURS, True)


def test_when_it_is_over(paged: Paged) -> None:
    paged.story.conn.execute(
        "insert into public.ticket_actions (ticket_id, event, actor_type, actor, body)"
        " values (1, 'closed', 'engineer', 'engineer:2', 'Fixed.')"
    )

    assert paged.presses(ADA) == (OVER, True)
    assert paged.presses_on_slack(SLACK_ADA) == OVER


def test_a_press_that_is_delivered_many_times_acknowledges_once(paged: Paged) -> None:
    sim = paged.story.telegram
    sim.updates.duplicates = 5

    assert paged.presses(ADA) == ("You have it: ticket 1.", False)
    assert sim.updates.settled(10)
    assert [event for event, _ in paged.journal()].count("acknowledged") == 1


def test_pressing_opens_no_ticket(paged: Paged) -> None:
    paged.presses(ADA)
    paged.presses_on_slack(SLACK_BEN)

    assert paged.story.rows("select count(*) from public.tickets") == [(1,)]


@pytest.mark.parametrize("fault", ["drop_before_work", "server_error"])
def test_an_answer_that_slack_does_not_take_loses_no_press(
    paged: Paged, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    sim, here = paged.story.slack, paged.story.slack.open_direct(SLACK_ADA)
    sim.fault(fault, "response_url")
    sim.press(here, paged.message(here)["ts"], "Acknowledge", SLACK_ADA)

    assert sim.events.settled(10)
    assert sim.events.given_up == []
    assert paged.story.statuses() == ["escalated"]
    assert "press_not_answered" in [getattr(r, "action", "") for r in caplog.records]


def press(data: str, who: int = ADA) -> dict[str, Any]:
    """An update that somebody who knows the secret has made up."""
    message = update(2)["message"] | {"chat": {"id": who, "type": "private", "first_name": "Ada"}}
    person = {"id": who, "is_bot": False, "first_name": "Ada"}
    query = {"id": "44", "from": person, "chat_instance": "1", "data": data, "message": message}
    return {"update_id": 77, "callback_query": query}


@pytest.mark.parametrize("data", ["page_ack:", "page_ack:0", "page_ack:1x", f"page_ack:{2**63}", "page_pass"])
def test_made_up_data_does_nothing(served: Web, data: str) -> None:
    before = counted()

    assert served.telegram(press(data)).get_json()["text"] == ""
    assert counted() - before == {"telegram dropped unknown_button": 1}


def test_a_page_that_never_was(served: Web) -> None:
    before = counted()

    assert served.telegram(press(f"page_ack:{2**63 - 1}")).get_json() == {
        "method": "answerCallbackQuery",
        "callback_query_id": "44",
        "text": "This button no longer belongs to a page.",
        "show_alert": True,
    }
    assert counted() - before == {"telegram page_unknown": 1}


def test_a_press_during_an_outage_is_asked_for_again(served: Web) -> None:
    with served.outage():
        assert served.telegram(press("page_ack:1")).status_code == 503


def test_what_is_logged_names_nobody(served: Web, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    served.telegram(press("page_ack:1"))

    (record,) = [r for r in caplog.records if getattr(r, "action", "") == "page_pressed"]
    assert (record.attempt_id, record.verb, record.outcome) == (1, "acknowledge", "unknown")  # type: ignore[attr-defined]
    assert str(ADA) not in str(vars(record))
