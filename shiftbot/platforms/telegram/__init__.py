"""Telegram's dialect: updates in, messages out."""

from shiftbot.platforms.telegram.client import Client
from shiftbot.platforms.telegram.parse import parse_update

__all__ = ["Client", "parse_update"]
