"""Telegram's dialect: updates in, messages out."""

from shiftbot.platforms.telegram.client import CONNECT_SECONDS, Client
from shiftbot.platforms.telegram.parse import parse_update

__all__ = ["CONNECT_SECONDS", "Client", "parse_update"]
