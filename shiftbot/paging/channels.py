"""The channels that the settings configure; a method that is missing here is skipped, and its page goes on at once."""

from __future__ import annotations

from collections.abc import Mapping

from shiftbot.paging.base import Channel
from shiftbot.paging.email import Email
from shiftbot.paging.slack_message import SlackMessage
from shiftbot.paging.telegram_message import TelegramMessage
from shiftbot.paging.twilio import PhoneCall, Sms
from shiftbot.paging.webhook import Webhook
from shiftbot.platforms.base import Client
from shiftbot.settings import Settings, SettingsError


def make_channels(settings: Settings, clients: Mapping[str, Client]) -> dict[str, Channel]:
    """Every channel whose settings are there. Raises SettingsError where they are there by half or wrong."""
    channels: list[Channel] = []
    if telegram := clients.get("telegram"):
        channels.append(TelegramMessage(telegram))
    if slack := clients.get("slack"):
        channels.append(SlackMessage(slack))
    if settings.telegram_caller_api_id is not None:
        from shiftbot.paging.telegram_call import TelegramCall  # with the extra telegram-caller only

        channels.append(TelegramCall.from_settings(settings))
    if settings.twilio_account_sid:
        channels += [PhoneCall.from_settings(settings), Sms.from_settings(settings)]
    try:
        if url := settings.smtp_url.get_secret_value():
            channels.append(Email(url, settings.smtp_from, settings.public_base_url))
        if settings.paging_webhook_url:
            channels.append(
                Webhook(
                    settings.paging_webhook_url,
                    settings.paging_webhook_secret.get_secret_value(),
                    settings.pagerduty_routing_key.get_secret_value(),
                    settings.public_base_url,
                )
            )
    except ValueError as error:
        raise SettingsError(str(error)) from None
    return {channel.method: channel for channel in channels}
