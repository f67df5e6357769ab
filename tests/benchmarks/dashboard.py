"""The dashboard in real browsers, with a thousand tickets open and a million closed: how soon, how fast, at what idle cost."""

from __future__ import annotations

import contextlib
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
import psycopg
from playwright.sync_api import Browser, Page

from dashboard.database import Database as ActingDatabase
from dashboard.database import Person
from dashboard.queries import board as queries
from dashboard.queries import people
from dashboard.queries.board import Filters
from shiftbot.sim.project import SupabaseSim
from tests.benchmarks.report import Figure, at
from tests.benchmarks.rig import Rig, rig
from tests.benchmarks.sessions import silent_sessions
from tests.support.browser import chromium
from tests.support.dashboard import PASSWORD as LOGIN_PASSWORD
from tests.support.dashboard import Dashboard, dashboard
from tests.support.live import LISTENER, PASSWORD, goes_live, listening
from tests.support.postgres import Database
from tests.support.waiting import eventually

OPEN, CLOSED = 1_000, 1_000_000
SESSIONS = 20
CHANGES = 100
LOADS = 15
IDLE_SECONDS = 20
LIMITS = {1: 0.3, SESSIONS: 1.0}  # seconds from commit to visible, p95
LOAD_LIMIT, IDLE_LIMIT = 1.5, 0.05  # seconds; of a core
ADA, BEN = "ada@example.com", "ben@example.com"
BARE = "a commit, the SQL, a request"

# Notes when each change is first drawn, by the clock that committed it. A frame after the mutation, so that it is seen.
_NOTE = """(row) => {
  const list = row.getRootNode();
  window.seen = {};
  const look = () => {
    for (const snippet of list.querySelectorAll(".snippet")) {
      const change = /^change (\\d+)$/.exec(snippet.textContent);
      if (change) window.seen[change[1]] ??= Date.now();
    }
  };
  const seeing = new MutationObserver(() => requestAnimationFrame(look));
  seeing.observe(list, { subtree: true, childList: true, characterData: true });
}"""


def run() -> list[Figure]:
    """The figures."""
    with rig() as bench, _shown(bench) as shown, chromium() as browser:
        none = _idle(shown, browser.new_page())
        _open(bench, 1)
        page = shown.sign_in(browser, ADA)
        small = _loads(shown, page, "/")
        _open(bench, OPEN - 1)
        _close_many(bench)
        loads = _loads(shown, page, "/")
        searched = _loads(shown, page, "/?q=export")
        shown.go(page, "/")
        bare = _bare(bench, shown)
        alone = _changes(bench, [page], 0)
        with _crowd(shown, browser, page) as pages:
            busy = _cpu_seconds(shown)
            together = _changes(bench, pages, CHANGES)
            busy = (_cpu_seconds(shown) - busy) / (CHANGES * SESSIONS)
            idle = _idle(shown, page)
    return [
        *_of_loads(loads, searched, small),
        *_of_changes(alone, 1, 1, bare),
        *_of_changes(together, SESSIONS, 3, bare),
        Figure("CPU of the dashboard per change and session", f"{busy * 1000:.1f} ms", busy / bare, BARE),
        Figure(
            f"CPU of {SESSIONS} idle sessions over {IDLE_SECONDS} s",
            f"{idle:.1%} of a core",
            idle / none,
            "the same process without any",
        ),
        Figure(f"under {IDLE_LIMIT:.0%} of a core", "yes" if idle < IDLE_LIMIT else "NO"),
    ]


@contextlib.contextmanager
def _shown(bench: Rig) -> Iterator[Dashboard]:
    """A dashboard that hears Realtime of a simulated project, for Ada and Ben."""
    bench.team()
    bench.one("insert into public.engineers (name, email) values ('Ben', %s) returning id", BEN)
    bench.one("update public.app_settings set listener_email = %s returning true", LISTENER)
    with (
        tempfile.TemporaryDirectory(prefix="shiftbot-bench-") as folder,
        contextlib.closing(Database(bench.server, "postgres")) as database,
        SupabaseSim(bench.admin_dsn, {LISTENER: PASSWORD}) as project,
        dashboard(database, Path(folder) / "log", ADA, BEN, **listening(project)) as shown,
    ):
        assert goes_live(shown)
        yield shown


def _open(bench: Rig, count: int) -> None:
    """Open tickets as reports and triage make them; each third one rings."""
    first = bench.one("select coalesce(max(id), 0) + 1 from public.tickets")
    bench.tickets(count)
    bench.conn.execute(
        "insert into public.ticket_actions (ticket_id, event, actor_type, actor, body, external_id)"
        " select id, 'message', 'customer', 'telegram:7', 'The export is broken since this morning', 'bench:' || id"
        " from public.tickets where id >= %s",
        (first,),
    )
    bench.conn.execute(
        "insert into public.ticket_actions (ticket_id, event, actor_type, actor, payload)"
        " select id, case when id %% 3 = 0 then 'triaged_escalate' else 'triaged_answer' end, 'bot', 'bot:rules',"
        """ '{"title": "Export broken", "summary": "CSV export fails", "facts": {"severity": 0.8, "answers_seq": 1}}'"""
        " from public.tickets where id >= %s",
        (first,),
    )


def _close_many(bench: Rig) -> None:
    """Closed tickets as a long life leaves them, with a message each; made without triggers, which would take hours."""
    with psycopg.connect(bench.admin_dsn, autocommit=True) as admin:
        admin.execute("set session_replication_role = replica")
        admin.execute(
            "insert into public.tickets (platform, source_id, chat_external_id, thread_key, opened_by, status, title,"
            " summary, severity, created_at, updated_at, last_action_seq, last_said_seq, head_hash)"
            " select 'telegram', s.id, '-1', 'old:' || n, 'telegram:' || n %% 5000, 'closed',"
            " 'Case ' || n || case when n %% 10 = 0 then ' of the export' else ' of the login' end, 'It was solved', 0.5,"
            " now() - n * interval '30 s', now() - n * interval '30 s', 1, 1, '\\x00'"
            " from public.sources as s, generate_series(1, %s) as n",
            (CLOSED,),
        )
        admin.execute(
            "insert into public.ticket_actions (ticket_id, seq, action_type, event, status_after, actor_type, actor,"
            " written_by, body, external_id, created_at, content_digest, hash)"
            " select id, 1, 'user_message', 'message', 'closed', 'customer', opened_by, 'shiftbot_ingest',"
            " 'Since ' || created_at::date || ' I cannot get in', 'old:' || id, created_at, '\\x00', '\\x00'"
            " from public.tickets where status = 'closed'"
        )
        admin.execute(
            "insert into private.ticket_words (ticket_id, block, words)"
            " select t.id, 0, strip(private.words(concat_ws(' ', t.title, t.summary, a.body)))"
            " from public.tickets as t join public.ticket_actions as a on a.ticket_id = t.id where t.status = 'closed'"
        )
        admin.execute("vacuum analyze")


def _loads(shown: Dashboard, page: Page, path: str) -> list[float]:
    """How long until the first ticket is there; the browser knows the page's files already."""
    shown.go(page, path)
    taken = []
    for _ in range(LOADS):
        begun = time.perf_counter()
        page.goto(f"{shown.url}{path}", wait_until="commit")
        page.wait_for_selector("li.ticket")
        taken.append(time.perf_counter() - begun)
    return sorted(taken)


@contextlib.contextmanager
def _crowd(shown: Dashboard, browser: Browser, page: Page) -> Iterator[list[Page]]:
    """SESSIONS, three of them browsers that draw: the first that is told of a change, one in the middle, the last."""
    silent = SESSIONS - 3
    with silent_sessions(silent // 2, page, shown.url):
        middle = shown.sign_in(browser, BEN)
        with silent_sessions(silent - silent // 2, page, shown.url):
            last = shown.sign_in(browser, ADA)
            assert eventually(lambda: json.loads(shown.health())["sessions"] == SESSIONS)
            yield [page, middle, last]


def _changes(bench: Rig, pages: Sequence[Page], first: int) -> list[float]:
    """From each change's commit to each page that shows it; one a second, never in step with what ticks."""
    for page in pages:
        page.locator("li.ticket").first.evaluate(_NOTE)
    committed = {}
    for number in range(first, first + CHANGES):
        committed[number] = _commit(bench, f"change {number}")
        pages[0].wait_for_timeout(750 + number * 618 % 500)  # a plain sleep would stop the browser's driver
    waits = []
    for page in pages:
        seen: dict[str, float] = page.evaluate("window.seen")
        waits += [seen[str(n)] / 1000 - begun for n, begun in committed.items() if str(n) in seen]
    return sorted(waits)


def _commit(bench: Rig, words: str) -> float:
    """A customer says this in the ticket that was quiet for the longest time; the moment before its commit."""
    with bench.conn.transaction():
        bench.conn.execute(
            "insert into public.ticket_actions (ticket_id, event, actor_type, actor, body, external_id)"
            " select id, 'message', 'customer', 'telegram:7', %s, %s from public.tickets where status <> 'closed'"
            " order by updated_at, id limit 1",
            (words, f"bench:{words}"),
        )
        begun = time.time()
    return begun


def _bare(bench: Rig, shown: Dashboard) -> float:
    """The median of what cannot be spared: one commit, the board's SQL as the engineer, one HTTP request."""
    dsn = f"postgresql://shiftbot_dashboard:{LOGIN_PASSWORD}@127.0.0.1:{bench.server.port}/postgres"
    taken = []
    with contextlib.closing(ActingDatabase(dsn, 1)) as database:
        for number in range(CHANGES):
            begun = _commit(bench, f"bare {number}")
            with database.acting_as(Person(ADA)) as conn:
                people.me(conn)
                people.on_call(conn)
                queries.tickets(conn, Filters(), None, 50)
                queries.counts(conn)
                queries.sources(conn)
                queries.engineers(conn)
                queries.acknowledgeable(conn)
            shown.health()
            taken.append(time.time() - begun)
    return at(sorted(taken), 50)


def _cpu_seconds(shown: Dashboard) -> float:
    """What the process has taken so far: unlike the waits, the same however busy the machine is with browsers."""
    times = psutil.Process(shown.process.pid).cpu_times()
    return float(times.user + times.system)


def _idle(shown: Dashboard, page: Page) -> float:
    """The part of a core that the process takes while nothing happens."""
    process = psutil.Process(shown.process.pid)
    page.wait_for_timeout(2000)  # what went before is over
    process.cpu_percent()
    page.wait_for_timeout(1000 * IDLE_SECONDS)
    return process.cpu_percent() / 100


def _of_loads(loads: Sequence[float], searched: Sequence[float], small: Sequence[float]) -> list[Figure]:
    base = at(small, 50)
    return [
        Figure("tickets open and closed", f"{OPEN:,} and {CLOSED:,}"),
        Figure(
            "warm first content of the board, p50",
            f"{at(loads, 50) * 1000:.0f} ms",
            at(loads, 50) / base,
            "the board of one ticket",
        ),
        Figure(
            "the same of a search for a common word, p50",
            f"{at(searched, 50) * 1000:.0f} ms",
            at(searched, 50) / base,
            "the board of one ticket",
        ),
        Figure(f"first content under {LOAD_LIMIT} s", "yes" if at(loads, 50) < LOAD_LIMIT else "NO"),
    ]


def _of_changes(waits: Sequence[float], sessions: int, browsers: int, bare: float) -> list[Figure]:
    wanted, limit = CHANGES * browsers, LIMITS[sessions]
    who = f"{sessions} session{'s' if sessions > 1 else ''}"
    return [
        Figure(f"changes seen in {browsers} of {who}", f"{len(waits)} of {wanted}"),
        *(
            Figure(
                f"commit to visible with {who}, p{percent}",
                f"{at(waits, percent) * 1000:.0f} ms",
                at(waits, percent) / bare,
                BARE,
            )
            for percent in (50, 95)
        ),
        Figure(f"p95 under {limit:g} s", "yes" if at(waits, 95) < limit and len(waits) == wanted else "NO"),
    ]
