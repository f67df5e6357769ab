"""What the docs name exists: links, commands, make targets, settings, tests, dependencies, the manifest's events."""

from __future__ import annotations

import argparse
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml  # pre-commit's

from shiftbot.cli import parser
from shiftbot.platforms.base import Dropped
from shiftbot.platforms.slack import parse_event
from shiftbot.platforms.telegram import parse_update
from shiftbot.platforms.telegram.bot_api import ALLOWED_UPDATES
from shiftbot.states import status_table
from tests.db.world import World
from tests.support.env_example import PROGRAMS
from tests.support.postgres import ROOT, Database

NOT_OURS = {".git", ".venv", ".shiftbot", "node_modules"}
PAGES = sorted(p for p in ROOT.rglob("*.md") if not NOT_OURS & set(p.relative_to(ROOT).parts))
CODE = re.compile(r"```\w*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
# Capitals in code that are no setting of a process.
OTHER_NAMES = {
    "API_TOKEN",
    "API_URL",
    "ENGINEER_ID",
    "NEW_DATABASE_URL",
    "ON_ERROR_STOP",
    "SHIFTBOT_FUZZ_EXAMPLES",
    "FUZZ_BODIES",
    "PYTEST_ARGS",
    "SHIFTBOT_HOME",
    "SHIFTBOT_PORT_BASE",
    "SHIFTBOT_TEST_POSTGRES",
    "TICKET_ID",
    "TO_ENGINEER_ID",
    "BENCH_ARGS",
    "SOAK_ARGS",
    *("OWNER_DATABASE_URL", "WEBHOOKS_DATABASE_URL", "WORKER_DATABASE_URL"),  # of deploy/compose.yaml
    *("SUPABASE_DB_URL", "WATCHDOG_DATABASE_URL", "WATCHDOG_TOKEN", "WATCHDOG_URL"),  # of the Edge Function
}
# Which scope lets an app hear an event (Slack's reference of events).
SCOPE_OF_EVENT = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "reaction_added": "reactions:read",
}

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def code_of(page: Path) -> Iterator[str]:
    for block, span in CODE.findall(text_of(page)):
        yield block or span


def block(page: str, language: str, containing: str) -> str:
    """The one fenced block of that language that contains the words."""
    text = text_of(ROOT / "docs" / page)
    found = re.findall(rf"^ *```{language}\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    (only,) = [code for code in found if containing in code]
    return str(only)


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    prose = CODE.sub("", text_of(page))
    links = [t for t in re.findall(r"\]\(([^)\s]+)\)", prose) if not re.match(r"[a-z]+:", t)]
    broken = []
    for link in links:
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)

    assert broken == []


@every_page
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {t for code in code_of(page) for t in re.findall(r"\bmake ([a-z]+)\b", code)}

    assert named - targets == set()


@every_page
def test_commands_exist(page: Path) -> None:
    lines = [
        c for code in code_of(page) for c in re.findall(r"(?<![\w.-])shiftbot((?: [a-z][a-z-]*)+)", code)
    ]
    unknown = [line for line in lines if not is_command(parser(), line.split())]

    assert unknown == []


def is_command(commands: argparse.ArgumentParser, words: list[str]) -> bool:
    groups = [a for a in commands._actions if isinstance(a, argparse._SubParsersAction)]
    if not groups:
        return True  # what follows are arguments
    return (
        bool(words) and words[0] in groups[0].choices and is_command(groups[0].choices[words[0]], words[1:])
    )


@every_page
def test_settings_exist(page: Path) -> None:
    known = {name.upper() for program in PROGRAMS for name in program.model_fields} | OTHER_NAMES
    named = {n for code in code_of(page) for n in re.findall(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", code)}

    assert named - known == set()


@every_page
def test_files_named_in_code_exist(page: Path) -> None:
    paths = {
        path
        for code in code_of(page)
        for path in re.findall(
            r"(?<![\w./-])((?:tests|docs|shiftbot|webhooks|workers|dashboard|supabase)/[\w./-]+)", code
        )
        if not re.search(r"PLATFORM|NNNN|THE_CLAIM|\.temp", path)
    }
    missing = {path for path in paths if not (ROOT / path.rstrip("./")).exists()}

    assert missing == set()


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    listed = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    node = json.loads((ROOT / "tests/node/package.json").read_text())["dependencies"]
    names = {re.split(r"[\[<>=!~]", entry)[0] for entry in listed} | set(node)
    explained = set(
        re.findall(
            r"^\| ([@/a-z0-9-]+)(?:\[[a-z]+\])? \|",
            text_of(ROOT / "docs/decisions/dependencies.md"),
            re.MULTILINE,
        )
    )

    assert explained - {"package"} == names


@pytest.mark.newest_postgres
def test_the_readme_has_the_moves_of_the_database(database: Database) -> None:
    shown = re.search(
        r"<!-- status table -->\n(.*)<!-- end of status table -->", text_of(ROOT / "README.md"), re.DOTALL
    )

    assert shown is not None
    assert shown[1] == status_table(database.connect())


def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(
        (ROOT / "shiftbot" / "platforms" / "slack" / "app-manifest.yaml").read_text()
    )
    return loaded


def test_the_slack_app_asks_for_what_its_events_and_calls_need() -> None:
    app = manifest()
    events = app["settings"]["event_subscriptions"]["bot_events"]
    calls = {"chat:write", "commands", "files:read", "metadata.message:read"}

    assert set(app["oauth_config"]["scopes"]["bot"]) == {SCOPE_OF_EVENT[e] for e in events} | calls


@pytest.mark.parametrize("event", manifest()["settings"]["event_subscriptions"]["bot_events"])
def test_the_slack_app_hears_only_what_is_read(event: str) -> None:
    kind = event.partition(".")[0]
    said = {"type": kind, "channel": "C1", "user": "U1", "ts": "1.0001", "event_ts": "1.0001", "text": "down"}
    said |= {
        "reaction": "+1",
        "item_user": "U0BOT",
        "item": {"type": "message", "channel": "C1", "ts": "1.0"},
    }

    parsed = parse_event(
        {"type": "event_callback", "event": said, "authorizations": [{"user_id": "U0BOT", "is_bot": True}]}
    )

    assert not isinstance(parsed, Dropped)


def test_the_slack_app_calls_routes_that_exist() -> None:
    app = manifest()
    urls = [app["settings"][part]["request_url"] for part in ("event_subscriptions", "interactivity")]
    urls += [command["url"] for command in app["features"]["slash_commands"]]
    routes = set(re.findall(r'routes\.post\("(.+?)"\)', (ROOT / "webhooks" / "slack.py").read_text()))

    assert {url.removeprefix("https://YOUR-HOST") for url in urls} == routes


@pytest.mark.parametrize("kind", ALLOWED_UPDATES)
def test_telegram_is_asked_only_for_what_is_read(kind: str) -> None:
    fixtures = [json.loads(p.read_text()) for p in sorted((ROOT / "tests/fixtures/telegram").glob("*.json"))]
    updates = [update for update in fixtures if isinstance(update, dict) and kind in update]

    assert any(not isinstance(parse_update(u, "shift_bot", 7000000000), Dropped) for u in updates)


@pytest.mark.newest_postgres
def test_the_logins_of_the_deploy_page_act_as_their_roles(database: Database) -> None:
    owner = database.connect()
    owner.execute("begin")  # roles belong to the whole server: taken back at the end
    owner.execute(block("deploy-supabase.md", "sql", "shiftbot_webhooks_login").encode())

    for login, role in (
        ("shiftbot_webhooks_login", "shiftbot_ingest"),
        ("shiftbot_worker_login", "shiftbot_worker"),
    ):
        found = owner.execute(
            "select pg_has_role(%s, %s, 'member'), pg_has_role(%s, %s, 'usage')", (login, role, login, role)
        ).fetchone()
        assert found == (True, False)
    owner.execute("rollback")


@pytest.mark.newest_postgres
def test_the_queries_of_the_operations_page_run(database: Database) -> None:
    conn: psycopg.Connection[Any] = database.connect()
    for query in block("operations.md", "sql", "ops.queues").splitlines():
        conn.execute(query.encode())


@pytest.mark.newest_postgres
def test_a_ticket_can_be_worked_as_the_operations_page_says(database: Database) -> None:
    world = World(database)
    ticket_id = world.ticket()
    world.append(ticket_id, "reply_drafted", "Please reload the page.")
    world.append(ticket_id, "escalated_manually")
    said = block("operations.md", "sql", "public_reply").replace("TICKET_ID", str(ticket_id))

    for statement in said.splitlines():
        world.do(statement)

    assert world.status(ticket_id) == "closed"
    assert world.rows("select body from public.replies where kind = 'public_reply' order by id") == [
        ("We found it. A fix is on its way.",),
        ("Please reload the page.",),
    ]
