"""Where the files are that a customer sent: kept, with a link that ends by itself, or why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from dashboard.database import Connection


@dataclass(frozen=True)
class File:
    """One file of a ticket. `url`: of one that is kept, once somebody has asked for it and as long as it lasts."""

    file_id: str
    state: str
    error: str | None
    name: str | None
    mime_type: str | None
    size: int | None
    url: str | None
    url_expires_at: datetime | None


def files(conn: Connection, ticket_id: int) -> dict[str, File]:
    """By the platform's own id. Links that end soon are asked for anew: a worker signs them, and the page is told."""
    query = (
        "select file_id, state, error, name, mime_type, size, url, url_expires_at from public.attachments"
        " where ticket_id = %s"
    )
    with conn.cursor(row_factory=class_row(File)) as cursor:
        found = {file.file_id: file for file in cursor.execute(query, (ticket_id,)).fetchall()}
    if any(file.state == "kept" for file in found.values()):
        conn.execute("select private.ask_for_links(%s)", (ticket_id,))
    return found
