"""The project's private Storage bucket, in which what customers send is kept."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from urllib.parse import quote

import httpx
from storage3.exceptions import StorageApiError
from supabase import Client, create_client
from supabase.lib.client_options import SyncClientOptions

BUCKET = "attachments"
_SECONDS = 20.0  # of silence end a request


class Bucket:
    """Any thread may use it. Everything raises StorageApiError, or httpx.HTTPError where nothing answers."""

    def __init__(self, supabase_url: str, secret_key: str) -> None:
        # Of our own, or the library warns of the timeout that it gives itself, and nothing could close it.
        self._http = httpx.Client(timeout=_SECONDS, follow_redirects=True)
        self._client: Client = create_client(
            supabase_url, secret_key, SyncClientOptions(httpx_client=self._http)
        )
        self._is_there = False
        self._making = threading.Lock()

    def keep(self, path: str, content: bytes, mime_type: str) -> None:
        """Writes an object, over one that is there: a worker may have died after writing it."""
        self._make()
        options = {"content-type": mime_type, "upsert": "true", "cache-control": "3600"}
        self._client.storage.from_(BUCKET).upload(path, content, options)  # type: ignore[arg-type]

    def links(self, files: Sequence[tuple[str, str | None]], seconds: int) -> list[str | None]:
        """Addresses that end after so many seconds, of (path, name to save it as); None where an object is gone.

        Without a name it is shown where it is linked.
        """
        if not files:
            return []
        signed = self._client.storage.from_(BUCKET).create_signed_urls([path for path, _ in files], seconds)
        made = {each["path"]: each["signedURL"] for each in signed if not each["error"]}
        return [_named(made.get(path), name) for path, name in files]

    def remove(self, path: str) -> None:
        """Removes an object; one that is gone is fine."""
        self._make()
        self._client.storage.from_(BUCKET).remove([path])

    def close(self) -> None:
        """Frees its connections."""
        self._http.close()

    def _make(self) -> None:
        """A project begins without the bucket."""
        with self._making:
            if self._is_there:
                return
            try:
                self._client.storage.create_bucket(BUCKET, options={"public": False})
            except StorageApiError as error:
                if str(error.status) != "409" and "already exists" not in error.message:
                    raise
            self._is_there = True


def _named(url: str | None, name: str | None) -> str | None:
    return f"{url}&download={quote(name, safe='')}" if url and name else url
