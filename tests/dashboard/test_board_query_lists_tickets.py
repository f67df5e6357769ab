"""The board's list: every filter, the order, the next page behind the last ticket, and an index for each under RLS."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from psycopg import sql

from dashboard.database import Connection
from dashboard.queries import board
from dashboard.queries.board import STATUSES, UNCLOSED, Count, Cursor, Filters, Status
from tests.db.world import STATUSES as ALL_STATUSES
from tests.db.world import World

UNFILTERED = Filters()


@pytest.fixture
def ana(world: World) -> Connection:
    world.engineer("Ana")
    return world.signed_in("Ana")


def ids(
    conn: Connection, filters: Filters = UNFILTERED, before: Cursor | None = None, limit: int = 50
) -> list[int]:
    return [ticket.id for ticket in board.tickets(conn, filters, before, limit).tickets]


def of_each_status(world: World) -> dict[str, int]:
    return {status: world.ticket(status) for status in ALL_STATUSES}


def made(world: World, body: str = "It is down", **columns: object) -> int:
    """A ticket of a customer of its own, with these columns."""
    ticket_id = world.says(
        body, author=f"telegram:{world.value('select count(*) from public.tickets') + 100}"
    ).ticket_id
    assert ticket_id is not None
    for column, value in columns.items():
        world.do(f"update public.tickets set {column} = %s where id = %s", value, ticket_id)
    return ticket_id


def test_what_is_unclosed_comes_by_itself(world: World, ana: Connection) -> None:
    tickets = of_each_status(world)
    closed = tickets.pop("closed")

    assert set(STATUSES) == set(ALL_STATUSES)
    assert set(ids(ana)) == set(tickets.values())
    assert closed not in ids(ana)


@pytest.mark.parametrize(
    "statuses",
    [*((status,) for status in STATUSES), ("open", "closed"), ("open", "escalated"), UNCLOSED, STATUSES, ()],
)
def test_statuses_are_chosen(world: World, ana: Connection, statuses: tuple[Status, ...]) -> None:
    tickets = of_each_status(world)

    assert set(ids(ana, Filters(statuses=statuses))) == {tickets[status] for status in statuses or STATUSES}


def test_the_newest_activity_comes_first(world: World, ana: Connection) -> None:
    first, second, third = (world.ticket() for _ in range(3))
    world.append(second, "closed")
    world.append(first, "note", "hm")

    assert ids(ana, Filters(statuses=())) == [first, second, third]


@pytest.mark.parametrize("statuses", [UNCLOSED, ("closed",), ()])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 50])
def test_the_pages_together_are_the_whole(
    world: World, ana: Connection, limit: int, statuses: tuple[Status, ...]
) -> None:
    for status in ("open", "closed", "escalated", "closed", "open", "open", "closed"):
        world.ticket(status)
    # Two that moved at the same microsecond are told apart by their number.
    world.superuser.execute("set session_replication_role = replica")
    world.do(
        "update public.tickets set updated_at = '2026-01-01' where id in (2, 4, 5, 6)", conn=world.superuser
    )
    filters = Filters(statuses=statuses)
    whole = ids(ana, filters)
    seen: list[int] = []
    listing = board.tickets(ana, filters, None, limit)
    while listing.next is not None:
        assert len(listing.tickets) == limit
        seen += [ticket.id for ticket in listing.tickets]
        listing = board.tickets(ana, filters, listing.next, limit)

    assert seen + [ticket.id for ticket in listing.tickets] == whole
    assert len(whole) == len(set(whole))


def test_a_page_that_is_full_to_the_last_ticket_has_no_next(world: World, ana: Connection) -> None:
    for _ in range(3):
        world.ticket()

    assert board.tickets(ana, Filters(), None, 3).next is None
    assert board.tickets(ana, Filters(), None, 2).next is not None


def test_a_ticket_that_moves_meanwhile_is_neither_lost_nor_in_the_way(world: World, ana: Connection) -> None:
    a, b, c, d = (world.ticket() for _ in range(4))
    listing = board.tickets(ana, Filters(), None, 2)
    assert [ticket.id for ticket in listing.tickets] == [d, c]
    world.append(a, "note", "hm")

    assert ids(ana, Filters(), listing.next) == [b]
    assert ids(ana, Filters(), None, 1) == [a]


@pytest.mark.parametrize("statuses", [UNCLOSED, ("closed",), ()])
def test_platform_and_source_are_chosen(world: World, ana: Connection, statuses: tuple[Status, ...]) -> None:
    telegram, slack = world.source(), world.source("C1", "slack")
    tickets = {}
    for platform, chat in (("telegram", "-1001"), ("slack", "C1"), ("slack", "C1")):
        number = len(tickets)
        ticket_id = world.says(platform=platform, chat=chat, author=f"{platform}:{number}").ticket_id or 0
        tickets[ticket_id] = platform
        if statuses == ("closed",) or number == 2:
            world.append(ticket_id, "closed")
    in_slack = [t for t, p in reversed(tickets.items()) if p == "slack"]
    if statuses == UNCLOSED:
        in_slack = in_slack[1:]

    assert ids(ana, Filters(statuses=statuses, platform="slack")) == in_slack
    assert ids(ana, Filters(statuses=statuses, source_id=slack)) == in_slack
    assert ids(ana, Filters(statuses=statuses, source_id=slack, platform="slack")) == in_slack
    assert ids(ana, Filters(statuses=statuses, source_id=telegram, platform="slack")) == []
    assert ids(ana, Filters(statuses=statuses, source_id=404)) == []


def test_severity_is_chosen(world: World, ana: Connection) -> None:
    world.source()
    none, low, edge, high = (made(world) for _ in range(4))
    for ticket_id, severity in ((low, 0.299), (edge, 0.3), (high, 1)):
        world.do("update public.tickets set severity = %s where id = %s", severity, ticket_id)

    assert set(ids(ana)) == {none, low, edge, high}
    assert ids(ana, Filters(severity_at_least=0.3)) == [high, edge]
    assert set(ids(ana, Filters(severity_at_least=0.0))) == {low, edge, high}
    assert ids(ana, Filters(severity_at_least=0.1 + 0.2)) == [high]  # 0.30000000000000004


@pytest.mark.parametrize("statuses", [UNCLOSED, ()])
def test_assignees_are_chosen(world: World, ana: Connection, statuses: tuple[Status, ...]) -> None:
    ana_id, ben = world.value("select id from public.engineers"), world.engineer("Ben")
    world.source()
    mine, bens, nobodys = (
        made(world, assigned_engineer_id=ana_id),
        made(world, assigned_engineer_id=ben),
        made(world),
    )
    closed = made(world, assigned_engineer_id=ana_id, status="closed")
    also = [closed] if not statuses else []

    assert ids(ana, Filters(statuses, assignee="me")) == [*also, mine]
    assert ids(ana, Filters(statuses, assignee=ana_id)) == [*also, mine]
    assert ids(world.signed_in("Ben"), Filters(statuses, assignee="me")) == [bens]
    assert ids(ana, Filters(statuses, assignee=ben)) == [bens]
    assert ids(ana, Filters(statuses, assignee="nobody")) == [nobodys]
    assert ids(ana, Filters(statuses, assignee=404)) == []


def test_text_is_searched_and_narrowed_by_the_other_filters(world: World, ana: Connection) -> None:
    world.source()
    export, closed, other = (
        made(world, "Export fails"),
        made(world, "No export", status="closed"),
        made(world),
    )

    assert ids(ana, Filters(text="expo")) == [export]
    assert ids(ana, Filters(statuses=(), text="expo")) == [closed, export]
    assert ids(ana, Filters(statuses=("closed",), text=" EXPO ")) == [closed]
    assert (
        ids(ana, Filters(text="expo", platform="slack"))
        == ids(ana, Filters(text="expo", assignee="me"))
        == []
    )
    assert ids(ana, Filters(text=" \n ")) == [other, export]


def test_a_ticket_whose_number_was_searched_for_leads(world: World, ana: Connection) -> None:
    world.source()
    first = made(world)
    others = [made(world, f"Order {first} is lost") for _ in range(4)]
    for text in (str(first), f"#{first}"):
        listing = board.tickets(ana, Filters(text=text), None, 3)
        assert [t.id for t in listing.tickets] == [first, others[3], others[2]]
        rest = board.tickets(ana, Filters(text=text), listing.next, 3)
        assert [t.id for t in rest.tickets] == [others[1], others[0]]
        assert rest.next is None
    assert ids(ana, Filters(text="#404")) == []


@pytest.mark.parametrize(
    "text",
    [
        "'",
        "a'b",
        "\\",
        "%",
        "%s",
        "{}",
        "{0}",
        "a\x00b",
        "\ud800",
        "' or 1=1 --",
        "$1",
        "x" * 10_000,
        "🔥",
        "#" * 300,
        ":*",
    ],
    ids=range(15),
)
def test_nothing_that_is_typed_is_an_error(world: World, ana: Connection, text: str) -> None:
    world.ticket()

    assert ids(ana, Filters(text=text)) == []


def test_a_stranger_sees_no_ticket(world: World) -> None:
    world.engineer("Gone", is_active=False)
    world.ticket()
    for name in ("Eve", "Gone"):
        stranger = world.signed_in(name)
        assert ids(stranger) == []
        assert board.sources(stranger) == board.engineers(stranger) == ()


def test_counts_sources_and_engineers_are_offered(world: World, ana: Connection) -> None:
    world.source()
    world.source("C1", "slack")
    world.do("update public.sources set is_active = false where external_id = 'C1'")
    world.engineer("Gone", is_active=False)
    world.engineer("ben")
    world.rows("select private.hand_over((select id from public.engineers where name = 'ben'))")
    world.ticket("closed")

    assert board.counts(ana) == {status: Count(int(status == "closed"), False) for status in STATUSES}
    assert [(s.platform, s.name, s.is_active) for s in board.sources(ana)] == [
        *(("telegram", "source -1001", True), ("slack", "source C1", False)),
    ]
    assert [(e.name, e.is_active, e.is_on_call, e.is_me) for e in board.engineers(ana)] == [
        *(("Ana", True, False, True), ("ben", True, True, False), ("Gone", False, False, False)),
    ]


def plan(world: World, conn: Connection, filters: Filters, before: Cursor | None = None) -> str:
    """How Postgres goes about a list of the signed-in engineer where reading a whole table is no choice."""
    conn.execute("set enable_seqscan = off")
    conn.execute("set enable_sort = off")
    parts = board._parts(filters, before, sql.SQL("t.updated_at desc, t.id desc"), 51)
    query = sql.SQL("explain {}").format(
        sql.SQL(" union all ").join(sql.SQL("({})").format(part) for part in parts)
    )
    return "\n".join(line for (line,) in conn.execute(query).fetchall())


@pytest.mark.parametrize(
    ("filters", "indexes"),
    [
        (Filters(), ["tickets_unclosed_idx"]),
        (Filters(statuses=("open", "escalated")), ["tickets_unclosed_idx"]),
        (Filters(statuses=("closed",)), ["tickets_closed_idx"]),
        (Filters(statuses=("closed",), source_id=1), ["tickets_closed_of_source_idx"]),
        (Filters(statuses=("closed",), platform="slack"), ["tickets_closed_of_source_idx"]),
        (Filters(statuses=(), platform="slack"), ["tickets_unclosed_idx", "tickets_closed_of_source_idx"]),
        (Filters(statuses=("closed",), platform="slack", assignee="nobody"), ["tickets_closed_of_source_idx"]),
        (Filters(statuses=("closed",), assignee=1), ["tickets_closed_of_engineer_idx"]),
        (Filters(statuses=("closed",), assignee="me"), ["tickets_closed_of_engineer_idx"]),
        (Filters(statuses=("open", "closed")), ["tickets_unclosed_idx", "tickets_closed_idx"]),
        (Filters(statuses=()), ["tickets_unclosed_idx", "tickets_closed_idx"]),
    ],
)  # fmt: skip
def test_each_list_is_read_in_the_order_of_an_index(
    world: World, ana: Connection, filters: Filters, indexes: Sequence[str]
) -> None:
    """Under RLS, where comparing enums is no index condition, and though all tickets are of one source."""
    world.source()
    world.superuser.execute("set session_replication_role = replica")
    world.superuser.execute(
        "insert into public.tickets"
        " (platform, source_id, chat_external_id, thread_key, opened_by, status, assigned_engineer_id)"
        " select 'telegram', 1, '-1', 'made:' || n, 'x',"
        " case when n % 100 = 0 then 'open' else 'closed' end::public.ticket_status,"
        " case when n % 2 = 0 then 1 end from generate_series(1, 5000) as n"
    )
    world.superuser.execute("analyze public.tickets")
    for before in (None, Cursor(world.value("select now()"), 7)):
        how = plan(world, ana, filters, before)
        assert [index for index in indexes if index not in how] == [], how
        assert "Seq Scan on tickets" not in how
