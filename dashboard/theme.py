"""How it looks: Streamlit's elements by its theme options, our parts by `tokens.css`, which takes its colours from there."""

from __future__ import annotations

from pathlib import Path

_PARTS = Path(__file__).parent / "parts"
_SANS = "Inter, ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
_MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace"
_SHARED = {
    "font": _SANS,
    "headingFont": _SANS,
    "codeFont": _MONO,
    "baseFontSize": 15,
    "baseRadius": "8px",
    "showWidgetBorder": True,
    "headingFontSizes": ["1.5rem", "1.25rem", "1.05rem", "1rem", "1rem", "1rem"],
}
_LIGHT = {
    "primaryColor": "#4453c9",
    "backgroundColor": "#ffffff",
    "secondaryBackgroundColor": "#f5f5f8",
    "textColor": "#1c1e26",
    "borderColor": "#e1e2e9",
    "linkColor": "#3644b3",
}
_DARK = {
    "primaryColor": "#8f9bff",
    "backgroundColor": "#14151c",
    "secondaryBackgroundColor": "#1d1f29",
    "textColor": "#e8e9ef",
    "borderColor": "#2f3240",
    "linkColor": "#aab3ff",
}
OPTIONS: dict[str, object] = (
    {f"theme.{name}": value for name, value in _SHARED.items()}
    | {f"theme.light.{name}": value for name, value in _LIGHT.items()}
    | {f"theme.dark.{name}": value for name, value in _DARK.items()}
)


def css(name: str) -> str:
    """The styles of a part, with the tokens they are written in."""
    return (_PARTS / "tokens.css").read_text() + (_PARTS / f"{name}.css").read_text()


def js(name: str) -> str:
    """The script of a part, with the helpers that parts share."""
    return (_PARTS / "shared.js").read_text() + (_PARTS / f"{name}.js").read_text()
