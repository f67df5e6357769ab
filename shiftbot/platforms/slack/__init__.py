"""Slack's dialect: events and button presses in, messages out."""

from shiftbot.platforms.slack.client import Client
from shiftbot.platforms.slack.parse import parse_event, parse_interaction

__all__ = ["Client", "parse_event", "parse_interaction"]
