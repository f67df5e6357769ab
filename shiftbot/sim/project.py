"""A Supabase project for the local rung and tests: Auth (password), Realtime (private broadcast), Storage, on 127.0.0.1.

It speaks their HTTP and WebSocket, so that the real client libraries run unmodified; the database behind it is the rung's own.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import threading
import time
import uuid
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Self

import jwt
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

from .faults import SimError
from .project_feed import Feed, may_hear
from .project_realtime import Realtime
from .project_storage import Storage

JWT_SECRET = "jwt-secret-of-the-simulated-project-000000"
PUBLISHABLE_KEY = "sb_publishable_of-the-simulated-project"
SECRET_KEY = "sb_secret_of-the-simulated-project"
SESSION_SECONDS = 3600


class SupabaseSim:
    """The project; use it as a context manager, or start() and stop(). `users` are e-mails with their passwords.

    `folder` keeps what is in Storage for the next one; without it that ends with the process.
    """

    def __init__(
        self,
        dsn: str,
        users: Mapping[str, str],
        port: int = 0,
        jwt_secret: str = JWT_SECRET,
        keys: tuple[str, str] = (PUBLISHABLE_KEY, SECRET_KEY),
        session_seconds: float = SESSION_SECONDS,
        folder: Path | None = None,
    ) -> None:
        self._users = dict(users)
        self._jwt_secret = jwt_secret
        self._keys = keys
        self._session_seconds = session_seconds
        self._wanted_port = port
        self.realtime = Realtime(self._verify, partial(may_hear, dsn))
        self.storage = Storage(partial(hmac.compare_digest, keys[1]), jwt_secret, folder)
        self._feed = Feed(dsn, self.realtime.publish, self.realtime.drop_all)
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._app(), host="127.0.0.1", port=port, log_config=None, access_log=False, lifespan="off"
            )
        )
        self._thread = threading.Thread(target=self._run, name="sim-supabase", daemon=True)

    @property
    def url(self) -> str:
        """SUPABASE_URL. Raises SimError where it does not run."""
        if not self._server.started:
            raise SimError("the simulator is not running")
        return f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    def start(self) -> Self:
        """Returns once it listens, to its port and to the database. Raises OSError where the port is taken."""
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise OSError(f"port {self._wanted_port} is taken")
            time.sleep(0.01)
        self._feed.start()
        self._feed.is_listening.wait(30)
        return self

    def stop(self) -> None:
        """Takes its trigger out of the database and ends."""
        self._feed.stop()
        self.realtime.drop_all()
        self._server.should_exit = True
        self._thread.join(10)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def cut(self, is_open: bool = False) -> None:
        """Drops every socket; with is_open False nobody gets a new one until open()."""
        self.realtime.is_open = is_open
        self.realtime.drop_all()

    def open(self) -> None:
        """Lets sockets in again."""
        self.realtime.is_open = True

    def token(self, email: str, seconds: float | None = None) -> str:
        """A session's access token for that address."""
        now = time.time()
        claims = {
            "sub": str(uuid.uuid5(uuid.NAMESPACE_DNS, email)),
            "email": email,
            "role": "authenticated",
            "aud": "authenticated",
            "iat": int(now),
            "exp": int(now + (self._session_seconds if seconds is None else seconds)),
        }
        return jwt.encode(claims, self._jwt_secret, algorithm="HS256")

    def _run(self) -> None:
        asyncio.run(self._server.serve())

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/auth/v1/token", self._sign_in, methods=["POST"]),
                Route("/auth/v1/user", self._user, methods=["GET"]),
                Route("/auth/v1/logout", self._log_out, methods=["POST"]),
                *self.storage.routes(),
                Route("/sim/{verb}", self._control, methods=["POST"]),
                WebSocketRoute("/realtime/v1/websocket", self.realtime.serve),
            ]
        )

    def _verify(self, token: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(token, self._jwt_secret, ["HS256"], audience="authenticated")
        except jwt.PyJWTError as error:
            raise ValueError(str(error)) from None
        return claims

    def _is_known(self, key: str) -> bool:
        return any(hmac.compare_digest(key.encode(), known.encode()) for known in self._keys)

    async def _sign_in(self, request: Request) -> Response:
        if not self._is_known(request.headers.get("apikey", "")):
            return _error(401, "no_authorization", "Invalid API key")
        body = await _body(request)
        if request.query_params.get("grant_type") == "refresh_token":
            email = self._refreshed(str(body.get("refresh_token", "")))
        else:
            email = str(body.get("email", "")).lower()
            wanted = self._users.get(email)
            if wanted is None or not hmac.compare_digest(
                wanted.encode(), str(body.get("password", "")).encode()
            ):
                email = ""
        return (
            JSONResponse(self._session(email))
            if email
            else _error(400, "invalid_credentials", "Invalid login credentials")
        )

    def _refreshed(self, token: str) -> str:
        try:
            return str(self._verify(token)["email"])
        except (ValueError, KeyError):
            return ""

    def _session(self, email: str) -> dict[str, Any]:
        return {
            "access_token": self.token(email),
            "token_type": "bearer",
            "expires_in": int(self._session_seconds),
            "expires_at": int(time.time() + self._session_seconds),
            "refresh_token": self.token(email, 30 * 86400),
            "user": self._user_of(email),
        }

    def _user_of(self, email: str) -> dict[str, Any]:
        return {
            "id": str(uuid.uuid5(uuid.NAMESPACE_DNS, email)),
            "aud": "authenticated",
            "role": "authenticated",
            "email": email,
            "app_metadata": {"provider": "email"},
            "user_metadata": {},
            "created_at": "2026-01-01T00:00:00Z",
        }

    def _user(self, request: Request) -> Response:
        try:
            claims = self._verify(request.headers.get("authorization", "").removeprefix("Bearer "))
        except ValueError as error:
            return _error(403, "bad_jwt", str(error))
        return JSONResponse(self._user_of(claims["email"]))

    def _log_out(self, _: Request) -> Response:
        return Response(status_code=204)

    def _control(self, request: Request) -> Response:
        verbs = {"cut": self.cut, "open": self.open}
        if request.path_params["verb"] not in verbs:
            return _error(404, "not_found", f"known are {', '.join(verbs)}")
        verbs[request.path_params["verb"]]()
        return JSONResponse({})


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _error(status: int, code: str, words: str) -> Response:
    return JSONResponse({"code": status, "error_code": code, "msg": words}, status_code=status)
