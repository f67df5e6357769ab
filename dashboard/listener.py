"""The one ear of the process: Realtime says which ticket moved, the hub tells the sessions that show it.

realtime-py gives up for ever after its retries, and its task dies of a callback's exception while it still says that it is
connected. So the connection is watched from outside and made anew, and after each gap everything is read again.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from realtime import AsyncRealtimeClient
from realtime.types import RealtimeSubscribeStates
from supabase import AsyncClient, AsyncClientOptions, acreate_client

from dashboard.hub import EVERYTHING, Hub
from shiftbot.dashboard_settings import DashboardSettings

log = logging.getLogger(__name__)
TOPICS = ("tickets", "on_call")
CHECK_SECONDS = 0.5
RETRY_SECONDS = 1.0
POLL_SECONDS = 5.0  # how old a page may be while nothing is heard
JOIN_SECONDS = 10.0
CATCH_UP_SECONDS = 0.5
_CHANNEL: Any = {
    "config": {
        "private": True,
        "broadcast": {"ack": False, "self": False},
        "presence": {"key": "", "enabled": False},
    }
}


class Lost(Exception):
    """The connection is no use any more."""


async def listen(settings: DashboardSettings, hub: Hub) -> None:
    """Runs for ever. Without a project, or while it cannot be heard, pages are re-read every POLL_SECONDS."""
    polling = asyncio.create_task(_poll(hub))
    try:
        if not settings.has_realtime:
            hub.enter("polling")
        while settings.has_realtime:
            try:
                await _hear(settings, hub)
            except Exception as error:
                log.warning(
                    "realtime is away", extra={"action": "realtime_away", "error": type(error).__name__}
                )
            hub.enter("offline")
            await asyncio.sleep(RETRY_SECONDS)
        await polling
    finally:
        polling.cancel()


async def _poll(hub: Hub) -> None:
    while True:
        await asyncio.sleep(POLL_SECONDS)
        if hub.state != "live":
            hub.tell(EVERYTHING)


async def _hear(settings: DashboardSettings, hub: Hub) -> None:
    """One connection, from signing in to its loss. Raises what went wrong."""
    project = await acreate_client(
        settings.supabase_url,
        settings.supabase_publishable_key,
        AsyncClientOptions(auto_refresh_token=False, persist_session=False),
    )
    client: AsyncRealtimeClient | None = None
    try:
        token, seconds = await _sign_in(project, settings)
        url = f"{settings.supabase_url.rstrip('/')}/realtime/v1"
        client = AsyncRealtimeClient(url, token=settings.supabase_publishable_key, auto_reconnect=False)
        await client.connect()
        await client.set_auth(token)
        await asyncio.wait_for(_join(client, hub), JOIN_SECONDS)
        hub.enter("catching_up")  # which makes every session read what happened while nobody listened
        await asyncio.sleep(CATCH_UP_SECONDS)
        hub.enter("live")
        await _watch(client, project, settings, seconds)
    finally:
        if client is not None:
            await client.close()
        await project.auth.close()


async def _sign_in(project: AsyncClient, settings: DashboardSettings) -> tuple[str, float]:
    """A token, and for how many seconds it is good."""
    answer = await project.auth.sign_in_with_password(
        {"email": settings.realtime_email, "password": settings.realtime_password.get_secret_value()}
    )
    if answer.session is None:
        raise Lost("no session")
    return answer.session.access_token, float(answer.session.expires_in)


async def _join(client: AsyncRealtimeClient, hub: Hub) -> None:
    joined: asyncio.Queue[str] = asyncio.Queue()

    def state(given: RealtimeSubscribeStates, error: Exception | None) -> None:
        joined.put_nowait(given.value if error is None else type(error).__name__)

    for topic in TOPICS:
        channel = client.channel(topic, _CHANNEL)
        channel.on_broadcast("*", _callback(topic, hub))
        await channel.subscribe(state)
    for _ in TOPICS:
        if (said := await joined.get()) != RealtimeSubscribeStates.SUBSCRIBED.value:
            raise Lost(said)


def _callback(topic: str, hub: Hub) -> Any:
    def heard(message: Any) -> None:
        try:
            ticket_id = message["payload"].get("ticket_id")
            hub.tell(topic, *([f"ticket:{ticket_id}"] if ticket_id is not None else []))
        except Exception:  # one that escapes kills realtime-py's task without a word
            log.exception("a broadcast could not be read", extra={"action": "broadcast_unreadable"})
            hub.tell(EVERYTHING)

    return heard


async def _watch(
    client: AsyncRealtimeClient, project: AsyncClient, settings: DashboardSettings, seconds: float
) -> None:
    """Returns never; raises Lost once nothing is heard any more. Renews the token at half its time."""
    loop = asyncio.get_running_loop()
    renew_at = loop.time() + seconds / 2
    while True:
        await asyncio.sleep(CHECK_SECONDS)
        task = client._listen_task
        if not client.is_connected or task is None or task.done():
            raise Lost("the connection ended")
        if not all(channel.is_joined for channel in client.channels.values()):
            raise Lost("a channel was closed")
        if loop.time() >= renew_at:
            token, seconds = await _sign_in(project, settings)
            await client.set_auth(token)
            renew_at = loop.time() + seconds / 2
