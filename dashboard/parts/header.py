"""The line above every page: where one can go, who is on call, how fresh the page is, who is signed in."""

from __future__ import annotations

from typing import Any

from dashboard.parts.mounting import mounted, nothing


def header(data: dict[str, Any]) -> Any:
    """Draws it; the answer's `go` is the path of a page that was chosen, its `sign_out` that somebody leaves."""
    return mounted("header")(key="header", data=data, on_go_change=nothing, on_sign_out_change=nothing)
