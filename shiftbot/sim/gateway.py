"""Part of the simulators: a small threaded HTTP/1.1 server for a WSGI app that can also cut a connection.

werkzeug's own server closes the connection after every answer, where real platforms keep it open.
"""

from __future__ import annotations

import contextlib
import io
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from flask import request
from werkzeug.test import run_wsgi_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

CUT = "shiftbot.sim.cut"  # a list in the environ that says with any item: answer nothing


def reserved_port() -> socket.socket:
    """A free port, held by a socket that never listens: nobody else gets it while its simulator is stopped."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    held.bind(("127.0.0.1", 0))
    return held


class Gateway(ThreadingHTTPServer):
    """Serves `app` on 127.0.0.1. Raises OSError at once where the port is taken, unless by `reserved_port`."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, app: WSGIApplication, port: int, is_reserved: bool = False) -> None:
        self.app = app
        self.allow_reuse_port = is_reserved
        self.connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)
        self._loop = threading.Thread(target=self.serve_forever, args=(0.05,), name="sim", daemon=True)
        self._loop.start()

    def server_bind(self) -> None:
        """Binds without the look-up of the host's full name that HTTPServer does."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def stop(self) -> None:
        """Stops listening and cuts every open connection, so that a stopped platform is really gone."""
        self.shutdown()
        self._loop.join()
        self.server_close()
        for connection in tuple(self.connections):
            with contextlib.suppress(OSError):  # the other side may have closed it already
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stays silent about clients that went away; anything else is a bug and is shown."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError | ValueError):
            super().handle_error(request, client_address)


def cut_connection() -> None:
    """Called in a view: the connection is closed without an answer once the view returns."""
    request.environ[CUT].append(True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one packet
    server: Gateway

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        super().finish()

    def do_GET(self) -> None:
        """Every method goes to the app."""
        environ = self._environ(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        chunks, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        body = b"".join(chunks)
        if environ[CUT]:
            self.close_connection = True
            return
        self.send_response_only(int(status.split(" ", 1)[0]))
        self.send_header("Date", self.date_time_string())  # as every real server
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_DELETE = do_PUT = do_GET

    def _environ(self, body: bytes) -> WSGIEnvironment:
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),  # as PEP 3333 wants it
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.server.server_port),
            "SERVER_PROTOCOL": "HTTP/1.1",
            CUT: [],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            environ.setdefault("HTTP_" + name.upper().replace("-", "_"), value)
        return environ

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: a simulator's access log would drown the logs of what is being tested."""
