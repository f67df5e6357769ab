"""The manifest of the Slack app, for one address or for Socket Mode; the file beside the parser is its source."""

from __future__ import annotations

from pathlib import Path

PATH = Path(__file__).parent / "platforms" / "slack" / "app-manifest.yaml"
_PLACE = "https://YOUR-HOST"


def render(base_url: str) -> str:
    """The YAML to paste; an empty address makes the variant that needs none (Socket Mode)."""
    lines = [line for line in PATH.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    if base_url:
        return "".join(line.replace(_PLACE, base_url) + "\n" for line in lines)
    kept = [line for line in lines if _PLACE not in line]
    text = "".join(line + "\n" for line in kept)
    return text.replace("socket_mode_enabled: false", "socket_mode_enabled: true")
