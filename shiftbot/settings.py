"""Settings from the environment, checked once at start; a program that lacks one says everything it lacks."""

from __future__ import annotations

from typing import Any, Self
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """The environment cannot be used as it is; the text lists every problem, one a line."""


# What the database's own password often is on one machine; it is a word of every other line there.
_EVERYBODYS = "postgres"


def _password(address: str) -> str:
    try:
        password = unquote(urlsplit(address).password or "")
    except ValueError:  # no address at all
        return ""
    return "" if password == _EVERYBODYS else password


class Environment(BaseSettings):
    """Settings of one kind of program, named in the environment as in the class but in capitals."""

    model_config = SettingsConfigDict(
        env_file=None, env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    def secrets(self) -> list[str]:
        """Every secret that is set, for masking in logs; of an address its password too."""
        values = (value for _, value in self if isinstance(value, SecretStr))
        secrets = [secret for value in values if (secret := value.get_secret_value())]
        return secrets + [password for secret in secrets if (password := _password(secret))]

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """Reads the environment. Raises SettingsError naming every variable that is missing or wrong."""
        try:
            return cls(**overrides)
        except ValidationError as error:
            problems = [f"{'.'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
            raise SettingsError("\n".join(problems)) from None


class Settings(Environment):
    """What webhooks, workers and commands are told; `.env.example` is compared with this."""

    database_url: SecretStr = Field(
        description="Postgres over a direct or session-mode connection (port 5432), never transaction mode"
    )
    public_base_url: str = Field(
        "", description="where the platforms reach the webhooks, https, no trailing /"
    )
    sources_file: str = Field("sources.json", description="the monitored groups and channels")

    telegram_bot_token: SecretStr = Field(
        SecretStr(""), description="from BotFather; empty turns Telegram off"
    )
    telegram_webhook_secret: SecretStr = Field(
        SecretStr(""), description="secret_token of setWebhook, 1-256 of A-Za-z0-9_-"
    )
    telegram_api_base_url: str = Field("https://api.telegram.org", description="Bot API server")

    slack_bot_token: SecretStr = Field(SecretStr(""), description="xoxb-...; empty turns Slack off")
    slack_signing_secret: SecretStr = Field(SecretStr(""), description="verifies what Slack sends")
    slack_app_token: SecretStr = Field(
        SecretStr(""), description="xapp-..., only for `shiftbot listen slack` (Socket Mode)"
    )
    slack_history_seconds: float = Field(
        300,
        ge=0,
        description="how often the channels' history is looked through for what events did not bring; 0 never",
    )
    slack_api_base_url: str = Field("https://slack.com/api/", description="Web API server")

    enable_llm: bool = Field(False, description="true: a model triages and the rules step in when it fails")
    openai_api_key: SecretStr = Field(SecretStr(""), description="key of the OpenAI-compatible server")
    openai_base_url: str = Field("https://api.openai.com/v1", description="any OpenAI-compatible server")
    openai_model: str = Field("gpt-5-mini", description="a model that keeps to a JSON schema")
    openai_timeout_seconds: float = Field(
        20.0, gt=0, description="deadline of one model call, retry included"
    )

    twilio_account_sid: str = Field("", description="AC...; empty turns phone calls and SMS off")
    twilio_auth_token: SecretStr = Field(SecretStr(""), description="signs and verifies what Twilio sends")
    twilio_from_number: str = Field("", description="the number that calls and texts, E.164 (+15550100000)")
    twilio_api_base_url: str = Field("https://api.twilio.com", description="Twilio's REST API server")
    telegram_caller_api_id: int | None = Field(
        None,
        description="of the user account that rings, from my.telegram.org; empty turns Telegram calls off",
    )
    telegram_caller_api_hash: SecretStr = Field(SecretStr(""), description="from my.telegram.org as well")
    telegram_caller_session: SecretStr = Field(
        SecretStr(""), description="made by `shiftbot telegram-caller login`"
    )
    smtp_url: SecretStr = Field(
        SecretStr(""),
        description="smtp://user:password@host:587 (STARTTLS) or smtps://...:465; empty turns e-mail off",
    )
    smtp_from: str = Field("", description="sender of e-mails, default: the user of SMTP_URL")
    paging_webhook_url: str = Field("", description="where pages go as webhooks; empty turns that off")
    paging_webhook_secret: SecretStr = Field(SecretStr(""), description="signs the webhooks (HMAC-SHA256)")
    pagerduty_routing_key: SecretStr = Field(
        SecretStr(""), description="of a PagerDuty Events v2 integration, sent along with each webhook"
    )

    oauth_introspection_url: str = Field(
        "", description="token introspection (RFC 7662) of the company's provider; empty turns the API off"
    )
    oauth_client_id: str = Field("", description="as whom the API asks there")
    oauth_client_secret: SecretStr = Field(SecretStr(""), description="and its secret")
    oauth_audience: str = Field("", description="`aud` that tokens for this API carry")
    api_database_url: SecretStr = Field(
        SecretStr(""),
        description="Postgres as the login shiftbot_api, which may become `authenticated` alone; empty: DATABASE_URL does",
    )
    api_database_connections: int = Field(4, ge=1, le=64, description="most the API opens at once")

    escalation_threshold: float | None = Field(
        None,
        ge=0,
        le=1,
        description="severity from which a report escalates; empty keeps the database's value",
    )
    supabase_url: str = Field("", description="the project whose Storage keeps attachments; empty keeps none")
    supabase_secret_key: SecretStr = Field(
        SecretStr(""), description="sb_secret_... of that project; only workers need it"
    )
    attachment_max_mb: int = Field(20, ge=1, le=50, description="larger files are not kept (bots get 20 MB)")

    outgoing_webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="16 characters or more; the secret of each `shiftbot subscriptions` entry is derived from it",
    )
    outgoing_webhook_allow_http: bool = Field(
        False, description="true: subscriptions may use plain http to this very machine"
    )

    triage_concurrency: int = Field(4, ge=1, le=64, description="tickets triaged at once per process")
    reply_concurrency: int = Field(4, ge=1, le=64, description="replies sent at once per process")
    escalation_concurrency: int = Field(16, ge=1, le=128, description="rings in hand at once per process")
    attachment_concurrency: int = Field(2, ge=1, le=32, description="files fetched at once per process")
    delivery_concurrency: int = Field(
        4, ge=1, le=64, description="outgoing webhooks in hand at once per process"
    )
    visibility_timeout_seconds: int = Field(
        60, ge=2, description="a message in the hand of a dead worker is taken up again after this"
    )
    webhooks_bind: str = Field("127.0.0.1:8080", description="address the webhooks listen on")
    webhooks_threads: int = Field(8, ge=1, le=64, description="requests served at once per process")
    webhooks_processes: int = Field(1, ge=1, le=64, description="processes of one webhooks server")
    webhooks_share_port: bool = Field(
        False,
        description="several webhooks servers of this machine listen at one address, so that one may die or be restarted",
    )
    prometheus_multiproc_dir: str = Field(
        "",
        description="where several processes add up their counters, emptied at start; empty makes one and removes it",
    )
    worker_bind: str = Field(
        "",
        description="address of a worker's /healthz, /readyz and /metrics; port 0: any free one; empty: none",
    )
    trusted_proxies: int = Field(
        0, ge=0, le=10, description="proxies before the webhooks whose X-Forwarded-For is believed"
    )
    requests_per_minute: int = Field(
        1200, ge=1, description="from one address, of what no platform signed (the API, links, calendars)"
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")

    @model_validator(mode="after")
    def _provider_is_whole(self) -> Self:
        names = ("oauth_introspection_url", "oauth_client_id", "oauth_client_secret", "oauth_audience")
        given = [name for name in names if str(getattr(self, name))]
        if given and (missing := [name.upper() for name in names if name not in given]):
            raise ValueError(f"{', '.join(missing)}: needed together with {given[0].upper()}")
        url = urlsplit(self.oauth_introspection_url)
        if given and url.scheme != "https" and url.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise ValueError("OAUTH_INTROSPECTION_URL: https only, tokens and a secret go there")
        return self
