"""Bodies that no platform sends: what was recorded, twisted by hypothesis in every place, and bytes of no shape at all."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.platforms.fixtures import load, names

# `make fuzz` sets it: so many bodies instead of a few, and others each time.
BODIES = int(os.environ.get("FUZZ_BODIES", "0"))
_FEW = 400
_SHARES = {"telegram": 0.35, "slack": 0.35, "twilio": 0.1, "forged": 0.1, "texts": 0.1}

Places = list[tuple[Any, ...]]


def rounds(kind: str) -> Callable[[Any], Any]:
    """How often a test of that kind is run; the same bodies every time unless many were asked for."""
    count = max(10, int((BODIES or _FEW) * _SHARES[kind]))
    return settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=not BODIES,
        suppress_health_check=list(HealthCheck),
    )


_words = st.text(max_size=30) | st.text(st.characters(categories=["Cs", "Cc", "Cf", "So", "Mn"]), max_size=6)
_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | _words
    | st.sampled_from(["\x00", "\ud800", "a\udfffb", "x" * 20_000, "'; drop table tickets; --", "<!channel>"])
    | st.sampled_from([2**63, -(2**70), 10**400, "1760000001.000100", "", " "])
)
_values = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(_words | st.sampled_from(["id", "text", "type"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Places:
    """Every place in the JSON."""
    found: Places = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += places(item, (*path, key))
    return found


_RECORDED = {
    platform: {name: load(platform, name) for name in sorted(names(platform))}
    for platform in ("telegram", "slack")
}
_PLACES = {
    platform: {name: places(raw) for name, raw in payloads.items()}
    for platform, payloads in _RECORDED.items()
}


@st.composite
def twisted(draw: st.DrawFn, platform: str) -> tuple[str, Any]:
    """A recorded payload's name, and the payload with up to four places replaced, dropped, wrapped or made to hold itself."""
    name = draw(st.sampled_from(sorted(_RECORDED[platform])))
    raw = _RECORDED[platform][name]
    payload = copy.deepcopy(raw)
    for place in draw(st.lists(st.sampled_from(_PLACES[platform][name]), max_size=4)):
        _twist(payload, place, draw(st.sampled_from(["replace", "drop", "wrap", "nest", "deep"])), raw, draw)
    return name, payload


def _twist(payload: Any, place: tuple[Any, ...], how: str, raw: Any, draw: st.DrawFn) -> None:
    *way, last = place
    parent = payload
    try:
        for key in way:
            parent = parent[key]
        old = parent[last]
        if how == "drop":
            del parent[last]
        elif how == "wrap":
            parent[last] = [old]
        elif how == "nest":
            parent[last] = copy.deepcopy(raw)
        elif how == "deep":
            parent[last] = json.loads("[" * 300 + "]" * 300)
        else:
            parent[last] = draw(_values)
    except (KeyError, IndexError, TypeError):
        pass  # an earlier twist took that place away


def encoded(payload: Any) -> st.SearchStrategy[bytes]:
    """The payload as bytes: mostly as it is, sometimes in raw UTF-8, cut off, with a byte changed or with huge padding."""
    plain = json.dumps(payload).encode()
    raw = json.dumps(payload, ensure_ascii=False).encode("utf-8", "surrogatepass")
    place = st.integers(0, max(0, len(plain) - 1))
    byte = st.binary(min_size=1, max_size=2)
    return st.one_of(
        st.just(plain),
        st.just(plain),
        st.just(plain),
        st.just(raw),
        place.map(lambda at: plain[:at]),
        st.tuples(place, byte).map(lambda cut: plain[: cut[0]] + cut[1] + plain[cut[0] + 1 :]),
        st.just(plain + b" " * 100_000),
    )


def fresh(body: bytes, number: int) -> bytes:
    """The body with ids of its own: else most would be redeliveries of the first, and end there."""
    body = body.replace(b"17600000", b"17%06d" % (number % 10**6))
    return body.replace(b'"message_id": ', b'"message_id": %d' % (number % 10**6 or 1))


NO_SHAPE = st.binary(max_size=300) | _values.map(lambda value: json.dumps(value).encode())
_FIELDS = ("CallSid", "MessageSid", "CallStatus", "MessageStatus", "AnsweredBy", "ErrorCode", "From", "Body")
_FIELD_VALUES = (
    "CA1",
    "SM1",
    "in-progress",
    "completed",
    "machine_start",
    "+15550100001",
    "ack 1",
    "4",
    "\x00",
)
FORM = st.dictionaries(
    st.sampled_from(_FIELDS), _words | st.sampled_from([*_FIELD_VALUES, "9" * 400]), max_size=7
)
QUERY = st.dictionaries(
    st.sampled_from(["attempt", "token", "turn", "x"]),
    st.sampled_from(["", "1", "0", "-1", "9" * 18, "9" * 30, "abc", "\x00", "ä", "1 or 1=1"])
    | st.text(max_size=8),
    max_size=4,
)
