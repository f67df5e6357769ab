"""Whether everything came to rest, and whether it did so in order."""

from __future__ import annotations

from collections.abc import Mapping

from shiftbot.local.people import PeopleError, Slack, Telegram
from shiftbot.local.reader import Reader

_LOOKS = 4  # in a row: what a customer just said may still be on its way to the webhooks
_UNREST = """
select
  (select coalesce(sum(length), 0) from ops.queues where queue <> 'escalations')
  + (select count(*) from ops.untriaged_tickets)
  + (select count(*) from public.replies where state = 'pending')
  + (select count(*) from public.tickets where status = 'auto_answered')
  + (select count(*) from public.escalations where state in ('ringing', 'joined'))
"""
_FINDINGS = (
    ("select queue, length from ops.queues where length > 0 and queue <> 'escalations'",
     "queue {0} still holds {1} messages"),
    ("select queue, msg_id, reason from ops.dead_letters", "message {1} of queue {0} is dead: {2}"),
    ("select ticket_id from ops.untriaged_tickets", "ticket {0} was not triaged"),
    ("select id, ticket_id from public.replies where state = 'pending'", "reply {0} of ticket {1} was not sent"),
    ("select ticket_id, reason from ops.stalled_escalations", "the page of ticket {0} stalls: {1}"),
    ("select reply_id, ticket_id from ops.unknown_replies", "nobody knows whether reply {0} of ticket {1} arrived"),
    ("select ticket_id, seq, problem from ops.verify_journal()", "journal of ticket {0}, row {1}: {2}"),
    ("select ticket_id, stored_status, replayed_status from ops.status_drift",
     "ticket {0} is {1} and its journal says {2}"),
)  # fmt: skip


class Rest:
    """Looks again and again whether work is left."""

    def __init__(self, reader: Reader, telegram: Telegram) -> None:
        self._reader = reader
        self._telegram = telegram
        self._quiet = 0

    def is_reached(self) -> bool:
        """True once several looks in a row found nothing to do."""
        ((work,),) = self._reader.rows(_UNREST)
        is_quiet = work == 0 and not _undelivered(self._telegram)
        self._quiet = self._quiet + 1 if is_quiet else 0
        return self._quiet >= _LOOKS


def verdicts(reader: Reader, settings: Mapping[str, str]) -> list[str]:
    """Everything that is not as it must be when all rests, a sentence each."""
    found = [words.format(*row) for query, words in _FINDINGS for row in reader.rows(query)]
    if count := _undelivered(Telegram(settings["TELEGRAM_SIM_URL"])):
        found.append(f"the webhooks did not take {count} updates of Telegram")
    try:
        given_up = Slack(settings["SLACK_SIM_URL"]).see("given_up")
    except PeopleError as error:
        return [*found, f"the Slack simulator does not answer: {error}"]
    return found + ([f"the webhooks did not take {len(given_up)} events of Slack"] if given_up else [])


def _undelivered(telegram: Telegram) -> int:
    try:
        return int(telegram.see("webhook")["pending_update_count"])
    except PeopleError:
        return 1
