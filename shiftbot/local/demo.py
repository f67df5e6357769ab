"""The demo: starts the local rung, lets customers write, and shows what becomes of it."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import FrameType

import psycopg
from rich.console import Console

from shiftbot.local import conversations, team, terminal, ticket_list, timeline
from shiftbot.local.home import Home, LocalError
from shiftbot.local.people import Names, Slack, Telegram
from shiftbot.local.reader import Reader
from shiftbot.local.rest import Rest, verdicts
from shiftbot.local.rung import running

_LOOK_SECONDS = 0.2
_REST_SECONDS = 60.0
_PATIENCE_SECONDS = 30.0  # with a database that was killed and is started again


class Demo:
    """One run of the demo."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._printing = threading.Lock()
        self._names = Names(None)

    def run(self, home: Home, fresh: bool = False, once: bool = False, plays: bool = True) -> int:
        """Runs until the play is over (`once`) or the operator stops it. Raises LocalError."""
        begun = time.monotonic()
        with _stoppable():
            try:
                with running(home, fresh, self.tell) as settings:
                    self.tell(f"ready after {time.monotonic() - begun:.1f} s; logs are in {home.logs}")
                    self._show_the_way(settings)
                    with Reader(settings["DATABASE_URL"], _PATIENCE_SECONDS) as reader:
                        return self._show(settings, reader, once, plays)
            except KeyboardInterrupt:
                self.tell("Stopped. The data is kept for the next run.")
                return 130 if once else 0
            except psycopg.OperationalError as error:
                raise LocalError(f"The database is gone: {error}") from None

    def tell(self, line: str) -> None:
        """One line for the operator, from whichever thread."""
        with self._printing:
            self._console.print(line, style="dim", soft_wrap=True)

    def _show_the_way(self, settings: Mapping[str, str]) -> None:
        with self._printing:
            self._console.print(
                f"\nOpen {settings['DASHBOARD_URL']}/playground in a browser: be a customer and watch the board beside it.\n",
                style="bold", soft_wrap=True,
            )  # fmt: skip

    def _show(self, settings: Mapping[str, str], reader: Reader, once: bool, plays: bool) -> int:
        self._names = Names(Slack(settings["SLACK_SIM_URL"]))
        journal = timeline.Journal(reader)
        problems: list[str] = []
        if plays:
            with team.awake(settings):
                touched, problems = self._play(settings, reader, journal)
            self._summarise(reader, touched, problems)
        if once:
            return 1 if problems else 0
        self._invite()
        while True:
            self._show_news(journal)
            time.sleep(_LOOK_SECONDS)

    def _play(
        self, settings: Mapping[str, str], reader: Reader, journal: timeline.Journal
    ) -> tuple[set[int], list[str]]:
        """Lets the customers write and shows the journal until every ticket rests."""
        count = len(conversations.PLAY)
        self.tell(f"{count} conversations begin now; this is the journal of their tickets:\n")
        stage = conversations.Stage(Telegram(settings["TELEGRAM_SIM_URL"]), Slack(settings["SLACK_SIM_URL"]))
        touched: set[int] = set()
        pool = ThreadPoolExecutor(count, "customer")
        try:
            stories = [pool.submit(conversations.play, stage, number) for number in range(count)]
            rest = Rest(reader, stage.telegram)
            deadline: float | None = None
            while deadline is None or (time.monotonic() < deadline and not rest.is_reached()):
                touched |= self._show_news(journal)
                if deadline is None and all(story.done() for story in stories):
                    deadline = time.monotonic() + _REST_SECONDS
                time.sleep(_LOOK_SECONDS)
            touched |= self._show_news(journal)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        problems = [problem for story in stories if (problem := story.result())]
        return touched, problems + verdicts(reader, settings)

    def _show_news(self, journal: timeline.Journal) -> set[int]:
        news = journal.news()
        with self._printing:
            timeline.show(self._console, news, self._names.of)
        return {action.ticket_id for action in news}

    def _summarise(self, reader: Reader, touched: set[int], problems: list[str]) -> None:
        with self._printing:
            self._console.print()
            ticket_list.show(self._console, ticket_list.by_ids(reader, touched))
            for problem in problems:
                self._console.print(f"Problem: {problem}", style="bold red", soft_wrap=True)
            if not problems:
                self._console.print(
                    "Every ticket came to rest, the queues are empty and the journal is intact.", style="green",
                    soft_wrap=True,
                )  # fmt: skip

    def _invite(self) -> None:
        name = terminal.command_name()
        with self._printing:
            self._console.print(
                f'\nTry it yourself, in another terminal:\n  {name} say telegram "the site is down"\n'
                f'  {name} say slack "I can\'t find my invoice"\n  {name} tickets\n'
                "Something serious rings Ben's simulated phone until somebody acknowledges; answer or ignore it:\n"
                f"  {name} phone press 1      (or 9 to pass it on; phone ignore, phone decline, phone text 1)\n"
                f"  {name} page list\n"
                "What happens is shown here. Stop with Ctrl-C.\n",
                soft_wrap=True,
            )


@contextmanager
def _stoppable() -> Iterator[None]:
    """SIGTERM and a closed terminal stop the demo as Ctrl-C does, and a second one does not disturb the end."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop(_: int, __: FrameType | None) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
