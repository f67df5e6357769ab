"""The acknowledge link: looking changes nothing, the button works once, and people's words are only words."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.db.world import World
from tests.support.postgres import Database
from tests.support.web import Web, web

pytestmark = pytest.mark.newest_postgres

HOSTILE = """<script>alert(1)</script>"><img src=x onerror='alert(2)'>{{ 7*7 }}"""


@dataclass
class Paged:
    """Two tickets on one page that Ana and Ben were each sent by e-mail."""

    web: Web
    world: World
    tickets: tuple[int, int]
    tokens: dict[str, str]

    def looks(self, name: str) -> TestResponse:
        return self.web.http.get(f"/acknowledge/{self.tokens[name]}")

    def presses(self, name: str) -> TestResponse:
        # A client of its own: one is not made for several threads.
        return self.web.http.application.test_client().post(f"/acknowledge/{self.tokens[name]}")

    def state(self) -> list[tuple[Any, ...]]:
        """Everything a press would change."""
        return [
            *self.world.rows("select id, status::text, assigned_engineer_id from public.tickets order by id"),
            *self.world.rows("select id, state, acknowledged_by from public.escalations order by id"),
            *self.world.rows("select id, outcome, link_used_at from public.escalation_attempts order by id"),
            *self.world.rows("select count(*) from public.ticket_actions"),
        ]


@pytest.fixture
def paged(database: Database) -> Iterator[Paged]:
    with web(database) as served:
        world = World(database)
        people = {name: world.engineer(name) for name in ("Ana", "Ben")}
        world.do("delete from public.escalation_steps")
        world.do(
            "insert into public.escalation_steps (position, target, method, wait_seconds)"
            " values (1, 'everyone', 'email', 600)"
        )
        tickets = world.ticket(), world.ticket()
        for ticket_id in tickets:
            world.do(
                "update public.tickets set title = %s, summary = %s where id = %s",
                *(f"{HOSTILE} {ticket_id}", f"Line one.\n{HOSTILE}", ticket_id),
            )
            world.append(ticket_id, "escalated_manually")
        yield Paged(
            served, world, tickets, {name: claimed(world, engineer) for name, engineer in people.items()}
        )


def claimed(world: World, engineer_id: int) -> str:
    """The token of the person's first e-mail, once a worker has it in hand."""
    (attempt_id,) = world.row(
        "select min(id) from public.escalation_attempts where engineer_id = %s and method = 'email'",
        engineer_id,
    )
    page = world.value(
        "select page from private.claim_attempt(%s, 0, '{email}', 60)", attempt_id, conn=world.worker
    )
    return str(page["token"])


def title(answer: TestResponse) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", answer.text)
    assert found is not None
    return found[1]


def test_looking_shows_the_tickets_and_changes_nothing(paged: Paged) -> None:
    before = paged.state()

    for _ in range(3):
        answer = paged.looks("Ana")
        assert answer.status_code == 200
    assert title(answer) == "Do you take all 2 tickets?"
    assert "You take it as Ana." in answer.text
    for ticket_id in paged.tickets:
        assert f"Ticket {ticket_id}: " in answer.text
    assert '<form method="post"><button type="submit">Acknowledge</button></form>' in answer.text
    assert paged.state() == before


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"])
def test_no_other_method_acknowledges(paged: Paged, method: str) -> None:
    before = paged.state()

    answer = paged.web.http.open(f"/acknowledge/{paged.tokens['Ana']}", method=method)

    assert answer.status_code == (200 if method in ("HEAD", "OPTIONS") else 405)
    assert paged.state() == before


def test_the_button_acknowledges_every_ticket_of_the_page(paged: Paged) -> None:
    answer = paged.presses("Ana")

    first, second = paged.tickets
    assert (answer.status_code, title(answer)) == (200, f"You have it: tickets {first} and {second}")
    assert "The reporter is told." in answer.text
    assert "<form" not in answer.text
    assert paged.world.status(first) == "escalated"
    (row,) = paged.world.rows(
        "select actor, payload -> 'facts' ->> 'via' from public.ticket_actions"
        " where ticket_id = %s and event = 'acknowledged'",
        first,
    )
    assert row == (
        f"engineer:{paged.world.value('select id from public.engineers where name = %s', 'Ana')}",
        "link",
    )


def test_the_second_press_is_told_and_does_nothing(paged: Paged) -> None:
    paged.presses("Ana")
    before = paged.state()

    for name in ("Ana", "Ben"):
        for answer in (paged.presses(name), paged.looks(name)):
            assert (answer.status_code, title(answer)) == (200, "Ana has it")
            assert "<form" not in answer.text
    assert paged.state() == before


def test_ten_presses_at_once_acknowledge_once(paged: Paged) -> None:
    with ThreadPoolExecutor(10) as pool:
        titles = list(
            pool.map(lambda number: title(paged.presses("Ana" if number % 2 else "Ben")), range(10))
        )

    won = [each for each in titles if each.startswith("You have it")]
    assert len(won) == 1
    assert len({each for each in titles if each not in won}) == 1
    assert set(titles) - set(won) <= {"Ana has it", "Ben has it"}
    assert paged.world.journal(paged.tickets[0]).count("acknowledged") == 1


def test_a_closed_page_is_no_longer_needed(paged: Paged) -> None:
    for ticket_id in paged.tickets:
        paged.world.append(ticket_id, "closed")
    before = paged.state()

    for answer in (paged.looks("Ana"), paged.presses("Ana")):
        assert (answer.status_code, title(answer)) == (200, "No longer needed")
        assert "<form" not in answer.text
    assert paged.state() == before


def test_an_old_link_has_expired(paged: Paged) -> None:
    paged.world.do("update public.escalation_attempts set claimed_at = claimed_at - interval '2 days'")
    before = paged.state()

    for answer in (paged.looks("Ana"), paged.presses("Ana")):
        assert (answer.status_code, title(answer)) == (410, "This link has expired or was used")
        assert "Ticket" not in answer.text
    assert paged.state() == before


def test_a_link_of_somebody_who_left_is_nobodys(paged: Paged) -> None:
    paged.world.do("update public.engineers set is_active = false where name = 'Ana'")

    for answer in (paged.looks("Ana"), paged.presses("Ana")):
        assert (answer.status_code, title(answer)) == (404, "There is no such link")
        assert "Ticket" not in answer.text


@pytest.mark.parametrize(
    "token", ["0" * 64, "x", "a" * 300, "%00" * 10, "'; drop table tickets;--", "ä" * 20, "%ff%fe" * 10]
)
def test_a_link_nobody_sent_is_unknown(paged: Paged, token: str) -> None:
    before = paged.state()

    for answer in (paged.web.http.get(f"/acknowledge/{token}"), paged.web.http.post(f"/acknowledge/{token}")):
        assert (answer.status_code, title(answer)) == (404, "There is no such link")
        assert "Ticket" not in answer.text
    assert paged.state() == before


def test_words_of_people_are_only_words(paged: Paged) -> None:
    paged.world.do("update public.engineers set name = %s where name = 'Ana'", "<b>Ana</b>")
    answer = paged.looks("Ana")

    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert "<b>" not in answer.text
    assert (
        "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&gt;&lt;img src=x onerror=&#39;alert(2)&#39;&gt;{{ 7*7 }}"
        in answer.text
    )
    assert "You take it as &lt;b&gt;Ana&lt;/b&gt;." in answer.text
    assert title(paged.presses("Ana")).startswith("You have it")
    assert title(paged.looks("Ben")) == "&lt;b&gt;Ana&lt;/b&gt; has it"


def test_page_can_run_nothing_and_is_kept_nowhere(paged: Paged) -> None:
    for answer in (paged.looks("Ana"), paged.presses("Ana"), paged.web.http.get("/acknowledge/nothing-here")):
        policy = answer.headers["Content-Security-Policy"]
        assert re.fullmatch(
            r"default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; form-action 'self';"
            r" frame-ancestors 'none'; base-uri 'none'",
            policy,
        )
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "Set-Cookie" not in answer.headers
        assert "http" not in re.sub(r"<style>.*?</style>", "", answer.text, flags=re.DOTALL)
        assert "prefers-color-scheme: dark" in answer.text


def test_a_test_page_says_that_it_is_one(database: Database) -> None:
    with web(database) as served:
        world = World(database)
        ana = world.engineer("Ana")
        world.value("select private.open_test_page(%s, 'email')", ana)
        token = claimed(world, ana)

        assert title(served.http.get(f"/acknowledge/{token}")) == "This is a test page"
        assert title(served.http.post(f"/acknowledge/{token}")) == "You have it"


def test_without_the_database_a_person_reads_what_to_do(paged: Paged) -> None:
    with paged.web.outage():
        answer = paged.presses("Ana")
    assert title(paged.looks("Ana")) == "Do you take all 2 tickets?"

    assert (answer.status_code, title(answer)) == (503, "That did not work")
    assert "The database does not answer." in answer.text
    assert answer.mimetype == "text/html"


def test_logs_hold_no_token_and_no_words(paged: Paged, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    paged.looks("Ana")
    paged.presses("Ana")
    told = [record for record in caplog.records if record.name == "webhooks.acknowledge"]

    assert [(r.action, r.outcome) for r in told] == [("link_seen", "waits"), ("link_pressed", "acknowledged")]  # type: ignore[attr-defined]
    everything = "\n".join(str(vars(record)) for record in caplog.records)
    assert paged.tokens["Ana"] not in everything
    assert "alert(1)" not in everything
