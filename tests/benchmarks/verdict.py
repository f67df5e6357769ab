"""What a verdict costs a worker's CPU, by the rules and by a model that takes no time, against the plain way."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from typing import Any
from unittest.mock import patch

import openai

from shiftbot.triage import hearing, words
from shiftbot.triage.model import _FORMAT, ModelEngine
from shiftbot.triage.pattern import expression
from shiftbot.triage.rules import RulesEngine
from shiftbot.triage.signals import KINDS, MACROS, TABLES
from shiftbot.triage.text import sentences
from tests.benchmarks.report import Figure
from tests.benchmarks.rig import ROOT, provider
from tests.triage.conversations import conversation, messages

ROUNDS, CALLS, THREADS = 25, 60, 10
REPORT = conversation("How does the export work? I pressed the button in the settings twice")
WHOLE, CREATE = "one expression for each kind", "chat.completions.create in a thread"
_COLD = """
import time
from shiftbot.triage.rules import RulesEngine
from tests.benchmarks.verdict import REPORT
begun = time.process_time()
RulesEngine().triage(REPORT)
print(time.process_time() - begun)
"""


class Whole:
    """Hears one kind by one expression of all its patterns."""

    def __init__(self, kind: str) -> None:
        patterns = [p for table in TABLES for p in table.get(kind, ())]
        self._pattern = re.compile("(?<= )(?:" + "|".join(expression(p, MACROS) for p in patterns) + ")")
        self.search, self.sub = self._pattern.search, self._pattern.sub

    def finditer(self, said: str) -> Iterator[re.Match[str]]:
        return self._pattern.finditer(said)

    def count(self, said: str) -> int:
        return sum(1 for _ in self.finditer(said))


def run() -> list[Figure]:
    """The figures."""
    rules = RulesEngine()
    rules.warm_up()
    begun = time.process_time()
    wholes = {kind: Whole(kind) for kind in KINDS}
    compiled = time.process_time() - begun

    # Of as many as a round has calls each is judged once a round: nothing that is remembered of a text is of use.
    reports = cycle([conversation(text) for text in (*messages("grave"), *messages("calm"))[:CALLS]])

    def judge() -> object:
        sentences.cache_clear()
        return rules.triage(next(reports))

    def judge_by_wholes() -> object:
        with patch.object(hearing, "ear", wholes.__getitem__), patch.object(words, "ear", wholes.__getitem__):
            return judge()

    by_rules, plainly = _best(1, judge, judge_by_wholes)
    asked, created = _asked()
    cold = float(subprocess.check_output([sys.executable, "-c", _COLD], cwd=ROOT))
    return [
        Figure("a verdict by the rules", f"{by_rules * 1000:.2f} ms"),
        Figure(f"  by {WHOLE}", f"{plainly * 1000:.2f} ms", plainly / by_rules, "the rules' verdict"),
        Figure("the first verdict of a cold process", f"{cold * 1000:.0f} ms"),
        Figure(f"  to compile {WHOLE}", f"{compiled * 1000:.0f} ms", compiled / cold, "the first verdict"),
        Figure(f"a verdict by a model, {THREADS} threads", f"{asked * 1000:.2f} ms"),
        Figure(f"  {CREATE}", f"{created * 1000:.2f} ms", created / asked, "the model's verdict"),
    ]


def _asked() -> tuple[float, float]:
    """Seconds of CPU of a whole verdict, and of nothing but the library's own call."""
    with provider() as address, ModelEngine("none", f"{address}/v1", "bench", 20) as model:
        plain = openai.OpenAI(api_key="none", base_url=f"{address}/v1", max_retries=0)
        said: list[Any] = [{"role": "system", "content": model.prompt}, {"role": "user", "content": "x"}]

        def create() -> None:
            plain.chat.completions.create(timeout=20, model="bench", messages=said, response_format=_FORMAT)

        def create_in_a_thread() -> None:
            thread = threading.Thread(target=create)
            thread.start()
            thread.join(20)

        with plain:
            ours, theirs = _best(THREADS, lambda: model.triage(REPORT), create_in_a_thread)
    return ours, theirs


def _best(threads: int, *calls: Callable[[], object]) -> list[float]:
    """Seconds of CPU of one call of each; the best of rounds that alternate, as the machine is not always the same."""
    best = [float("inf")] * len(calls)
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(ROUNDS):
            for number, call in enumerate(calls):
                begun = time.process_time()
                for future in [pool.submit(call) for _ in range(CALLS)]:
                    future.result()
                best[number] = min(best[number], (time.process_time() - begun) / CALLS)
    return best
