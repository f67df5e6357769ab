"""The API's login holds nothing and may become `authenticated` alone: what a token may do is what its person may (law 8)."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from shiftbot.acting import Database, Person, TooMighty
from tests.support.api import Api, api, settings
from tests.support.postgres import Database as PostgresDatabase

pytestmark = pytest.mark.newest_postgres
OTHERS = ("postgres", "service_role", "anon", "shiftbot_worker", "shiftbot_ingest", "shiftbot_dashboard")


def test_it_becomes_nobody_else(served: Api) -> None:
    dsn = settings(
        served.world.database, served.world, served.provider.url
    ).api_database_url.get_secret_value()
    with psycopg.connect(dsn, autocommit=True) as login:
        for role in OTHERS:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                login.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            login.execute("select * from public.tickets")
        login.execute("set role authenticated")

        assert login.execute("select count(*) from public.engineers").fetchone() == (0,)
    database = Database(dsn, 1, "api")
    database.refuse_might()
    database.close()
    mighty = Database(served.world.database.dsn, 1, "api")
    with pytest.raises(TooMighty, match=r"API_DATABASE_URL: .* use shiftbot_api"):
        mighty.refuse_might()
    mighty.close()


def test_who_it_is_say_the_subject_the_account_or_the_address(served: Api) -> None:
    dsn = settings(
        served.world.database, served.world, served.provider.url
    ).api_database_url.get_secret_value()
    account = "11111111-2222-3333-4444-555555555555"
    cleo = served.world.engineer("Cleo", user_id=account)
    dora = served.world.engineer("Dora")
    database = Database(dsn, 1, "api")
    for person, engineer in (
        (Person("", "ada", "ada"), served.ada),
        (Person("", account, account), cleo),
        (Person("dora@example.com", "auth0|9", "auth0|9"), dora),
        (Person("ada@example.com", "auth0|9", "auth0|9"), None),  # Ada's tokens have another subject
        (Person("ada@example.com"), served.ada),  # the dashboard's sign-in names none
        (Person("cleo@example.com", "auth0|9", "auth0|9"), None),
        (Person("", "", ""), None),
    ):
        with database.acting_as(person) as conn:
            assert conn.execute("select private.current_engineer_id()").fetchone() == (engineer,), person
    database.close()


def test_a_login_that_cannot_become_it_is_no_fault_of_the_callers(database: PostgresDatabase) -> None:
    with api(database) as served:
        served.world.do("revoke authenticated from shiftbot_api")
        try:
            assert served.get("/tickets").status_code == 503
        finally:  # roles belong to the whole server
            served.world.do("grant authenticated to shiftbot_api")


def test_without_a_login_of_its_own_it_uses_the_webhooks(database: PostgresDatabase) -> None:
    with api(database, api_database_url="") as served:
        assert served.get("/tickets").status_code == 200
        assert (
            served.post("/engineers", {"name": "Eve", "email": "eve@example.com"}, "ben").status_code == 403
        )
