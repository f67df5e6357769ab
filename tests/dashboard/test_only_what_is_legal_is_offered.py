"""The ticket page's logic, without a browser: what status_transitions allows is offered and works, who is slower reads why."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from psycopg import sql
from streamlit.testing.v1 import AppTest

from dashboard import world as dashboards
from shiftbot.dashboard_settings import DashboardSettings
from tests.db.conversation import triage
from tests.db.world import STATUSES, World
from tests.support.dashboard import PASSWORD
from tests.support.postgres import ROOT

pytestmark = pytest.mark.newest_postgres
# The buttons of the page by the event that each writes.
BUTTONS = {
    "acknowledge": "acknowledged",
    "close": "closed",
    "reopen": "reopened",
    "take_back": "deescalated",
    "ring": "escalated_manually",
    "take": "assigned",
}
Open = Callable[[int], AppTest]


@pytest.fixture
def open_page(world: World) -> Iterator[Open]:
    """Opens a ticket as Ada, whom the company's provider vouches for."""
    world.engineer("Ada")
    world.engineer("Ben")
    database = world.database
    with database.connect() as conn:
        conn.execute(sql.SQL("alter role shiftbot_dashboard login password {}").format(sql.Literal(PASSWORD)))
    dsn = f"postgresql://shiftbot_dashboard:{PASSWORD}@127.0.0.1:{database.server.port}/{database.name}"
    settings = {
        "dashboard_database_url": dsn,
        "dashboard_cookie_secret": "c" * 40,
        "oidc_metadata_url": "https://provider.invalid/.well-known/openid-configuration",
        "oidc_client_id": "dashboard",
        "oidc_client_secret": "secret",
    }
    made = dashboards.begin(DashboardSettings(**settings))

    def opened(ticket: int) -> AppTest:
        page = AppTest.from_file(str(ROOT / "dashboard" / "main.py"), default_timeout=30)
        page.user = {"is_logged_in": True, "email": "ada@example.com", "email_verified": True}
        page.run()
        page.query_params["id"] = str(ticket)
        return page.switch_page("pages/ticket.py").run()

    yield opened
    made.database.close()


def offered(page: AppTest) -> set[str]:
    assert not page.exception
    return {BUTTONS[button.key] for button in page.button if button.key in BUTTONS}


def legal(world: World, ticket: int) -> set[str]:
    rows = world.rows(
        "select m.event from public.status_transitions as m join public.tickets as t on t.status = m.from_status"
        " where t.id = %s",
        ticket,
    )
    return {event for (event,) in rows} & set(BUTTONS.values())


@pytest.mark.parametrize("status", STATUSES)
def test_the_buttons_are_the_legal_moves(world: World, open_page: Open, status: str) -> None:
    world.source()
    ticket = world.ticket(status)
    assert offered(open_page(ticket)) == legal(world, ticket) != set()


@pytest.mark.parametrize(
    ("status", "button", "becomes"),
    [
        ("escalation_pending", "acknowledge", "escalated"),
        ("escalation_pending", "take_back", "open"),
        ("escalated", "take_back", "open"),
        ("open", "ring", "escalation_pending"),
        ("awaiting_feedback", "close", "closed"),
        ("closed", "reopen", "open"),
    ],
)
def test_a_press_moves_the_ticket(
    world: World, open_page: Open, status: str, button: str, becomes: str
) -> None:
    world.source()
    ticket = world.ticket(status)
    page = open_page(ticket)
    page.button(key=button).click().run()

    assert world.status(ticket) == becomes
    assert not page.error
    assert offered(page) | {"assigned"} == legal(world, ticket) | {
        "assigned"
    }  # who has it takes it no second time
    actor = world.value(
        "select actor from public.ticket_actions where event = %s order by seq desc limit 1", BUTTONS[button]
    )
    assert actor == "engineer:1"


@pytest.mark.parametrize(
    ("status", "button", "faster", "words"),
    [
        ("escalation_pending", "acknowledge", "acknowledged", "Ben acknowledged"),
        ("open", "close", "closed", "Ben closed"),
        ("closed", "reopen", "reopened", "Ben opened it again"),
    ],
)
def test_who_is_slower_reads_who_was_faster(
    world: World, open_page: Open, status: str, button: str, faster: str, words: str
) -> None:
    world.source()
    ticket = world.ticket(status)
    page = open_page(ticket)
    world.append(ticket, faster, conn=world.signed_in("Ben"))
    page.button(key=button).click().run()

    assert words in page.error[0].value
    assert (
        world.value(
            "select count(*) from public.ticket_actions where event = %s and actor = 'engineer:1'", faster
        )
        == 0
    )


@pytest.mark.parametrize("then", [None, "closed"])
def test_a_page_that_was_not_needed_is_marked_once(world: World, open_page: Open, then: str | None) -> None:
    world.source()
    ticket = world.ticket("escalated")
    if then:
        world.append(ticket, then)
    page, slower = open_page(ticket), open_page(ticket)
    page.text_input(key="not_needed_why").set_value("A planned restart.")
    page.button(key="not_needed").click().run()
    slower.button(key="not_needed").click().run()  # it is said already, and said to be noted

    assert not page.error
    assert not slower.error
    assert "not_needed" not in [button.key for button in page.button]
    assert world.rows("select actor, body from public.ticket_actions where event = 'page_not_needed'") == [
        ("engineer:1", "A planned restart.")
    ]


@pytest.mark.parametrize("status", [status for status in STATUSES if status != "escalated"])
def test_what_nobody_acknowledged_cannot_be_marked(world: World, open_page: Open, status: str) -> None:
    world.source()
    page = open_page(world.ticket(status))

    assert "not_needed" not in [button.key for button in page.button]


def test_the_next_page_can_be_marked_again(world: World, open_page: Open) -> None:
    world.source()
    ticket = world.ticket("escalated")
    for event in ("page_not_needed", "deescalated", "triaged_escalate", "acknowledged"):
        world.append(ticket, event)

    assert "not_needed" in [button.key for button in open_page(ticket).button]


def test_a_draft_is_approved_with_other_words_or_not_at_all(world: World, open_page: Open) -> None:
    world.source(reply_mode="draft")
    for number, decide in enumerate(("approve", "discard"), 1):
        ticket = world.says("How do I export?", message=number, author=f"telegram:{number}").ticket_id
        assert ticket is not None
        triage(world, ticket, reply="Press Export.")
        page = open_page(ticket)
        if decide == "approve":
            page.button(key="edit_draft").click().run()
            words = next(area for area in page.text_area if area.value == "Press Export.")
            words.set_value("Press Export, then CSV.")
            page.button(key=f"send-{words.key}").click().run()
        else:
            page.button(key="discard").click().run()
        assert not page.error

    said = world.rows(
        "select event, body from public.ticket_actions where event in ('reply_approved', 'draft_discarded') order by id"
    )
    assert said == [("reply_approved", "Press Export, then CSV."), ("draft_discarded", None)]


def test_words_reach_the_customer_once_and_notes_never(world: World, open_page: Open) -> None:
    world.source()
    ticket = world.ticket("escalated")
    page = open_page(ticket)
    for kind, words in (("reply", "We found it."), ("note", "Caused by the deploy.")):
        area = next(each for each in page.text_area if each.key.startswith(f"{kind}-"))
        area.set_value(words)
        page.button(key=f"send-{area.key}").click().run()
        assert not page.error

    rows = world.rows(
        "select event, body from public.ticket_actions where body is not null and actor = 'engineer:1' order by seq"
    )
    assert rows == [("public_reply", "We found it."), ("note", "Caused by the deploy.")]
    assert world.rows("select body from public.replies where kind = 'public_reply'") == [("We found it.",)]
    assert [each.value for each in page.text_area if each.value] == []


@pytest.mark.parametrize("asked", [0, 99, 2**70])
def test_a_ticket_that_is_not_there_leads_on(world: World, open_page: Open, asked: int) -> None:
    page = open_page(asked)
    assert page.subheader[0].value == "There is no such ticket"
    assert not page.exception
