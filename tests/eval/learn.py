"""Learns the weights of words from the tuning part: python -m tests.eval.learn [--check].

Without --check it writes shiftbot/triage/weights.tsv. With it nothing is written: of each file of messages/tuning it says how
the rules judge it with weights that were learned from all the other files, which is how they judge people they do not know.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

import shiftbot.triage
from shiftbot.triage.hearing import listen
from shiftbot.triage.learned import ALWAYS, FILE, Weights
from shiftbot.triage.rules import RulesEngine
from shiftbot.triage.verdict import Conversation
from shiftbot.triage.words import features
from tests.eval.labelled import Labelled, writers
from tests.eval.score import BANDS, Judged, band, closed_reports, escalation, judge
from tests.triage.conversations import conversation, messages
from tests.triage.messages_threads import THREADS

PATH = Path(shiftbot.triage.__file__).parent / FILE
STRICTNESS = 1.0  # scikit-learn's C
SEEN_TWICE = 2  # conversations that a feature must be in
MUST = 3.0  # what a message of tests/triage counts, where no mistake is forgiven
HEAVY = 0.1  # logits; lighter ones are left out


@dataclass(frozen=True)
class Example:
    """A conversation's features, and what is to be learned of it; None where its label does not say."""

    found: dict[str, float]
    serious: bool | None
    trouble: bool | None
    human: bool | None
    counts: float = 1.0


def main(arguments: Sequence[str]) -> int:
    """Writes the weights, or checks them; always 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.eval.learn", description=__doc__)
    parser.add_argument("--check", action="store_true", help="how strangers are judged; writes nothing")
    if parser.parse_args(arguments).check:
        _check()
    else:
        lines = list(learn(writers().values()))
        PATH.write_text("\n".join(lines) + "\n", encoding="utf-8")
        sys.stdout.write(f"{len(lines)} lines in {PATH.name}\n")
    return 0


def learn(labelled: Iterable[Iterable[Labelled]]) -> Iterator[str]:
    """The lines of weights.tsv, the heaviest words first."""
    examples = [_example(one) for labels in labelled for one in labels] + _of_the_tests()
    weights = [
        _fit([(e.found, e.serious, e.counts) for e in examples]),
        _fit([(e.found, e.trouble, e.counts) for e in examples]),
        _fit([(e.found, e.human, e.counts) for e in examples]),
    ]
    names = sorted({name for one in weights for name in one}, key=lambda n: (-abs(weights[0].get(n, 0.0)), n))
    yield "# Made by python -m tests.eval.learn: a feature, its logits for serious, for trouble, for asking for a human."
    for name in names:
        yield "\t".join([name, *(f"{one.get(name, 0.0):.2f}" for one in weights)])


def _fit(examples: list[tuple[dict[str, float], bool | None, float]]) -> dict[str, float]:
    """The weights that tell one from the other."""
    told = [(found, is_so, counts) for found, is_so, counts in examples if is_so is not None]
    seen = Counter(name for found, _, _ in told for name in found)
    vectors = DictVectorizer()
    kept = [{n: v for n, v in found.items() if seen[n] >= SEEN_TWICE} for found, _, _ in told]
    model = LogisticRegression(C=STRICTNESS, max_iter=5000)
    model.fit(vectors.fit_transform(kept), [is_so for _, is_so, _ in told], [counts for _, _, counts in told])
    weights = dict(zip(vectors.get_feature_names_out(), model.coef_[0].tolist(), strict=True))
    heavy = {name: weight for name, weight in weights.items() if abs(weight) >= HEAVY}
    return heavy | {ALWAYS: float(model.intercept_[0])}


def _example(one: Labelled) -> Example:
    """Whoever wakes somebody with less than a grave report asked for a person, as good as always."""
    grave, found = one.band == "high", _heard(one.conversation)[0]
    asked = one.escalate and not grave
    return Example(
        found,
        grave and one.escalate,
        None if asked else grave or one.band == "medium",
        None if grave else asked,
    )


def _of_the_tests() -> list[Example]:
    """What tests/triage says; what asks for a person there, the tables of signals know."""
    grave, calm, noise = (
        [conversation(text) for text in messages(name)] for name in ("grave", "calm", "noise")
    )
    threads = [(conversation(*lines), escalates) for escalates, lines in THREADS]
    said: list[tuple[Conversation, bool, bool | None]] = [
        *((one, True, True) for one in grave),
        *((one, False, None) for one in calm),
        *((one, False, False) for one in noise),
        *((one, escalates, escalates or None) for one, escalates in threads),
    ]
    examples = []
    for one, serious, trouble in said:
        found, human = _heard(one)
        examples.append(Example(found, serious and not human, trouble, human, MUST))
    return examples


def _heard(one: Conversation) -> tuple[dict[str, float], bool]:
    """Its features, and whether the signals hear that it asks for a person."""
    hearing = listen(one)
    return features(one, hearing), hearing.human


def _check() -> None:
    everything = writers()
    judged: list[Judged] = []
    for left_out, labels in everything.items():
        others = [labels for name, labels in everything.items() if name != left_out]
        engine = RulesEngine(Weights.read(learn(others)))
        mine = judge(engine.triage, labels)
        judged += mine
        _say(left_out, mine)
    _say("all of them", judged)


def _say(name: str, judged: list[Judged]) -> None:
    rates = {"escalate": escalation(judged)} | {b: band(judged, b) for b in BANDS}
    said = "  ".join(f"{what} {rate.recall:.2f}, {rate.precision:.2f}" for what, rate in rates.items())
    sys.stdout.write(f"{name:<14} {len(judged):>5}  {said}  closed {len(closed_reports(judged))}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
