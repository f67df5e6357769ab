"""What schemathesis is told: a key is made up once for each request."""

from __future__ import annotations

import re
import uuid
from typing import Any

import schemathesis

_KEY = "Idempotency-Key"
_VALID = re.compile(r"[\x21-\x7e]{8,255}")


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """The shortest valid key would otherwise be used for all requests, of which only the first may use it."""
    key = (case.headers or {}).get(_KEY)
    if isinstance(key, str) and _VALID.fullmatch(key):
        case.headers[_KEY] = str(uuid.uuid4())
