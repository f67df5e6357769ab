"""Queue `attachments`: fetch what a customer sent, keep it in Storage; sign links for whoever looks; remove what was erased."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg.rows import class_row

from shiftbot import queue
from shiftbot.db import Pool
from shiftbot.platforms.base import Client, Permanent, Temporary
from shiftbot.queue import Message, QueueName
from shiftbot.storage import Bucket
from workers.archiving import Done

log = logging.getLogger(__name__)
LINK_SECONDS = 3600
_IMAGES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}
_PLAIN = ("audio/", "video/", "application/pdf", "text/plain")


@dataclass(frozen=True)
class Claim:
    """One row of private.claim_attachment."""

    ticket_id: int
    platform: str
    file_id: str
    source_url: str | None
    name: str | None
    mime_type: str | None
    size: int | None
    state: str


class AttachmentsHandler:
    """A file is fetched again as often as it takes; its path is its id, so that nothing is kept twice."""

    queue: QueueName = "attachments"

    def __init__(
        self, pool: Pool, clients: Mapping[str, Client], bucket: Bucket | None, most_bytes: int
    ) -> None:
        self._pool = pool
        self._clients = clients
        self._bucket = bucket
        self._most_bytes = most_bytes

    def prepare(self, messages: Sequence[Message]) -> None:
        """Nothing is cheaper for many at once."""

    def handle(self, message: Message) -> str | Done:
        """kept, refused, erased, linked, postponed or done."""
        if "links_of" in message.body:
            return self._link(message, int(message.body["links_of"]))
        attachment_id = int(message.body["attachment_id"])
        with self._pool.connection() as conn, conn.cursor(row_factory=class_row(Claim)) as cursor:
            claim = cursor.execute("select * from private.claim_attachment(%s)", (attachment_id,)).fetchone()
        if claim is None or claim.state in ("kept", "refused"):
            return Done("done")
        if claim.state == "erased":
            return self._erase(message, attachment_id)
        return self._keep(message, attachment_id, claim)

    def _keep(self, message: Message, attachment_id: int, claim: Claim) -> str | Done:
        try:
            content = self._fetch(claim)
        except Permanent as error:
            return self._settle(message, attachment_id, "refused", None, None, str(error))
        except Temporary as error:
            if error.retry_after is None:
                raise  # tried again ever later, and in the end a dead letter
            with self._pool.connection() as conn:
                queue.postpone(conn, "attachments", message.id, error.retry_after)
            return "postponed"
        mime_type = mime_type_of(content, claim.mime_type)
        if self._bucket is None:
            raise LookupError("no bucket")  # _fetch has refused it
        self._bucket.keep(path_of(claim.ticket_id, attachment_id), content, mime_type)
        state = self._settle(message, attachment_id, "kept", len(content), mime_type, None)
        return self._erase(message, attachment_id) if state == "erased" else state

    def _fetch(self, claim: Claim) -> bytes:
        """Raises Permanent or Temporary."""
        if self._bucket is None:
            raise Permanent("no Storage is configured")
        client = self._clients.get(claim.platform)
        if client is None:
            raise Permanent(f"no token for {claim.platform} is configured")
        if claim.size is not None and claim.size > self._most_bytes:
            raise Permanent(f"it is larger than {self._most_bytes >> 20} MB")
        return client.fetch(claim.file_id, claim.source_url, self._most_bytes)

    def _settle(
        self,
        message: Message,
        attachment_id: int,
        state: str,
        size: int | None,
        mime: str | None,
        error: str | None,
    ) -> str:
        with self._pool.connection() as conn:
            row = conn.execute(
                "select private.settle_attachment(%s, %s, %s, %s, %s, %s)",
                (attachment_id, message.id, state, size, mime, error),
            ).fetchone()
        return str(row[0]) if row else "gone"

    def _erase(self, message: Message, attachment_id: int) -> Done:
        if self._bucket is not None:
            self._bucket.remove(path_of(int(message.body["ticket_id"]), attachment_id))
        return Done("erased")

    def _link(self, message: Message, ticket_id: int) -> str | Done:
        if self._bucket is None:
            return Done("done")
        with self._pool.connection() as conn:
            files = conn.execute(
                "select id, name, mime_type from private.files_to_link(%s)", (ticket_id,)
            ).fetchall()
        wanted = [(path_of(ticket_id, number), _saved_as(number, name, mime)) for number, name, mime in files]
        links = self._bucket.links(wanted, LINK_SECONDS)
        made = [(number, url) for (number, _, _), url in zip(files, links, strict=True) if url]
        if len(made) < len(files):
            log.warning(
                "a kept file is gone from Storage",
                extra={"action": "attachment_gone", "ticket_id": ticket_id},
            )
        with self._pool.connection() as conn:
            conn.execute(
                "select private.keep_links(%s, %s, %s::bigint[], %s::text[], %s)",
                (
                    ticket_id,
                    message.id,
                    [number for number, _ in made],
                    [url for _, url in made],
                    LINK_SECONDS,
                ),
            )
        return "linked"


def path_of(ticket_id: int, attachment_id: int) -> str:
    """Where an attachment is in the bucket; nothing of it is a person's."""
    return f"tickets/{ticket_id}/{attachment_id}"


def mime_type_of(content: bytes, said: str | None) -> str:
    """An image is what begins like one; of what could run in a browser nobody is told."""
    for beginning, mime_type in _IMAGES.items():
        if content.startswith(beginning) and (mime_type != "image/webp" or content[8:12] == b"WEBP"):
            return mime_type
    return said if said and said.startswith(_PLAIN) else "application/octet-stream"


def _saved_as(number: int, name: str | None, mime_type: str | None) -> str | None:
    """Images are shown; everything else is saved."""
    return None if (mime_type or "").startswith("image/") else name or f"attachment-{number}"
