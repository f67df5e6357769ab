"""How well triage judges: make eval. The rules always, the model too where ENABLE_LLM=true and OPENAI_... name one."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence

from shiftbot.settings import Settings
from shiftbot.triage.engine import TriageEngine
from shiftbot.triage.rules import RulesEngine
from tests.eval.labelled import load
from tests.eval.score import BANDS, Engine, Judged, Rate, band, closed_reports, escalation, judge

PARTS = ("tuning", "untouched")
RECALL, PRECISION = 0.9, 0.7  # of the rules, on what they were never tuned on


def main(arguments: Sequence[str]) -> int:
    """Prints a table per engine and part; 1 where the rules fall short of what is promised."""
    asked = _parser().parse_args(arguments)
    parts = (asked.part,) if asked.part else PARTS
    is_kept = True
    for name, engine in _engines():
        for part in parts:
            judged = judge(engine, load(part))
            _print(name, part, judged, not asked.no_mistakes)
            if name == "rules" and part == "untouched":
                is_kept = keeps_the_promise(judged)
    if "untouched" in parts:
        sys.stdout.write(f"\nthe promise of the rules is {'kept' if is_kept else 'BROKEN'}\n")
    return 0 if is_kept else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.eval")
    parser.add_argument("--part", choices=PARTS, help="only this part")
    # Whoever tunes must not read what the untouched part gets wrong.
    parser.add_argument("--no-mistakes", action="store_true", help="figures only, no texts")
    return parser


def keeps_the_promise(judged: Sequence[Judged]) -> bool:
    """Nine of ten serious reports wake somebody, seven of ten who are woken are woken rightly, no report is closed."""
    woken = escalation(judged)
    return woken.recall >= RECALL and woken.precision >= PRECISION and not closed_reports(judged)


def _engines() -> Iterator[tuple[str, Engine]]:
    yield "rules", RulesEngine().triage
    if os.environ.get("ENABLE_LLM", "").lower() == "true":
        settings = Settings.load(database_url=os.environ.get("DATABASE_URL", "postgresql:///unused"))
        yield settings.openai_model, TriageEngine.from_settings(settings).triage


def _print(engine: str, part: str, judged: Sequence[Judged], with_mistakes: bool) -> None:
    sys.stdout.write(f"\n{engine}, {part} part: {len(judged)} conversations\n")
    rows: list[tuple[str, Rate]] = [("escalate", escalation(judged))]
    rows += [(name, band(judged, name)) for name in BANDS]
    for language in sorted({one.label.language for one in judged}):
        of_it = [one for one in judged if one.label.language == language]
        rows.append((f"escalate, {language}", escalation(of_it)))
    sys.stdout.write(f"  {'':<14} {'recall':>7} {'precision':>10} {'there':>6}\n")
    for what, rate in rows:
        sys.stdout.write(f"  {what:<14} {rate.recall:>7.2f} {rate.precision:>10.2f} {rate.there:>6}\n")
    sys.stdout.write(f"  reports closed as noise: {len(closed_reports(judged))}\n")
    for one in judged if with_mistakes else ():
        if one.is_mistake:
            got = f"{one.band}{'!' if one.verdict.escalate else ''}"
            want = f"{one.label.band}{'!' if one.label.escalate else ''}"
            sys.stdout.write(f"    {want} judged {got} ({one.verdict.severity:.2f}): {one.label.text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
