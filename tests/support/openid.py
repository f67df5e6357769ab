"""A real OpenID provider (npm oidc-provider) for the dashboard's sign-in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

from shiftbot.local.ports import free_port
from tests.support.node import line_with, node

CLIENT_SECRET = "secret-of-the-dashboard-at-the-provider"


@contextmanager
def openid_provider(dashboard_url: str, *unverified: str) -> Iterator[dict[str, str]]:
    """Runs it; the settings of a dashboard that trusts it. The addresses in `unverified` are not vouched for."""
    port = free_port()
    with node("openid_provider.mjs", str(port), f"{dashboard_url}/oauth2callback", *unverified) as provider:
        line_with(provider, "listening")
        yield {
            "OIDC_METADATA_URL": f"http://127.0.0.1:{port}/.well-known/openid-configuration",
            "OIDC_CLIENT_ID": "dashboard",
            "OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "DASHBOARD_LOCAL_ENGINEERS": "",
        }


def authenticate(page: Page, email: str) -> None:
    """What a person does at the provider: says who they are, and that the dashboard may know it."""
    page.locator('input[name="login"]').fill(email)
    page.locator('input[name="password"]').fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()
