"""shiftbot triage replay: what would have changed is told, and nothing at all is changed, sent or asked of the wrong server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from shiftbot.sim.openai import ModelSim
from shiftbot.sim.telegram import TelegramSim
from shiftbot.triage.version import rules_digest
from tests.cli.conftest import Run
from tests.db.conversation import answered, triage
from tests.db.world import World
from tests.support.postgres import Database

pytestmark = pytest.mark.newest_postgres
TABLES = """
select format('%I.%I', n.nspname, c.relname) from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('public', 'private', 'pgmq', 'realtime', 'storage') and c.relkind = 'r' order by 1
"""
DOWN = "Production is down for everybody since the deploy, all customers are affected"
ASKED = "How do I export my invoices?"


@pytest.fixture
def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> World:
    """An outage that was waved away until the customer called, and a question that rang somebody in the night."""
    monkeypatch.setenv("DATABASE_URL", database.dsn)
    world = World(database)
    world.engineer("Ana")
    world.source()
    missed = answered(world, body=DOWN, message=1)
    world.do(
        "insert into public.ticket_actions (ticket_id, event, actor_type, actor, external_id)"
        " values (%s, 'human_requested', 'customer', 'telegram:7', 'telegram:callback/1')",
        missed,
    )
    needless = world.says(ASKED, message=2, author="telegram:8").ticket_id
    assert needless is not None
    triage(world, needless, severity=0.8, escalate=True, engine="model", tokens_in=1000, tokens_out=100)
    for event in ("acknowledged", "page_not_needed", "closed"):
        world.append(needless, event, conn=world.signed_in("Ana"))
    same = world.says("The logo is two pixels off", message=3, author="telegram:9").ticket_id
    assert same is not None
    triage(world, same, severity=0.2)
    return world


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelSim]:
    with ModelSim() as sim:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{sim.url}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", sim.api_key)
        monkeypatch.setenv("OPENAI_TIMEOUT_SECONDS", "5")
        yield sim


def replayed(shiftbot: Run, *arguments: str, code: int = 0) -> dict[str, Any]:
    """The report as machines read it."""
    ended, printed, complaint = shiftbot("triage", "replay", "--since", "1d", "--json", *arguments)
    assert ended == code, complaint
    found: dict[str, Any] = json.loads(printed)
    return found


def contents(world: World) -> dict[str, tuple[int, str]]:
    """Every table's rows, in number and digest."""
    tables = [table for (table,) in world.superuser.execute(TABLES)]
    assert {"pgmq.q_replies", "public.ticket_actions", "private.triage_state"} <= set(tables)
    query = "select count(*), coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from {} as t"
    return {
        table: world.row(query.format(table), conn=world.superuser)  # of the catalogue's own names
        for table in tables
    }


def test_the_rules_are_asked_what_they_would_have_done(world: World, shiftbot: Run) -> None:
    code, printed, _ = shiftbot("triage", "replay", "--since", "1d", "--engine", "rules")

    assert code == 0
    assert printed.startswith("3 of 3 decisions since ")
    assert f"made again by: rules (rules {rules_digest()}); threshold as it is set" in printed
    assert "pages: 1 -> 1 (1 more, 1 fewer)" in printed
    assert "of the 1 more: a human was needed 1, not needed 0, nobody said 0" in printed
    assert "of the 1 fewer: a human was needed 0, not needed 1, nobody said 0" in printed
    assert "closed as noise: 0 -> 0 (0 more, 0 fewer)" in printed
    assert "flips: 2 of 3 (66.7 %)" in printed
    assert re.search(
        r"^ticket 1, row 2: answer -> page, severity 0.20 -> 0.\d\d, people said: human called for$",
        printed,
        re.M,
    )
    assert re.search(
        r"^ticket 2, row 2: page -> answer, severity 0.80 -> 0.\d\d, people said: not needed$", printed, re.M
    )
    assert "cost" not in printed
    assert "tokens" not in printed
    assert ASKED not in printed


@pytest.mark.parametrize("engine", [["rules"], ["model"], ["recorded", "--threshold", "0.1"]])
def test_nothing_is_written_and_nothing_is_sent(
    world: World, shiftbot: Run, model: ModelSim, engine: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with TelegramSim() as telegram:
        monkeypatch.setenv("TELEGRAM_BOT_TOKEN", telegram.token)
        monkeypatch.setenv("TELEGRAM_API_BASE_URL", telegram.url)
        before = contents(world)
        replayed(shiftbot, "--engine", *engine)

        assert contents(world) == before
        assert telegram.calls.total() == 0


def test_postgres_holds_it_to_reading(world: World) -> None:
    """Not our care alone: a statement that wrote would be refused."""
    from shiftbot.replay.history import History

    conn = world.database.connect()
    History(conn)
    with pytest.raises(Exception, match="read-only transaction"):
        conn.execute("update public.app_settings set escalation_threshold = 0.1")


def test_another_threshold_is_tried_on_the_recorded_verdicts(world: World, shiftbot: Run) -> None:
    found = replayed(shiftbot, "--engine", "recorded", "--threshold", "0.2")

    assert found["pages"]["would_be"] == 3
    assert found["pages"]["more"] == {"count": 2, "needed": 1, "not_needed": 0, "nobody_said": 1}
    assert found["severity"] == {"mean_was": 0.4, "mean_would_be": 0.4, "higher": 0, "lower": 0}
    same = replayed(shiftbot, "--engine", "recorded", "--threshold", "0.7")
    assert (same["flips"]["count"], same["compared"]) == (0, 3)


def test_a_model_is_asked_with_another_prompt(
    world: World, shiftbot: Run, model: ModelSim, tmp_path: Path
) -> None:
    prompt = tmp_path / "new.md"
    prompt.write_text("Judge harshly.")
    found = replayed(
        shiftbot,
        "--engine",
        "model",
        "--model",
        "other",
        "--prompt",
        str(prompt),
        "--price-in",
        "2",
        "--price-out",
        "10",
    )

    assert {asked["model"] for asked in model.requests} == {"other"}
    assert len(model.requests) == 3
    assert all(asked["messages"][0]["content"].startswith("Judge harshly.\n") for asked in model.requests)
    assert {
        word for asked in model.requests for word in (DOWN, ASKED) if word in asked["messages"][1]["content"]
    } == {DOWN, ASKED}
    assert found["engine"] == {
        "name": "model",
        "model": "other",
        "prompt": found["engine"]["prompt"],
        "rules": rules_digest(),
    }
    assert found["failed"] == {"count": 0}
    tokens = found["tokens"]
    assert tokens["then"] == {"tokens_in": 1000, "tokens_out": 100}
    assert found["cost"] == pytest.approx(
        (tokens["tokens_in"] * 2 + tokens["tokens_out"] * 10) / 1e6, abs=1e-6
    )
    assert found["cost_then"] == pytest.approx(0.003)


def test_what_came_after_a_decision_is_not_read(world: World, shiftbot: Run, model: ModelSim) -> None:
    world.says("Solved, thank you", message=4, thread_key="msg:3", author="telegram:9")
    replayed(shiftbot, "--engine", "model")

    assert len(model.requests) == 3
    assert not any("Solved" in asked["messages"][1]["content"] for asked in model.requests)


def test_no_price_is_no_cost(world: World, shiftbot: Run, model: ModelSim) -> None:
    _, printed, _ = shiftbot("triage", "replay", "--since", "1d", "--engine", "model")

    assert "cost: unknown; give --price-in and --price-out" in printed
    assert replayed(shiftbot, "--engine", "model")["cost"] is None


def test_a_failed_model_is_stood_in_for_and_said_to_be(world: World, shiftbot: Run, model: ModelSim) -> None:
    model.fault("refusal", count=1)
    code, printed, _ = shiftbot(
        "triage", "replay", "--since", "1d", "--engine", "model", "--concurrency", "1"
    )

    assert code == 1
    assert "failed: 1 (refusal 1); the rules stood in, as in production" in printed
    assert "those of failed calls are not known" in printed
    assert "3 of 3 decisions" in printed


def test_a_model_that_is_away_stops_it(world: World, shiftbot: Run, model: ModelSim) -> None:
    for number in range(10, 20):
        triage(
            world,
            world.says(f"It is slow {number}", message=number, author=f"telegram:{number}").ticket_id or 0,
        )
    model.fault("server_error", seconds=0.001)
    found = replayed(shiftbot, "--engine", "model", "--concurrency", "1", code=1)

    assert found["stopped_early"]
    assert (found["decisions"], found["compared"]) == (13, 5)
    assert found["failed"] == {"count": 5, "server_error": 5}


def test_erased_words_are_left_out_and_counted(world: World, shiftbot: Run) -> None:
    world.rows("select private.erase_content(1, 'the test')")
    _, printed, _ = shiftbot("triage", "replay", "--since", "1d", "--engine", "rules")

    assert printed.startswith("2 of 3 decisions since ")
    assert "left out: 1, because words they were based on were erased since" in printed
    assert replayed(shiftbot, "--engine", "recorded", "--threshold", "0.7")["compared"] == 3  # needs no words


def test_how_many_and_since_when(world: World, shiftbot: Run) -> None:
    limited = replayed(shiftbot, "--engine", "rules", "--at-most", "1", "--limit", "1")
    listed = replayed(shiftbot, "--engine", "rules", "--limit", "1")
    code, printed, _ = shiftbot("triage", "replay", "--since", "2100-01-01", "--engine", "rules")

    assert limited["decisions"] == 1
    assert (listed["flips"]["count"], len(listed["flips"]["shown"])) == (2, 1)
    assert (code, printed.startswith("0 of 0 decisions since 2100-01-01")) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--since", "yesterdayish", "--engine", "rules"), "is no time"),
        (("--since", "7d", "--engine", "recorded"), "give --threshold"),
        (("--since", "7d", "--engine", "rules", "--model", "m"), "--model is for --engine model"),
        (("--since", "7d", "--engine", "rules", "--price-in", "1"), "give both or neither"),
        (("--since", "7d", "--engine", "model", "--prompt", "nowhere.md"), "nowhere.md cannot be read"),
        (("--since", "7d", "--engine", "model"), "OPENAI_API_KEY is not set"),
    ],
)
def test_wrong_usage_is_one_sentence(
    world: World, shiftbot: Run, arguments: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "--prompt" in arguments:
        monkeypatch.setenv("OPENAI_API_KEY", "key")
    code, printed, complaint = shiftbot("triage", "replay", *arguments)

    assert (code, printed) == (2, "")
    assert words in complaint


def test_a_programs_login_reads_no_conversations(
    world: World, shiftbot: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.superuser.execute("create role worker_login login password 'secret'")
    try:
        world.superuser.execute("grant shiftbot_worker to worker_login")
        server = world.database.server
        monkeypatch.setenv(
            "DATABASE_URL", f"postgresql://worker_login:secret@127.0.0.1:{server.port}/{world.database.name}"
        )
        code, printed, complaint = shiftbot("triage", "replay", "--since", "1d", "--engine", "rules")
    finally:
        world.superuser.execute(sql.SQL("drop owned by worker_login; drop role worker_login"))

    assert (code, printed) == (1, "")
    assert "The login of DATABASE_URL may not do this" in complaint
