"""How well triage judges: make eval. The rules always, the model too where ENABLE_LLM=true and OPENAI_... name one."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence

from shiftbot.settings import Settings
from shiftbot.triage.engine import TriageEngine
from shiftbot.triage.rules import RulesEngine
from tests.eval.labelled import UNSEEN, load
from tests.eval.score import BANDS, Engine, Judged, Rate, band, closed_reports, escalation, judge

PARTS = ("tuning", *UNSEEN)
TOGETHER = "all unseen"
Column = tuple[str, str]  # engine, part
RECALL, PRECISION = 0.9, 0.7  # of the rules, on what they were never tuned on


def main(arguments: Sequence[str]) -> int:
    """Prints one table, engines and parts side by side, and the mistakes; 1 where the rules break their promise."""
    asked = _parser().parse_args(arguments)
    parts = (asked.part,) if asked.part else PARTS
    judged: dict[Column, list[Judged]] = {}
    for name, engine in _engines():
        judged |= {(name, part): judge(engine, load(part)) for part in parts}
        judged[name, TOGETHER] = [one for part in parts if part in UNSEEN for one in judged[name, part]]
    columns = {
        column: found for column, found in judged.items() if found and (len(parts) > 1 or column[1] in parts)
    }
    _print_table(columns)
    if not asked.no_mistakes:
        _print_mistakes({column: found for column, found in columns.items() if column[1] != TOGETHER})
    unseen = judged["rules", TOGETHER]
    is_kept = not unseen or keeps_the_promise(unseen)
    if unseen:
        named = ", ".join(part for part in parts if part in UNSEEN)
        sys.stdout.write(f"\nthe promise of the rules, on {named}: {'kept' if is_kept else 'BROKEN'}\n")
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


def _print_table(columns: Mapping[Column, Sequence[Judged]]) -> None:
    heads = [f"{engine}, {part}" for engine, part in columns]
    width = max(17, *map(len, heads))
    sys.stdout.write(
        f"{'recall, precision (there)':<27}" + "".join(f"{head:>{width + 2}}" for head in heads) + "\n"
    )
    rows = [_rates(judged) for judged in columns.values()]
    for what in dict.fromkeys(name for row in rows for name in row):
        rates = [row.get(what) for row in rows]
        cells = [f"{r.recall:.2f}, {r.precision:.2f} ({r.there})" if r else "-" for r in rates]
        sys.stdout.write(f"{what:<27}" + "".join(f"{cell:>{width + 2}}" for cell in cells) + "\n")
    closed = [len(closed_reports(judged)) for judged in columns.values()]
    sys.stdout.write(
        f"{'reports closed as noise':<27}" + "".join(f"{count:>{width + 2}}" for count in closed) + "\n"
    )


def _rates(judged: Sequence[Judged]) -> dict[str, Rate]:
    rates = {"escalate": escalation(judged)} | {name: band(judged, name) for name in BANDS}
    for language in sorted({one.label.language for one in judged}):
        rates[f"escalate, {language}"] = escalation([one for one in judged if one.label.language == language])
    return rates


def _print_mistakes(columns: Mapping[Column, Sequence[Judged]]) -> None:
    for (engine, part), judged in columns.items():
        sys.stdout.write(f"\n{engine}, {part}: mistakes\n")
        for one in judged:
            if one.is_mistake:
                got = f"{one.band}{'!' if one.verdict.escalate else ''}"
                want = f"{one.label.band}{'!' if one.label.escalate else ''}"
                sys.stdout.write(f"  {want} judged {got} ({one.verdict.severity:.2f}): {one.label.text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
