"""What does not fit together is said before anything is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from shiftbot.doctor import settings_check
from shiftbot.settings import Settings
from tests.doctor.conftest import found, settings
from tests.support.postgres import ROOT

WELL = {
    "public_base_url": "https://bot.example.com",
    "telegram_bot_token": "7100000000:AAE-simulated-token-for-local-use-only",
    "telegram_webhook_secret": "a-secret-that-is-long-enough",
    "slack_bot_token": "xoxb-1",
    "slack_signing_secret": "of-the-app",
    "twilio_account_sid": "AC1",
    "twilio_auth_token": "of-the-account",
    "twilio_from_number": "+15550100000",
    "paging_webhook_url": "https://receiver.example.com",
    "paging_webhook_secret": "of-the-receiver",
    "supabase_url": "https://project.supabase.co",
    "supabase_secret_key": "sb_secret_1",
    "smtp_url": "smtp://bot:word@mail.example.com:587",
    "smtp_from": "bot@example.com",
    "enable_llm": True,
    "openai_api_key": "sk-1",
    "sources_file": str(ROOT / "sources.json"),
}


def test_what_fits_is_well() -> None:
    assert set(found(settings_check.examine(settings(**WELL))).values()) == {"ok"}


@pytest.mark.parametrize(
    ("changed", "check", "status"),
    [
        ({"public_base_url": ""}, "PUBLIC_BASE_URL", "problem"),  # Twilio needs it
        ({"public_base_url": "", "twilio_account_sid": ""}, "PUBLIC_BASE_URL", "warning"),
        ({"public_base_url": "http://bot.example.com"}, "PUBLIC_BASE_URL", "problem"),
        ({"public_base_url": "http://127.0.0.1:8080"}, "PUBLIC_BASE_URL", "ok"),
        ({"public_base_url": "https://bot.example.com/"}, "PUBLIC_BASE_URL", "warning"),
        ({"telegram_bot_token": "", "slack_bot_token": ""}, "platforms", "problem"),
        ({"telegram_webhook_secret": ""}, "TELEGRAM_WEBHOOK_SECRET", "problem"),
        ({"telegram_webhook_secret": "with spaces in it"}, "TELEGRAM_WEBHOOK_SECRET", "problem"),
        ({"telegram_webhook_secret": "short"}, "TELEGRAM_WEBHOOK_SECRET", "warning"),
        ({"slack_signing_secret": ""}, "SLACK_SIGNING_SECRET", "problem"),
        ({"twilio_auth_token": ""}, "TWILIO_AUTH_TOKEN", "problem"),
        ({"twilio_from_number": ""}, "TWILIO_FROM_NUMBER", "problem"),
        ({"paging_webhook_secret": ""}, "PAGING_WEBHOOK_SECRET", "problem"),
        ({"supabase_secret_key": ""}, "SUPABASE_SECRET_KEY", "problem"),
        ({"smtp_url": "smtp://mail.example.com", "smtp_from": ""}, "SMTP_FROM", "problem"),
        ({"openai_api_key": ""}, "OPENAI_API_KEY", "problem"),
        ({"sources_file": "/nowhere/sources.json"}, "SOURCES_FILE", "problem"),
    ],
)
def test_what_does_not_fit_is_said(changed: dict[str, object], check: str, status: str) -> None:
    assert found(settings_check.examine(settings(**WELL | changed)))[check] == status


def test_every_setting_of_a_service_is_looked_at_somewhere() -> None:
    """Tokens and addresses; how many threads is a matter of taste."""
    code = "".join(path.read_text() for path in Path(settings_check.__file__).parent.glob("*.py"))
    of_services = {
        name
        for name in Settings.model_fields
        if name.endswith(("_url", "_token", "_secret", "_key", "_number", "_sid", "_from", "_file"))
    }

    assert {name for name in of_services if name not in code} - NOT_ASKED == set()


# Asking would send: these are tried with `shiftbot page test`.
NOT_ASKED = {"pagerduty_routing_key", "database_url", "outgoing_webhook_secret"}
