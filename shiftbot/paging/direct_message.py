"""Pages as direct messages with buttons; when the page moves on, the message says so in place."""

from __future__ import annotations

from typing import ClassVar

from shiftbot.paging import words
from shiftbot.paging.base import Contact, IsWanted, Method, Page, Permanent, Sent
from shiftbot.platforms.base import Button, Client, Outgoing

# Acknowledged or over: the button would only be refused.
_MAY_BE_ACKNOWLEDGED = ("ringing", "joined")


class DirectMessage:
    """What the platforms have in common. The client may be shared with the replies to customers."""

    method: Method
    remedies: ClassVar[dict[str, str]]  # what to do about a refusal, by the platform's name for it

    def __init__(self, client: Client) -> None:
        self._client = client

    def address(self, contact: Contact) -> str:
        """The private chat of this person. Raises Permanent where none is known."""
        raise NotImplementedError

    def send(self, page: Page, is_wanted: IsWanted) -> Sent:
        """Writes to the person, with buttons. Raises Permanent, Temporary or OutcomeUnknown."""
        if page.contact is None:
            raise Permanent("a direct message needs a person")
        outgoing = self._outgoing(page, self.address(page.contact), _buttons(page))
        try:
            return Sent("delivered", self._client.send(outgoing))
        except Permanent as error:
            if error.code not in self.remedies:
                raise
            raise Permanent(f"{error}; {self.remedies[error.code]}", error.code) from None

    def stop(self, page: Page) -> None:
        """Nothing rings: `tell` brings the message up to date."""

    def tell(self, page: Page) -> None:
        """Writes how the page stands under its words; nothing where no message is known. Raises like `send`."""
        if page.external_id is not None:
            buttons = _buttons(page) if page.state in _MAY_BE_ACKNOWLEDGED else _afterwards(page)
            self._client.edit(page.external_id, self._outgoing(page, "", buttons))

    def close(self) -> None:
        """Closes the client."""
        self._client.close()

    def _outgoing(self, page: Page, address: str, buttons: tuple[Button, ...]) -> Outgoing:
        return Outgoing(address, self._text(page), buttons=buttons, token=f"page:{page.attempt_id}")

    def _text(self, page: Page) -> str:
        """The words and the status, in one message: the words are cut where both do not fit."""
        said, status = words.text(page), words.status(page)
        tail = f"\n\n{status}" if status else ""
        if len(self._client.split(said + tail)) == 1:
            return said + tail
        head = self._client.split(said)[0]
        while len(self._client.split(f"{head}…{tail}")) > 1:
            head = head[:-20]
        return f"{head}…{tail}"


def _buttons(page: Page) -> tuple[Button, ...]:
    acknowledge = Button("Acknowledge", "page_ack", page.attempt_id)
    if page.kind == "ring":
        return (acknowledge, Button("Pass on", "page_pass", page.attempt_id))
    # A reminder before an acknowledgement expires: the same button extends it.
    return (acknowledge,) if page.tickets and page.state in ("ringing", "acknowledged") else ()


def _afterwards(page: Page) -> tuple[Button, ...]:
    """Once somebody had it, whoever was woken may say that it need not have rung."""
    may_be_marked = page.kind == "ring" and page.tickets and page.holder and not page.is_needless
    return (Button("Not needed", "page_needless", page.attempt_id),) if may_be_marked else ()
