"""Part of the benchmarks: sessions of the dashboard that are sent everything and draw nothing.

Twenty engineers bring twenty machines to draw on. Twenty browsers on the machine that serves them measure each other.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from playwright.sync_api import Page
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol


@contextlib.contextmanager
def silent_sessions(count: int, like: Page, url: str) -> Iterator[None]:
    """So many more of them look at the board, as the engineer of that page."""
    cookies = "; ".join(f"{each['name']}={each['value']}" for each in like.context.cookies())
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            session = stack.enter_context(_session(url, cookies))
            threading.Thread(target=_read, args=(session,), daemon=True).start()
        yield


def _session(url: str, cookies: str) -> ClientConnection:
    session = connect(
        f"ws{url.removeprefix('http')}/_stcore/stream",
        origin=None,
        additional_headers={"Cookie": cookies, "Origin": url},
        subprotocols=[Subprotocol("streamlit")],
        max_size=None,
        proxy=None,
    )
    begin = BackMsg()
    begin.rerun_script.query_string = ""
    session.send(begin.SerializeToString())
    return session


def _read(session: ClientConnection) -> None:
    with contextlib.suppress(ConnectionClosed):
        for _ in session:
            pass
