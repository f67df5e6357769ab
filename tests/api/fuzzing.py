"""What schemathesis is told: a key is made up once for each request, and a version is often the one that was read."""

from __future__ import annotations

import os
import re
import uuid
from typing import Any

import httpx
import schemathesis

_KEY, _VERSION = "Idempotency-Key", "If-Match"
_VALID = re.compile(r"[\x21-\x7e]{8,255}")
_TAG = re.compile(r'"[0-9a-zA-Z-]{1,64}"')
# Not the first engineer: that one is the admin whose token does all this.
_RESOURCE = re.compile(r"/api/v1(/(?:shifts/\d+|tickets/\d+|engineers/(?!1\b)\d+))")


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """The shortest valid key would otherwise be all requests' key, and no generated version that of anything."""
    headers = case.headers or {}
    key, version = headers.get(_KEY), headers.get(_VERSION)
    if isinstance(key, str) and _VALID.fullmatch(key):
        headers[_KEY] = str(uuid.uuid4())
    found = _RESOURCE.match(case.formatted_path)
    if found and isinstance(version, str) and _TAG.fullmatch(version) and len(version) % 2:
        headers[_VERSION] = _read(found[1]) or version


def _read(path: str) -> str | None:
    token = os.environ["SHIFTBOT_API_TOKEN"]
    answer = httpx.get(
        os.environ["API_URL"] + path, headers={"Authorization": f"Bearer {token}"}, trust_env=False
    )
    return answer.headers.get("ETag")
