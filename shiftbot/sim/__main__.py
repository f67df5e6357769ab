"""Runs one of the simulators by itself: python -m shiftbot.sim NAME --port 8081.

NAME is telegram, slack, openai, twilio, mail, webhook, oauth or supabase.

Tokens and secrets are those of the environment (TELEGRAM_BOT_TOKEN, …) or the simulators' own.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from . import mail, oauth, openai, project, receiver, slack, telegram, twilio
from .faults import SimError
from .seed import seed_slack, seed_slack_engineers, seed_telegram, seed_telegram_engineers
from .server import SimServer
from .telegram_api import Refused

if TYPE_CHECKING:
    from shiftbot.cli.command import Commands

ALLOWED_UPDATES = ["message", "edited_message", "channel_post", "edited_channel_post", "callback_query"]
ALLOWED_UPDATES += ["message_reaction", "my_chat_member"]


def main(argv: list[str] | None = None) -> int:
    """Runs until SIGTERM or SIGINT. Returns 0, or 1 where the simulator cannot start."""
    arguments = _parser().parse_args(argv)
    # Before the simulator's threads start, so that they inherit it and the signal waits for sigwait.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    try:
        sim = _made(arguments)
        with sim:
            _seed(sim, arguments.sources)
            sys.stdout.write(f"{arguments.platform} simulator on {sim.url}\n")
            sys.stdout.flush()
            signal.sigwait({signal.SIGTERM, signal.SIGINT})
    except OSError as error:
        sys.stderr.write(f"cannot listen on port {arguments.port}: {error.strerror or error}\n")
        return 1
    except (SimError, Refused, ValueError, KeyError) as error:
        sys.stderr.write(f"cannot start the {arguments.platform} simulator: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m shiftbot.sim", description=__doc__)
    platforms = parser.add_subparsers(dest="platform", required=True)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--port", type=int, default=0, help="port on 127.0.0.1, 0 for a free one")
    shared.set_defaults(sources=None, token="")
    _add_chats(platforms, shared)
    _add_pages(platforms, shared)
    _add_services(platforms, shared)
    return parser


def _add_chats(platforms: Commands, shared: argparse.ArgumentParser) -> None:
    """Where customers and colleagues write."""
    chats = argparse.ArgumentParser(add_help=False, parents=[shared])
    chats.add_argument("--webhook-url", default="", help="where to deliver what people do")
    chats.add_argument("--sources", type=Path, help="a sources.json whose chats and channels are made")
    chats.add_argument("--enforce-limits", action="store_true", help="switch the real rate limits on")
    bot = platforms.add_parser(
        "telegram", parents=[chats], help="the Bot API; --webhook-url is the whole address"
    )
    bot.add_argument("--token", default=_set("TELEGRAM_BOT_TOKEN", telegram.TOKEN))
    bot.add_argument(
        "--secret", default=_set("TELEGRAM_WEBHOOK_SECRET", ""), help="secret_token of the webhook"
    )
    app = platforms.add_parser(
        "slack", parents=[chats], help="the Web API; --webhook-url is the base address"
    )
    app.add_argument("--token", default=_set("SLACK_BOT_TOKEN", slack.TOKEN))
    app.add_argument("--secret", default=_set("SLACK_SIGNING_SECRET", slack.SECRET), help="signing secret")


def _add_pages(platforms: Commands, shared: argparse.ArgumentParser) -> None:
    """What rings an engineer, and who takes our webhooks."""
    post = platforms.add_parser("mail", parents=[shared], help="a mail server; --port is that of its control")
    post.add_argument("--smtp-port", type=int, default=0, help="port on 127.0.0.1, 0 for a free one")
    taker = platforms.add_parser(
        "webhook", parents=[shared], help="who receives our webhooks, as PagerDuty does"
    )
    taker.add_argument("--token", default=_set("PAGERDUTY_ROUTING_KEY", ""), help="routing key it wants")
    taker.add_argument("--secret", default=_set("PAGING_WEBHOOK_SECRET", receiver.SECRET))
    phones = platforms.add_parser("twilio", parents=[shared], help="phone calls and texts")
    phones.add_argument("--account", default=_set("TWILIO_ACCOUNT_SID", twilio.ACCOUNT))
    phones.add_argument("--token", default=_set("TWILIO_AUTH_TOKEN", twilio.TOKEN), help="auth token")
    phones.add_argument("--number", default=_set("TWILIO_FROM_NUMBER", twilio.NUMBER), help="the account's")
    phones.add_argument("--webhook-url", default="", help="the base address that takes texts")


def _add_services(platforms: Commands, shared: argparse.ArgumentParser) -> None:
    """What the product asks or is built on."""
    model = platforms.add_parser("openai", parents=[shared], help="chat completions")
    model.add_argument("--token", default=_set("OPENAI_API_KEY", openai.KEY), help="API key that is accepted")
    model.add_argument("--latency", type=float, default=0.0, help="seconds per answer")
    server = platforms.add_parser("oauth", parents=[shared], help="the company's authorization server")
    server.add_argument("--secret", default=_set("OAUTH_CLIENT_SECRET", oauth.SECRET))
    platforms.add_parser(
        "supabase",
        parents=[shared],
        help="Auth, Realtime and Storage of a project; SUPABASE_SIM_DATABASE_URL is the database, as its superuser",
    )


def _set(name: str, otherwise: str) -> str:
    """A secret from the environment: a command line is shown to everybody on the machine."""
    return os.environ.get(name) or otherwise


def _made(arguments: argparse.Namespace) -> SimServer | project.SupabaseSim:
    port, token = arguments.port, arguments.token
    if arguments.platform == "supabase":
        return project.SupabaseSim(
            os.environ["SUPABASE_SIM_DATABASE_URL"],
            {os.environ["REALTIME_EMAIL"]: os.environ["REALTIME_PASSWORD"]},
            port,
            _set("SUPABASE_JWT_SECRET", project.JWT_SECRET),
            (
                _set("SUPABASE_PUBLISHABLE_KEY", project.PUBLISHABLE_KEY),
                _set("SUPABASE_SECRET_KEY", project.SECRET_KEY),
            ),
            folder=Path(folder) if (folder := os.environ.get("SUPABASE_SIM_FOLDER")) else None,
        )
    if arguments.platform == "openai":
        return openai.ModelSim(port, token, latency=arguments.latency)
    if arguments.platform == "oauth":
        first = (_set("API_TOKEN_EMAIL", ""), _set("API_TOKEN", ""))
        return oauth.AuthorizationSim(port, arguments.secret, _set("OAUTH_AUDIENCE", oauth.AUDIENCE), first)
    if arguments.platform == "mail":
        return mail.MailSim(port, arguments.smtp_port)
    if arguments.platform == "webhook":
        return receiver.WebhookReceiver(port, arguments.secret, token)
    if arguments.platform == "twilio":
        return twilio.TwilioSim(port, arguments.account, token, arguments.webhook_url, arguments.number)
    limits, url = arguments.enforce_limits, arguments.webhook_url
    if arguments.platform == "slack":
        return slack.SlackSim(port, token, arguments.secret, url, enforce_limits=limits)
    # From the clock: a second run must not repeat the message ids of the first.
    first_id = int(time.time()) - 1_700_000_000
    sim = telegram.TelegramSim(port, token, enforce_limits=limits, first_id=first_id)
    if url:
        sim.set_webhook(url, arguments.secret, ALLOWED_UPDATES)
    return sim


def _seed(sim: SimServer | project.SupabaseSim, sources: Path | None) -> None:
    if sources is not None and isinstance(sim, telegram.TelegramSim):
        seed_telegram(sim, sources)
        seed_telegram_engineers(sim)
    elif sources is not None and isinstance(sim, slack.SlackSim):
        seed_slack(sim, sources)
        seed_slack_engineers(sim)


if __name__ == "__main__":
    sys.exit(main())
