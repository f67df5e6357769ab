"""weights.tsv is what learning from the tuning part gives: nobody edited it, and nobody forgot to learn anew."""

from __future__ import annotations

from collections.abc import Iterable

from tests.eval.labelled import writers
from tests.eval.learn import HEAVY, PATH, learn

NEAR = 0.03  # logits: rounded to hundredths, and linear algebra differs a little from one machine to the next
LIGHT = HEAVY + NEAR  # so light a feature may be left out on one machine and not on the other


def table(lines: Iterable[str]) -> dict[str, list[float]]:
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {name: [float(weight) for weight in weights] for name, *weights in rows}


def test_weights_are_what_was_learned() -> None:
    shipped, learned = table(PATH.read_text(encoding="utf-8").splitlines()), table(learn(writers().values()))
    nothing = [0.0, 0.0, 0.0]

    differ = {
        name: (shipped.get(name), learned.get(name))
        for name in shipped.keys() | learned.keys()
        for one, other in zip(shipped.get(name, nothing), learned.get(name, nothing), strict=True)
        if abs(one - other) > (NEAR if one and other else LIGHT)
    }
    assert differ == {}, "learn anew: python -m tests.eval.learn"
