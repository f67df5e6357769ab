"""The Slack app: its token and what the workspace lets it do."""

from __future__ import annotations

from collections.abc import Iterator

from shiftbot.doctor.asking import NoAnswer, ask, json_of
from shiftbot.doctor.finding import Finding, Group
from shiftbot.settings import Settings

_GROUP = Group("slack")
# As the app's manifest asks for; a test compares.
WANTED = (
    "app_mentions:read",
    "channels:history",
    "chat:write",
    "commands",
    "files:read",
    "groups:history",
    "im:history",
    "metadata.message:read",
    "reactions:read",
)


def examine(settings: Settings) -> Iterator[Finding]:
    """Nothing where Slack is off."""
    token = settings.slack_bot_token.get_secret_value()
    if not token:
        return
    try:
        answer = ask(
            "POST",
            f"{settings.slack_api_base_url.rstrip('/')}/auth.test",
            headers={"Authorization": f"Bearer {token}"},
        )
        body = json_of(answer)
    except NoAnswer as error:
        yield _GROUP.problem("token", str(error), "Check SLACK_API_BASE_URL and the way out of this host.")
        return
    if not body.get("ok"):
        yield _GROUP.problem(
            "token",
            f"Slack refuses it: {body.get('error')}",
            "Set SLACK_BOT_TOKEN to the app's Bot User OAuth Token (OAuth & Permissions).",
        )
        return
    yield _GROUP.ok("token", f"is that of {body.get('user')} in {body.get('team')}")
    yield _scopes(answer.headers.get("x-oauth-scopes", ""))


def _scopes(listed: str) -> Finding:
    missing = set(WANTED) - {scope.strip() for scope in listed.split(",")}
    if missing:
        return _GROUP.problem(
            "scopes",
            f"missing: {', '.join(sorted(missing))}",
            "Give the app the manifest of docs/connect-slack.md and install it to the workspace again.",
        )
    return _GROUP.ok("scopes", "all that the manifest asks for")
