"""A ticket is found by title, summary and messages, whatever somebody types, and never by what was erased."""

from __future__ import annotations

import string

import pytest

from tests.db.conversation import triage
from tests.db.world import GROUP, Connection, World, at_once, ingest, refused
from tests.support.postgres import ROOT


@pytest.fixture
def ana(world: World) -> Connection:
    world.source()
    world.engineer("Ana")
    return world.signed_in("Ana")


def found(conn: Connection, text: str, limit: int = 100, statuses: list[str] | None = None) -> list[int]:
    return [
        ticket_id
        for (ticket_id,) in conn.execute(
            "select private.search_tickets(%s, %s, %s::public.ticket_status[])", (text, limit, statuses)
        )
    ]


def report(world: World, body: str, **event: object) -> int:
    ticket_id = world.says(body, **event).ticket_id
    assert ticket_id is not None
    return ticket_id


@pytest.mark.parametrize(
    "text",
    [
        *("invoices", "INVOICES", "invoi", "export invoices", "invoices export", "export, invoices!", "  Export\n\t"),
        *("e-mail", "mail", "billing/2024", "2024", "ERR_42", "err", "42", "3.14", "acme.example.com"),
        *("exámple", "ошибк", "東京"),
    ],
)  # fmt: skip
def test_a_message_is_found_by_its_words(world: World, ana: Connection, text: str) -> None:
    said = "Export of invoices fails: E-Mail to billing/2024, ERR_42 in 3.14 on https://acme.example.com/x"
    said += " exámple Ошибка 東京タワー"
    ticket = report(world, said)
    report(world, "Something else")

    assert ticket in found(ana, text)
    assert len(found(ana, text)) == 1 or text == "42"


@pytest.mark.parametrize("text", ["invoices nothing", "exporting", "xport", "ticket"])
def test_what_nobody_said_is_not_found(world: World, ana: Connection, text: str) -> None:
    report(world, "Export of invoices fails")

    assert found(ana, text) == []


def test_only_the_last_word_is_a_beginning(world: World, ana: Connection) -> None:
    ticket = report(world, "Export of invoices fails")

    assert found(ana, "invoices ex") == [ticket]
    assert found(ana, "ex invoices") == []
    assert found(ana, "invoices e") == []  # of one letter it would be the beginning of nearly everything


def test_the_words_may_be_in_different_messages_title_and_summary(world: World, ana: Connection) -> None:
    ticket = report(world, "Export fails", message=7, thread_key="t")
    triage(world, ticket, title="Kassiopeia", summary="The turtle waits")
    world.says("of invoices", thread_key="t")
    world.append(ticket, "note", "look at Momo")
    world.append(ticket, "public_reply", "We mend it")

    assert found(ana, "export invoices kassiopeia turtle momo mend") == [ticket]


def test_an_edit_is_found_and_so_is_what_it_replaced(world: World, ana: Connection) -> None:
    ticket = report(world, "Export fails", message=7)
    edited = {
        "event": "edited",
        "external_id": f"telegram:{GROUP}/7#edit:1",
        "refers_to": f"telegram:{GROUP}/7",
    }
    world.says("Import fails", needs_ticket=True, **edited)

    assert found(ana, "import") == found(ana, "export") == [ticket]


def test_a_title_that_was_changed_is_found_by_the_new_one(world: World, ana: Connection) -> None:
    ticket = world.ticket()
    world.do("update public.tickets set title = 'Kassiopeia', summary = 'turtle' where id = %s", ticket)
    assert found(ana, "kassiopeia turtle") == [ticket]
    world.do("update public.tickets set title = 'Momo' where id = %s", ticket)

    assert found(ana, "momo turtle") == [ticket]
    assert found(ana, "kassiopeia") == []


def test_a_ticket_is_found_by_who_reported_it(world: World, ana: Connection) -> None:
    ticket = report(world, "Export fails", payload={"author_name": "Momo Beppo"})

    assert found(ana, "beppo export") == [ticket]


def test_the_bots_answer_is_not_searched(world: World, ana: Connection) -> None:
    ticket = report(world, "Export fails")
    triage(world, ticket, reply="Please reload", reason="Gigi said so")

    assert found(ana, "reload") == found(ana, "gigi") == []


def test_the_newest_activity_comes_first_and_no_more_than_asked(world: World, ana: Connection) -> None:
    first, second, third = (report(world, f"Export {n}", author=f"telegram:{n}") for n in range(3))
    world.append(first, "note", "again")

    assert found(ana, "export") == [first, third, second]
    assert found(ana, "export", limit=2) == [first, third]
    assert found(ana, "export", limit=0) == found(ana, "export", limit=-1) == []


def test_statuses_narrow_it(world: World, ana: Connection) -> None:
    unclosed, closed = (report(world, f"Export {n}", author=f"telegram:{n}") for n in range(2))
    world.append(closed, "closed")

    assert found(ana, "export") == [closed, unclosed]
    assert found(ana, "export", statuses=["open", "escalated"]) == [unclosed]
    assert found(ana, "export", statuses=["closed"]) == [closed]
    assert found(ana, "export", statuses=["escalated"]) == []
    assert found(ana, f"#{closed}", statuses=["open"]) == []


def test_a_number_is_a_ticket_and_a_word(world: World, ana: Connection) -> None:
    ticket = report(world, "Export fails")
    other = report(world, f"Order {ticket} is lost", author="telegram:8")

    for text in (str(ticket), f"#{ticket}", f" #{ticket} "):
        assert found(ana, text) == [ticket, other]
    assert found(ana, f"#{ticket}", limit=1) == [ticket]
    assert found(ana, "#99999999999999999999999999") == found(ana, "#") == []


WILD = [
    *("", " ", "\t\n", "'", "''", '"', "\\", "\\'", "a'b", "a\\b", "&", "|", "!", "(", ")", ":*", "<->", "a & b", "!a", "a:*b"),
    *("a <2> b", "' or 1=1 --", "%", "_", "$1", "{}", "🔥", "👩‍👩‍👧", "\u200b", "\u202e", "\ufeff", "﷽", "٣", "\x01\x02"),
    *("x" * 10_000, "🔥" * 10_000, "a " * 5_000, "#" * 10_000, "9" * 10_000, "#" + "9" * 18),
    *(string.punctuation, string.printable.replace("\x00", "")),
]  # fmt: skip


@pytest.mark.parametrize("text", WILD, ids=range(len(WILD)))
def test_nothing_that_is_typed_is_an_error(world: World, ana: Connection, text: str) -> None:
    report(world, "Export fails")

    assert found(ana, text) == []


@pytest.mark.parametrize("text", WILD, ids=range(len(WILD)))
def test_nothing_that_a_customer_says_is_refused_for_its_words(
    world: World, ana: Connection, text: str
) -> None:
    assert report(world, "findable " + text) in found(ana, "findable")


def test_words_without_end_fit(world: World, ana: Connection) -> None:
    """A tsvector holds a megabyte: 31 long messages of different words in one row of it, four bytes a letter."""
    ticket = report(world, "findable", thread_key="t")
    letters = [chr(0x20000 + n) for n in range(40_000)]
    for n in range(40):
        words = " ".join("".join(letters[n * 900 + w : n * 900 + w + 9]) for w in range(900))
        assert len(words) > 8000
        assert world.says(words, thread_key="t").ticket_id == ticket

    assert found(ana, "findable") == [ticket]
    assert found(ana, "".join(letters[39 * 900 : 39 * 900 + 9])) == [ticket]


def test_a_word_too_long_for_an_index_hurts_nobody(world: World, ana: Connection) -> None:
    assert report(world, "findable " + "x" * 6000) in found(ana, "findable")


def test_long_tickets_are_found_by_their_last_words(world: World, ana: Connection) -> None:
    ticket = world.ticket()
    for n in range(70):
        world.append(ticket, "note", f"word{n}")

    assert [found(ana, f"word{n}")[:1] for n in (0, 30, 31, 32, 64, 69)] == [[ticket]] * 6
    assert world.value("select count(*) from private.ticket_words", conn=world.superuser) == 3


@pytest.mark.parametrize("seqs", [None, [1, 2]])
def test_erased_words_are_not_found(world: World, ana: Connection, seqs: list[int] | None) -> None:
    ticket = report(world, "Kassiopeia fails", payload={"author_name": "Momo"})
    triage(world, ticket, title="Kassiopeia", summary="The turtle")
    world.append(ticket, "note", "look at Gigi")
    world.rows("select private.erase_content(%s, 'asked', %s)", ticket, seqs)

    assert found(ana, "kassiopeia") == found(ana, "turtle") == found(ana, "momo") == []
    assert found(ana, "gigi") == ([] if seqs is None else [ticket])


def test_common_words_are_found_newest_first_beyond_what_is_looked_through(
    world: World, ana: Connection
) -> None:
    """6,000 closed tickets with the word, older than 5,000 without it: past the first look, past the limit of the index."""
    world.superuser.execute("set session_replication_role = replica")
    world.superuser.execute(
        "insert into public.tickets (platform, source_id, chat_external_id, thread_key, opened_by, title, status, updated_at)"
        " select 'telegram', s.id, '-1', 'made:' || n, 'x', case when n > 5000 then 'Export' end, 'closed',"
        " now() - n * interval '1 second'"
        " from public.sources as s, generate_series(1, 11000) as n"
    )
    world.superuser.execute("select private.keep_words(id, 0) from public.tickets")
    newest = [
        n
        for (n,) in world.rows(
            "select id from public.tickets where title is not null order by updated_at desc"
        )
    ]

    assert found(ana, "export", limit=3) == newest[:3]
    assert found(ana, "export", limit=5000) == newest[:5000]
    assert found(ana, "export", limit=9999) == newest[:5000]
    assert found(ana, "export", limit=10, statuses=["open"]) == []


def test_what_was_there_before_is_found(world: World, ana: Connection) -> None:
    """The migration's last statement."""
    ticket = report(world, "Export fails")
    triage(world, ticket, title="Kassiopeia")
    world.superuser.execute("delete from private.ticket_words")
    assert found(ana, "export") == []
    migration = (ROOT / "supabase/migrations/0030_search_tickets.sql").read_text()
    world.do(migration.split("-- The tickets that were there before.")[1])

    assert found(ana, "export kassiopeia") == [ticket]


def test_counts_are_of_every_status(world: World, ana: Connection) -> None:
    for status in ("open", "open", "escalated", "closed"):
        world.ticket(status)

    assert world.rows("select status::text, tickets, is_capped from private.ticket_counts()", conn=ana) == [
        *(("open", 2, False), ("auto_answered", 0, False), ("awaiting_feedback", 0, False)),
        *(("escalation_pending", 0, False), ("escalated", 1, False), ("closed", 1, False)),
    ]


def test_counts_end_at_ten_thousand_and_say_so(world: World, ana: Connection) -> None:
    world.superuser.execute("set session_replication_role = replica")
    world.superuser.execute(
        "insert into public.tickets (platform, source_id, chat_external_id, thread_key, opened_by, status)"
        " select 'telegram', s.id, '-1', 'made:' || n, 'x',"
        " case when n <= 10000 then 'closed' else 'escalated' end::public.ticket_status"
        " from public.sources as s, generate_series(1, 20001) as n"
    )

    assert world.rows(
        "select status::text, tickets, is_capped from private.ticket_counts() where tickets > 0", conn=ana
    ) == [("escalated", 10000, True), ("closed", 10000, False)]


def test_nobody_reads_the_words_themselves(world: World, ana: Connection) -> None:
    report(world, "Export fails")
    for query in (
        "select * from private.ticket_words",
        "select private.keep_words(1, 0)",
        "select private.newest_with_words('''export'''::tsquery, 10, 10, '{open}')",
    ):
        with refused("42501"):
            ana.execute(query.encode())


def test_words_of_concurrent_messages_are_all_kept(world: World, ana: Connection) -> None:
    world.says("first", thread_key="t")
    events = [world.event(f"word{n}", thread_key="t", author=f"telegram:{n}") for n in range(10)]

    def say(conn: Connection, n: int) -> str:
        return ingest(conn, events[n]).outcome

    assert at_once(world.database, "shiftbot_ingest", 10, say) == ["appended"] * 10
    assert all(found(ana, f"word{n}") for n in range(10))
