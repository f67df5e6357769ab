"""Whether the settings fit together, before anything is asked of anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from shiftbot import sources
from shiftbot.doctor.finding import Finding, Group
from shiftbot.settings import Settings

_GROUP = Group("settings")
_HERE = ("127.0.0.1", "localhost", "::1")


def examine(settings: Settings) -> Iterator[Finding]:
    """One finding per setting or pair of settings."""
    yield _public(settings)
    yield _platforms(settings)
    yield from _pairs(settings)
    yield _telegram_secret(settings)
    yield _model(settings)
    yield _sources(settings)


def _public(settings: Settings) -> Finding:
    url = urlsplit(settings.public_base_url)
    if not settings.public_base_url:
        return _GROUP.warning(
            "PUBLIC_BASE_URL",
            "is empty: no webhook reaches us and calls cannot be answered by key",
            "Set it to the https address under which the platforms reach the webhooks, or use `shiftbot listen`.",
        )
    if url.scheme != "https" and url.hostname not in _HERE:
        return _GROUP.problem(
            "PUBLIC_BASE_URL", "is not https: no platform sends to it", "Put TLS before the webhooks."
        )
    if settings.public_base_url.endswith("/"):
        return _GROUP.warning("PUBLIC_BASE_URL", "ends with a slash", "Take it away: paths are added to it.")
    return _GROUP.ok("PUBLIC_BASE_URL", f"is {url.scheme}://{url.hostname}")


def _platforms(settings: Settings) -> Finding:
    tokens = {"Telegram": settings.telegram_bot_token, "Slack": settings.slack_bot_token}
    named = [name for name, token in tokens.items() if token.get_secret_value()]
    if not named:
        return _GROUP.problem(
            "platforms",
            "neither Telegram nor Slack is configured",
            "Set TELEGRAM_BOT_TOKEN or SLACK_BOT_TOKEN.",
        )
    return _GROUP.ok("platforms", " and ".join(named))


def _pairs(settings: Settings) -> Iterator[Finding]:
    """What is of no use alone, and why."""
    wanted = (
        ("telegram_bot_token", "telegram_webhook_secret", "every update would be refused"),
        ("slack_bot_token", "slack_signing_secret", "every event would be refused"),
        ("twilio_account_sid", "twilio_auth_token", "nothing can be signed or verified"),
        ("twilio_account_sid", "twilio_from_number", "there is nothing to call from"),
        ("twilio_account_sid", "public_base_url", "Twilio could not ask what to say"),
        (
            "paging_webhook_url",
            "paging_webhook_secret",
            "the receiver could not tell our webhooks from anybody's",
        ),
        ("supabase_url", "supabase_secret_key", "attachments are refused"),
        ("slack_app_token", "slack_bot_token", "`shiftbot listen slack` needs both"),
        ("oauth_introspection_url", "oauth_client_secret", "the provider would not answer about tokens"),
        (
            "oauth_introspection_url",
            "api_database_url",
            "the API would use DATABASE_URL, which is the webhooks'",
        ),
    )
    for first, second, why in wanted:
        if _is_set(settings, first) and not _is_set(settings, second):
            yield _GROUP.problem(
                second.upper(), f"is empty although {first.upper()} is set: {why}", f"Set {second.upper()}."
            )
    if _is_set(settings, "smtp_url") and not (
        settings.smtp_from or "@" in settings.smtp_url.get_secret_value()
    ):
        yield _GROUP.problem("SMTP_FROM", "is empty and SMTP_URL names no user", "Set SMTP_FROM.")


def _is_set(settings: Settings, name: str) -> bool:
    value = getattr(settings, name)
    return bool(value.get_secret_value() if hasattr(value, "get_secret_value") else value)


def _telegram_secret(settings: Settings) -> Finding:
    secret = settings.telegram_webhook_secret.get_secret_value()
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        return _GROUP.problem(
            "TELEGRAM_WEBHOOK_SECRET", "has characters that Telegram refuses", "Use 1-256 of A-Za-z0-9_-."
        )
    if secret and len(secret) < 16:
        return _GROUP.warning("TELEGRAM_WEBHOOK_SECRET", "is short enough to be guessed", "Use 16 or more.")
    return _GROUP.ok("TELEGRAM_WEBHOOK_SECRET", "can be used" if secret else "is not needed")


def _model(settings: Settings) -> Finding:
    if settings.enable_llm and not settings.openai_api_key.get_secret_value():
        return _GROUP.problem(
            "OPENAI_API_KEY",
            "is empty although ENABLE_LLM is true: the rules triage",
            "Set it, or turn the model off.",
        )
    return _GROUP.ok("ENABLE_LLM", "a model triages" if settings.enable_llm else "the rules triage")


def _sources(settings: Settings) -> Finding:
    try:
        listed = sources.load(Path(settings.sources_file))
    except sources.SourcesError as error:
        return _GROUP.problem(
            "SOURCES_FILE", str(error).replace("\n", "; "), "`shiftbot sources check` says more."
        )
    return _GROUP.ok("SOURCES_FILE", f"lists {len(listed)} sources")
