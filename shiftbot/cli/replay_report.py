"""What a replay found, in lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_KINDS = {"page": "page", "noise": "close as noise", "answer": "answer"}


def lines(found: dict[str, Any]) -> Iterator[str]:
    """The head, the sums, the flips."""
    yield from _head(found)
    if not found["compared"]:
        return
    yield from _change("pages", found["pages"])
    yield from _change("closed as noise", found["noise"])
    flips, compared = found["flips"], found["compared"]
    yield f"flips: {flips['count']} of {compared} ({100 * flips['count'] / compared:.1f} %)"
    severity = found["severity"]
    yield (
        f"severity: {severity['mean_was']:.3f} -> {severity['mean_would_be']:.3f} on average;"
        f" higher on {severity['higher']}, lower on {severity['lower']} (by 0.05 or more)"
    )
    yield from _cost(found)
    yield f"took {found['seconds']:.1f} s, {1000 * found['seconds'] / compared:.0f} ms a decision"
    yield from _flips(flips)


def _head(found: dict[str, Any]) -> Iterator[str]:
    engine = ", ".join(f"{name} {value}" for name, value in found["engine"].items() if name != "name")
    threshold = "as it is set" if found["threshold"] is None else f"{found['threshold']:g}"
    yield (
        f"{found['compared']} of {found['decisions']} decisions since {found['since']} were made again"
        f" by: {found['engine']['name']}{f' ({engine})' if engine else ''}; threshold {threshold}"
    )
    if found["erased"]:
        yield f"left out: {found['erased']}, because words they were based on were erased since"
    if found["stopped_early"]:
        yield "STOPPED EARLY: the model failed so often in a row that production would not have asked it any more"


def _change(what: str, change: dict[str, Any]) -> Iterator[str]:
    more, fewer = change["more"], change["fewer"]
    yield f"{what}: {change['was']} -> {change['would_be']} ({more['count']} more, {fewer['count']} fewer)"
    for name, counted in (("more", more), ("fewer", fewer)):
        if counted["count"]:
            yield (
                f"  of the {counted['count']} {name}: a human was needed {counted['needed']},"
                f" not needed {counted['not_needed']}, nobody said {counted['nobody_said']}"
            )


def _cost(found: dict[str, Any]) -> Iterator[str]:
    failed = {name: number for name, number in found["failed"].items() if name != "count"}
    if failed:
        kinds = ", ".join(f"{name} {number}" for name, number in failed.items())
        yield f"failed: {found['failed']['count']} ({kinds}); the rules stood in, as in production"
    if found["engine"]["name"] != "model":
        return  # nobody is paid for rules
    tokens, then = found["tokens"], found["tokens"]["then"]
    missing = "; those of failed calls are not known" if failed else ""
    yield (
        f"tokens: {tokens['tokens_in']} in, {tokens['tokens_out']} out"
        f" (then: {then['tokens_in']} in, {then['tokens_out']} out){missing}"
    )
    if found["cost"] is None:
        yield "cost: unknown; give --price-in and --price-out, of a million tokens each"
    else:
        yield f"cost: {found['cost']:.4f} (then, at the same prices: {found['cost_then']:.4f})"


def _flips(flips: dict[str, Any]) -> Iterator[str]:
    if flips["shown"]:
        yield ""
    for flip in flips["shown"]:
        label = f", people said: {flip['label'].replace('_', ' ')}" if flip["label"] else ""
        failed = f", the model failed: {flip['failed']}" if flip["failed"] else ""
        yield (
            f"ticket {flip['ticket_id']}, row {flip['seq']}: {_KINDS[flip['was']]} -> {_KINDS[flip['would_be']]},"
            f" severity {flip['severity_was']:.2f} -> {flip['severity_would_be']:.2f}{label}{failed}"
        )
    if left := flips["count"] - len(flips["shown"]):
        yield f"and {left} more: --limit {flips['count']} lists all"
