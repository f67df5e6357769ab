"""What Twilio is told to say or to text back, as TwiML."""

from __future__ import annotations

import re

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Gather, VoiceResponse

from shiftbot.paging import words
from shiftbot.paging.base import Page

MENU = "Press 1 to acknowledge, 2 to hear it again, 9 to pass it on."
GOODBYE = "No key was pressed, so nobody has acknowledged. Goodbye."
HELP = "Reply 1 to acknowledge, 9 to pass on. With more than one page, add the ticket's number: 1 42."
_TIMES = 3  # the summary, and two more chances before goodbye
_KEY_SECONDS = 8
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # Twilio hangs up on these


def menu(page: Page, action: str, wrong_key: bool = False) -> str:
    """Says what it is about and asks for a key, three times; silence ends in goodbye, not in an acknowledgement."""
    response = VoiceResponse()
    spoken = _clean(words.spoken(page))
    for turn in range(_TIMES):
        # No key that finishes: with the default "#" is no key at all, and as wrong a one as the others.
        gather = Gather(num_digits=1, action=action, method="POST", timeout=_KEY_SECONDS, finish_on_key="")
        if turn == 0 and wrong_key:
            gather.say("That key means nothing.")
        gather.say(spoken)
        gather.say(MENU)
        response.append(gather)
    return _ended(response, GOODBYE)


def acknowledged(page: Page | None) -> str:
    """Confirms, naming every ticket that was taken."""
    tickets = [ticket.id for ticket in page.tickets] if page else []
    if not tickets:
        return farewell("Acknowledged. Thank you.")
    told = "The reporter is told." if len(tickets) == 1 else "The reporters are told."
    return farewell(f"You have {words.listed(tickets)}. {told} Goodbye.")


def already_acknowledged(holder: str | None) -> str:
    """Says who has it."""
    return farewell(f"{holder or 'Somebody'} has it already. Goodbye.")


def passed_on() -> str:
    """Confirms that somebody else is called."""
    return farewell("Passed on. The next one is called. Goodbye.")


def over() -> str:
    """Says that the call was for nothing."""
    return farewell("It is no longer needed: it was closed or taken back. Goodbye.")


def farewell(said: str) -> str:
    """Says it and hangs up."""
    return _ended(VoiceResponse(), said)


def texted(outcome: str, holder: str | None, ticket_ids: list[int]) -> str:
    """The answer to a text."""
    tickets = words.listed(ticket_ids) if ticket_ids else "it"
    return {
        "acknowledged": f"You have {tickets}. The reporter is told.",
        "extended": f"You still have {tickets}.",
        "already_acknowledged": f"{holder or 'Somebody'} has {tickets} already.",
        "passed_on": f"Passed on: {tickets}. The next one is called.",
        "over": "No longer needed: closed or taken back.",
        "nothing_waits": "Nothing waits for you.",
    }.get(outcome, HELP)


def message(text: str = "") -> str:
    """A text back, or none."""
    response = MessagingResponse()
    if text:
        response.message(_clean(text))
    return str(response)


def _ended(response: VoiceResponse, said: str) -> str:
    response.say(_clean(said))
    response.hangup()
    return str(response)


def _clean(said: str) -> str:
    return _NOT_XML.sub(" ", said)
