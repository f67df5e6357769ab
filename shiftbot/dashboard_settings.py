"""What the dashboard is told. It holds no key and no login that reaches past what a signed-in engineer may do."""

from __future__ import annotations

import ipaddress
from typing import Self

from pydantic import Field, SecretStr, model_validator

from shiftbot.settings import Environment

_OIDC = ("oidc_metadata_url", "oidc_client_id", "oidc_client_secret")
_REALTIME = ("supabase_url", "supabase_publishable_key", "realtime_email", "realtime_password")


class DashboardSettings(Environment):
    """Every setting of `shiftbot dashboard`."""

    dashboard_database_url: SecretStr = Field(
        description="Postgres as the login shiftbot_dashboard, which may become `authenticated` and nothing else"
    )
    dashboard_cookie_secret: SecretStr = Field(
        min_length=32, description="signs the sign-in cookie, 32 or more random characters"
    )
    dashboard_bind: str = Field("127.0.0.1:8501", description="address the dashboard listens on")
    dashboard_url: str = Field(
        "http://127.0.0.1:8501",
        description="where engineers reach it, no trailing /; the provider sends them back there",
    )
    dashboard_database_connections: int = Field(8, ge=1, le=64, description="most it opens at once")
    oidc_metadata_url: str = Field(
        "", description="…/.well-known/openid-configuration of the provider by which engineers sign in"
    )
    oidc_client_id: str = Field("", description="the dashboard's id at that provider")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="and its secret")
    supabase_url: str = Field(
        "", description="the project; empty: no Realtime, pages re-read every few seconds"
    )
    supabase_publishable_key: str = Field("", description="sb_publishable_...; it opens nothing by itself")
    realtime_email: str = Field(
        "", description="the Auth account that hears what moved: app_settings.listener_email"
    )
    realtime_password: SecretStr = Field(SecretStr(""), description="of that account")
    dashboard_local_engineers: str = Field(
        "",
        description="local rung only: e-mails that may sign in without a password; refused unless bound to loopback",
    )
    playground_simulators: str = Field(
        "",
        description="local rung only: base URLs of the simulators the playground drives, name=url, comma-separated",
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")

    @property
    def host(self) -> str:
        """The address of dashboard_bind."""
        return self.dashboard_bind.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port of dashboard_bind."""
        return int(self.dashboard_bind.rpartition(":")[2])

    @property
    def has_realtime(self) -> bool:
        """Whether there is a project to listen to."""
        return bool(self.supabase_url)

    @model_validator(mode="after")
    def _can_be_used(self) -> Self:
        if not self.dashboard_bind.rpartition(":")[2].isdecimal() or not self.host:
            raise ValueError("DASHBOARD_BIND is host:port, such as 127.0.0.1:8501")
        for wanted in (_OIDC, _REALTIME):
            given = [name for name in wanted if _text(getattr(self, name))]
            if given and (missing := [name.upper() for name in wanted if name not in given]):
                raise ValueError(f"{', '.join(missing)}: needed together with {given[0].upper()}")
        if self.dashboard_local_engineers and not _is_loopback(self.host):
            raise ValueError(
                "DASHBOARD_LOCAL_ENGINEERS: signing in without a password is for a loopback address only"
            )
        if not self.dashboard_local_engineers and not self.oidc_metadata_url:
            raise ValueError("OIDC_METADATA_URL: nobody could sign in without a provider")
        return self


def _text(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
