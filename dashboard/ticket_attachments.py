"""A file of a conversation, as parts/conversation takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.queries.ticket_files import File

Json = dict[str, Any]
_NOTES = {"waiting": "not fetched yet", "kept": "opening…", "erased": "erased"}


def shown(told: Json, known: Mapping[str, File]) -> Json:
    """What the platform told of it, and where it is kept."""
    file = known.get(str(told.get("file_id") or ""))
    size = file.size if file and file.size is not None else told.get("size")
    item: Json = {
        "kind": str(told.get("kind") or "file").replace("_", " "),
        "name": str(told.get("name") or ""),
        "size": size if isinstance(size, int) else None,
    }
    if file is None:  # a place or a contact is no file; of others there was no keeping yet
        return item
    if file.url:
        return item | {"url": file.url, "is_image": (file.mime_type or "").startswith("image/")}
    return item | {"state": file.state, "note": file.error or _NOTES.get(file.state)}
