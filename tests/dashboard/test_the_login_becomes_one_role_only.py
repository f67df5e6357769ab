"""The dashboard's login holds nothing, may become `authenticated` alone, and is refused where it may be more (law 8)."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from dashboard.database import Away, Database, Person, Refused, TooMighty
from dashboard.queries import people
from tests.db.world import World
from tests.support.dashboard import PASSWORD

ROLES = (
    "postgres",
    "service_role",
    "anon",
    "authenticator",
    "shiftbot_worker",
    "shiftbot_ingest",
    "supabase_admin",
)
ADA = Person("ada@example.com")


def dsn(world: World, login: str = "shiftbot_dashboard") -> str:
    world.do(
        sql.SQL("alter role shiftbot_dashboard login password {}").format(sql.Literal(PASSWORD)).as_string()
    )
    server = world.database.server
    return f"postgresql://{login}:{PASSWORD}@127.0.0.1:{server.port}/{world.database.name}"


@pytest.fixture
def login(world: World) -> Iterator[psycopg.Connection]:
    with psycopg.connect(dsn(world), autocommit=True) as conn:
        yield conn


@pytest.fixture
def shown(world: World) -> Iterator[Database]:
    made = Database(dsn(world), 2)
    yield made
    made.close()


@pytest.mark.parametrize("role", ROLES)
def test_it_becomes_nobody_else(login: psycopg.Connection, role: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        login.execute(sql.SQL("set role {}").format(sql.Identifier(role)))


@pytest.mark.parametrize("table", ["public.tickets", "public.engineers", "public.app_settings"])
def test_it_reads_nothing_by_itself(login: psycopg.Connection, table: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        login.execute(sql.SQL("select * from {}").format(sql.Identifier(*table.split("."))))


def test_without_claims_it_sees_no_row(world: World, login: psycopg.Connection) -> None:
    world.engineer("Ada")
    login.execute("set role authenticated")

    assert login.execute("select count(*) from public.engineers").fetchone() == (0,)


def test_each_transaction_is_of_one_person(world: World, shown: Database) -> None:
    world.engineer("Ada", is_admin=True)
    world.engineer("Ben")
    for email, name in (("ada@example.com", "Ada"), ("ben@example.com", "Ben"), ("ADA@example.com", "Ada")):
        with shown.acting_as(Person(email)) as conn:
            me = people.me(conn)
        assert me is not None
        assert (me.name, me.is_admin) == (name, name == "Ada")
    with shown.acting_as(Person("mallory@example.com")) as conn:
        assert people.me(conn) is None


def test_what_the_laws_refuse_is_told_in_words(world: World, shown: Database) -> None:
    world.engineer("Ada")
    ticket = world.ticket("closed")
    with pytest.raises(Refused) as refusal, shown.acting_as(ADA) as conn:
        conn.execute(
            "insert into public.ticket_actions (ticket_id, event) values (%s, 'acknowledged')", (ticket,)
        )

    assert refusal.value.constraint == "ticket_transition_allowed"
    assert refusal.value.words == f"Ticket {ticket} is closed and cannot go by acknowledged"
    assert refusal.value.hint.startswith("Legal from closed: ")


def test_what_the_policies_refuse_is_told_without_jargon(world: World, shown: Database) -> None:
    world.engineer("Ada")
    with pytest.raises(Refused) as refusal, shown.acting_as(ADA) as conn:
        conn.execute("insert into public.engineers (name, email) values ('Eve', 'eve@example.com')")

    assert refusal.value.words == "You may not do that."


def test_a_subject_that_is_no_uuid_does_not_disturb(world: World, shown: Database) -> None:
    world.engineer("Ada")
    with shown.acting_as(Person("ada@example.com", "auth0|12345")) as conn:
        assert people.me(conn) is not None


def test_whoever_is_bound_to_an_account_needs_that_one(world: World, shown: Database) -> None:
    ada = world.engineer("Ada")
    account = "11111111-2222-3333-4444-555555555555"
    world.do("update public.engineers set user_id = %s where id = %s", account, ada)
    with shown.acting_as(ADA) as conn:
        assert people.me(conn) is None
    with shown.acting_as(Person("ada@example.com", account)) as conn:
        assert people.me(conn) is not None


def test_a_mighty_login_is_refused(world: World, shown: Database) -> None:
    shown.refuse_might()
    mighty = Database(world.database.dsn, 1)
    with pytest.raises(TooMighty, match="use shiftbot_dashboard"):
        mighty.refuse_might()
    mighty.close()


def test_a_database_that_is_away_is_told_from_a_refusal() -> None:
    nowhere = Database("postgresql://shiftbot_dashboard:x@127.0.0.1:1/none", 1)
    with pytest.raises(Away), nowhere.acting_as(ADA):
        pass
    nowhere.close()
