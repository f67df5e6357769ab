"""Part of the simulators: what all of them share, a Flask app in a thread, faults and control over HTTP."""

from __future__ import annotations

import inspect
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Any, ClassVar, Self, TypeVar

from flask import Flask, Response, jsonify, request
from flask.json.provider import DefaultJSONProvider

from .faults import SHARED_KINDS, Fault, Faults, SimError
from .gateway import Gateway, cut_connection, reserved_port

T = TypeVar("T")
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class SimServer:
    """A simulated platform on 127.0.0.1; use it as a context manager, or start() and stop()."""

    verbs: ClassVar[
        tuple[str, ...]
    ] = ()  # methods that POST /sim/<verb> calls with a JSON object of arguments
    fault_kinds: ClassVar[tuple[str, ...]] = SHARED_KINDS

    def __init__(self, port: int = 0) -> None:
        self._wanted_port = port
        self._reserved: socket.socket | None = None
        self._gateway: Gateway | None = None
        self._stopping = threading.Event()
        self.changed = threading.Condition(threading.RLock())  # guards all state, notified on every change
        self.faults = Faults(self.fault_kinds)
        self.calls: Counter[str] = Counter()  # calls of the simulated API per method, failed ones included
        self.app = Flask("shiftbot.sim", static_folder=None)
        self.app.json = _json(self.app)
        self._add_control_routes()
        self.add_routes(self.app)

    @property
    def is_running(self) -> bool:
        """Whether it listens."""
        return self._gateway is not None

    @property
    def port(self) -> int:
        """The port that was given, or the free one that was found."""
        if self._gateway is None:
            raise SimError("the simulator is not running")
        return self._gateway.server_port

    @property
    def url(self) -> str:
        """The address of the simulator, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Listens from now on. Raises OSError where the port is taken. Its state survives a stop."""
        if self._gateway is None:
            self._stopping.clear()
            if not self._wanted_port:
                self._reserved = reserved_port()
                self._wanted_port = self._reserved.getsockname()[1]
            self._gateway = Gateway(self.app, self._wanted_port, self._reserved is not None)
        return self

    def stop(self) -> None:
        """Cuts every connection and listens no longer; start() brings it back on the same port."""
        self._stopping.set()
        with self.changed:
            self.changed.notify_all()
        if self._gateway is not None:
            self._gateway.stop()
            self._gateway = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._reserved is not None:
            self._reserved.close()
            self._reserved = None
            self._wanted_port = 0

    def fault(
        self, kind: str, method: str | None = None, count: int | None = None, seconds: float = 1.0
    ) -> None:
        """Switches a fault on, for one method or all, for the next `count` calls or until cleared."""
        self.faults.add(Fault(kind, method, count, seconds))

    def clear_faults(self) -> None:
        """Switches every fault off."""
        self.faults.clear()

    def wait_until(self, holds: Callable[[], bool], timeout: float = 5.0) -> bool:
        """Waits for `holds` to become true, looking after every change; returns whether it did."""
        with self.changed:
            return self.changed.wait_for(lambda: self._stopping.is_set() or holds(), timeout) and holds()

    # What a simulator adds.

    def add_routes(self, app: Flask) -> None:
        """Adds the routes of the simulated API."""

    def refusal(self, fault: Fault) -> Response:
        """The answer to a rate_limited or server_error fault in the platform's own words."""
        raise NotImplementedError

    def own_fault(self, fault: Fault, work: Callable[[], Response]) -> Response:
        """Plays a fault that only this simulator knows."""
        raise NotImplementedError

    def perform(self, method: str, work: Callable[[], Response]) -> Response:
        """Counts a call of the simulated API and does it, or plays the fault that is switched on."""
        with self.changed:
            self.calls[method] += 1
        fault = self.faults.take(method)
        if fault is None:
            return work()
        match fault.kind:
            case "rate_limited" | "server_error":
                return self.refusal(fault)
            case "bad_gateway":
                return Response(BAD_GATEWAY, 502, content_type="text/html")
            case "timeout":
                self._stopping.wait(fault.seconds)
                return Response(BAD_GATEWAY.replace("502 Bad Gateway", "504 Gateway Time-out"), 504)
            case "slow":
                response = work()
                self._stopping.wait(fault.seconds)
                return response
            case "drop_after_work":
                work()
                return _cut()
            case "drop_before_work":
                return _cut()
            case _:
                return self.own_fault(fault, work)

    # Control over HTTP.

    def _add_control_routes(self) -> None:
        app = self.app
        app.register_error_handler(SimError, lambda error: (jsonify(error=str(error)), 400))
        app.add_url_rule("/sim/faults", "faults", self._control_faults, methods=["GET", "POST", "DELETE"])
        app.add_url_rule("/sim/calls", "calls", lambda: jsonify(self._calls()))
        app.add_url_rule("/sim/<verb>", "verb", self._control_verb, methods=["POST"])

    def _calls(self) -> dict[str, int]:
        with self.changed:
            return dict(self.calls)

    def _control_faults(self) -> Response:
        if request.method == "DELETE":
            self.clear_faults()
        elif request.method == "POST":
            self._call(self.fault, request.get_json(force=True))
        return jsonify(self.faults.active())

    def _control_verb(self, verb: str) -> Response:
        if verb not in self.verbs:
            raise SimError(f"unknown verb {verb!r}; known are {', '.join(sorted(self.verbs))}")
        return jsonify(self._call(getattr(self, verb), request.get_json(force=True)))

    @staticmethod
    def _call(method: Callable[..., Any], arguments: Any) -> Any:
        if not isinstance(arguments, dict):
            raise SimError("the body must be a JSON object of arguments")
        try:
            inspect.signature(method).bind(**arguments)
        except TypeError as error:
            raise SimError(f"{method.__name__}: {error}") from None
        return method(**arguments)

    def _waited(self, look: Callable[[], list[T]], wait: float) -> list[T]:
        """What `look` finds, after at most `wait` seconds of finding nothing."""
        deadline = time.monotonic() + wait
        with self.changed:
            while not (found := look()):
                left = deadline - time.monotonic()
                if left <= 0 or self._stopping.is_set():
                    break
                self.changed.wait(left)
            return found


def _cut() -> Response:
    cut_connection()
    return Response()


def _json(app: Flask) -> DefaultJSONProvider:
    provider = DefaultJSONProvider(app)
    provider.sort_keys = False  # the platforms' own order, and less work
    return provider
