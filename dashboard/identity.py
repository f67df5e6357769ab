"""Who is signed in: the company's OpenID provider vouches for them, on the local rung a list of engineers does."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard import local_sign_in
from dashboard.database import Person
from shiftbot.dashboard_settings import DashboardSettings

PROVIDER = "company"


@dataclass(frozen=True)
class NotVouchedFor:
    """Somebody signed in and is not let in, and why."""

    reason: str


def signed_in(settings: DashboardSettings) -> Person | NotVouchedFor | None:
    """The person of this session; None where nobody has signed in."""
    if settings.dashboard_local_engineers:
        email = local_sign_in.email_of(
            st.context.cookies.get(local_sign_in.COOKIE, ""), settings.dashboard_cookie_secret
        )
        return Person(email) if email in local_sign_in.engineers(settings) else None
    if not st.user.get("is_logged_in"):
        return None
    email = str(st.user.get("email") or "")
    if not email:
        return NotVouchedFor("Your company's sign-in gave no e-mail address.")
    if st.user.get("email_verified") is not True:
        return NotVouchedFor(f"Your company's sign-in does not vouch for the address {email}.")
    return Person(email, str(st.user.get("sub") or ""))


def sign_in(settings: DashboardSettings) -> None:
    """Leads to where one signs in; from a button's callback."""
    if not settings.dashboard_local_engineers:
        st.login(PROVIDER)


def sign_out(settings: DashboardSettings) -> None:
    """Ends the session at the provider too, where it offers that."""
    if not settings.dashboard_local_engineers:
        st.logout()
