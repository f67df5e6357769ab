"""Part of the Twilio simulator: the course of one call, from the first ring to the last callback."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urljoin
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from .twilio_line import Line
from .twilio_world import Call, World

BROKEN = "We are sorry, an application error has occurred. Goodbye."  # what Twilio says in our place
# What the person, the carrier or the API may have decided while it rang, as the status that follows.
ENDINGS = {
    "declines": "busy",
    "busy": "busy",
    "no_answer": "no-answer",
    "fails": "failed",
    "canceled": "canceled",
    "stopped": "failed",
}
_EVENT = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}
_SIP = {"completed": "200", "busy": "486", "no-answer": "487", "canceled": "487", "failed": "404"}
_MOST_DOCUMENTS = 50  # a menu that only leads back to itself must end


class Course:
    """Plays one call in a thread of its own; `stopped` says that the simulator is."""

    def __init__(self, world: World, line: Line, call: Call, stopped: Callable[[], bool]) -> None:
        self._world = world
        self._changed = world.changed
        self._line = line
        self._call = call
        self._stopped = stopped

    def start(self) -> None:
        """Begins to ring."""
        threading.Thread(target=self._run, name="sim-call", daemon=True).start()

    def _run(self) -> None:
        behaviour = self._world.behaviour(self._call.to)
        self._becomes("initiated")
        if behaviour.does == "fails":
            return self._ends("failed")
        if behaviour.does != "busy":
            self._becomes("ringing")
        ending = self._ring()
        if ending:
            return self._ends(ending)
        with self._changed:
            self._call.answered_at = time.monotonic()
        self._becomes("in-progress")
        self._detect_machine()
        self._talk()
        self._ends("completed")

    def _ring(self) -> str:
        """Rings until it is decided; returns the status it ends with, or "" where it is answered."""
        call, behaviour = self._call, self._world.behaviour(self._call.to)
        limit = float(call.first("Timeout", "60"))
        decides_itself = behaviour.does not in ("rings", "ignored")
        with self._changed:
            patience = min(behaviour.after, limit) if decides_itself else limit
            self._changed.wait_for(lambda: bool(call.wants) or self._stopped(), patience)
            if self._stopped():
                return "failed"
            if not call.wants:
                call.wants = behaviour.does if decides_itself else "no_answer"
                if behaviour.after > limit:
                    call.wants = "no_answer"
                call.keys.extend(behaviour.keys if call.wants == "answers" else "")
                call.is_silent = call.wants == "answers"  # it presses what it was told and nothing else
            if call.wants == "voicemail":
                call.answered_by, call.is_silent = "machine_start", True
            return ENDINGS.get(call.wants, "")

    def _detect_machine(self) -> None:
        call = self._call
        if not call.first("MachineDetection"):
            return
        call.answered_by = call.answered_by or "human"
        if url := call.first("AsyncAmdStatusCallback"):
            fields = {"CallSid": call.sid, "AnsweredBy": call.answered_by, "MachineDetectionDuration": "2100"}
            self._line.call_back(call.sid, url, fields)

    # What is said, heard and pressed.

    def _talk(self) -> None:
        here = self._call.first("Url")
        written = self._call.first("Twiml")
        document = _read(written.encode()) if written else self._fetch(here)
        for _ in range(_MOST_DOCUMENTS):
            if document is None:
                return self._hear(BROKEN)
            onward = self._play(document)
            if onward is None or self._is_cut():
                return None
            here = urljoin(here, onward[0])
            document = self._fetch(here, onward[1])
        return self._hear(BROKEN)

    def _fetch(self, url: str, keys: str | None = None) -> Element | None:
        """The TwiML at the address; None where there is none to be had."""
        fields = self._fields() | ({} if keys is None else {"Digits": keys, "FinishedOnKey": ""})
        answer = self._line.ask(self._call.sid, url, fields)
        return _read(answer.body) if answer.accepted else None

    def _play(self, document: Element) -> tuple[str, str | None] | None:
        """Plays to the end; returns where to go on, with the keys that were pressed, or None for the end."""
        for verb in document:
            if self._is_cut():
                return None
            match verb.tag:
                case "Say":
                    self._hear(verb.text or "")
                case "Pause":
                    pass
                case "Hangup":
                    return None
                case "Redirect":
                    return (verb.text or "").strip(), None
                case "Gather":
                    for spoken in verb.iter("Say"):
                        self._hear(spoken.text or "")
                    keys = self._gather(verb)
                    if keys or verb.get("actionOnEmptyResult") == "true":
                        return verb.get("action", ""), keys
                case unknown:
                    self._hear(f"{BROKEN} ({unknown})")
                    return None
        return None

    def _gather(self, verb: Element) -> str:
        """The keys pressed before the time is up, none where nobody will."""
        call, keys = self._call, ""
        most, finish = int(verb.get("numDigits") or 0), verb.get("finishOnKey", "#")
        while True:
            with self._changed:
                call.waits_for_key = not call.keys
                self._changed.notify_all()
                wait = 0.0 if call.is_silent else float(verb.get("timeout") or 5)
                self._changed.wait_for(lambda: call.keys or call.is_silent or self._is_cut(), wait)
                call.waits_for_key = False
                if not call.keys or self._is_cut():
                    return keys
                key = call.keys.popleft()
            if finish and key == finish:
                return keys
            keys += key
            if most and len(keys) >= most:
                return keys

    def _hear(self, said: str) -> None:
        with self._changed:
            self._call.heard.append(" ".join(said.split()))
            self._changed.notify_all()

    def _is_cut(self) -> bool:
        # "canceled": the API ended it in the very moment in which it was answered
        return self._call.wants in ("hang_up", "canceled") or self._stopped()

    # How it stands, and who is told.

    def _becomes(self, status: str) -> None:
        with self._changed:
            self._call.status = (
                "queued" if status == "initiated" else status
            )  # the API never says "initiated"
            self._changed.notify_all()
        self._tell(_EVENT[status], {"CallStatus": status})

    def _ends(self, status: str) -> None:
        call = self._call
        if self._stopped():
            with self._changed:
                call.status = "failed"
            return
        with self._changed:
            call.ended_at = time.monotonic()
        more = {"CallDuration": str(call.seconds), "SipResponseCode": _SIP[status]}
        if status == "completed":
            more["Duration"] = str(1 + call.seconds // 60)
        self._tell("completed", {"CallStatus": status, **more})
        self._line.release(call.sid)
        with self._changed:
            call.status = status
            self._changed.notify_all()

    def _tell(self, event: str, more: dict[str, str]) -> None:
        call = self._call
        with self._changed:
            number = str(call.sequence)
            call.sequence += 1
        url = call.first("StatusCallback")
        if url and event in (call.asked.get("StatusCallbackEvent") or ["completed"]):
            progress = {"CallbackSource": "call-progress-events", "SequenceNumber": number}
            progress["Timestamp"] = format_datetime(datetime.now(UTC))
            self._line.call_back(call.sid, url, self._fields() | progress | more)

    def _fields(self) -> dict[str, str]:
        call = self._call
        fields = {"CallSid": call.sid, "CallStatus": call.status, "Direction": "outbound-api"}
        fields |= {"From": call.sender, "Caller": call.sender, "To": call.to, "Called": call.to}
        return fields | ({"AnsweredBy": call.answered_by} if call.answered_by else {})


def _read(body: bytes) -> Element | None:
    """The TwiML document, as strictly as Twilio reads it."""
    try:
        document = ElementTree.fromstring(body)  # noqa: S314  # our own webhooks wrote it
    except ElementTree.ParseError:
        return None
    return document if document.tag == "Response" else None
