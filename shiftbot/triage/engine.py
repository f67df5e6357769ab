"""The way to a verdict: the model if there is one, the rules when it fails, a floor under both."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol, Self

from shiftbot.settings import Settings
from shiftbot.triage.hearing import Hearing, listen
from shiftbot.triage.learned import TROUBLE_SEVERITY
from shiftbot.triage.model import ModelEngine, ModelFailed
from shiftbot.triage.replies import safe
from shiftbot.triage.rules import RulesEngine
from shiftbot.triage.text import clean_text
from shiftbot.triage.verdict import LIMITS, Conversation, Verdict
from shiftbot.triage.version import rules_digest

HARD_FROM = 0.85  # rules this sure of an outage, data loss or security may not be waved away
PLAYED_DOWN_BELOW = 0.3
RULES_SHARE = 0.7  # of the rules' severity is the floor: words alone are weaker evidence than understanding
SKIP_AFTER = 5
SKIP_SECONDS = 30.0
SKIPPED = "model skipped"  # how the fallback reason begins where the model was not even asked
# Only what says that the server is unwell. A refusal or a bad verdict may be one message's doing, and its
# author must not be able to turn the model off for everybody.
_UNWELL = ("timeout", "rate_limited", "server_error", "unreachable", "bad_request")


class Model(Protocol):
    def version(self) -> dict[str, str]: ...

    def triage(self, conversation: Conversation) -> Verdict: ...

    def close(self) -> None: ...


class TriageEngine:
    """Always gives a verdict. Safe to call from several threads."""

    def __init__(
        self, model: Model | None, rules: RulesEngine, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._model = model
        self._rules = rules
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._skip_until = 0.0

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """With a model only where ENABLE_LLM says so."""
        if not settings.enable_llm:
            return cls(None, RulesEngine())
        key = settings.openai_api_key.get_secret_value()
        model = ModelEngine(
            key, settings.openai_base_url, settings.openai_model, settings.openai_timeout_seconds
        )
        return cls(model, RulesEngine())

    def warm_up(self) -> None:
        """Makes ready what the first verdict would wait for; called before threads ask for it together."""
        self._rules.warm_up()

    def version(self) -> dict[str, str]:
        """Which rules, and which model under which prompt."""
        of_model = {} if self._model is None else self._model.version()
        return of_model | {"rules": rules_digest()}

    def triage(self, conversation: Conversation) -> Verdict:
        """The verdict; `engine`, `reason` and `fallback_reason` say who decided and why."""
        hearing = listen(conversation)
        by_rules = self._rules.judge(conversation, hearing)
        if self._model is None:
            return by_rules
        if self._skips():
            return _fallback(by_rules, f"{SKIPPED}: {SKIP_AFTER} failures in a row")
        try:
            by_model = self._model.triage(conversation)
        except ModelFailed as failure:
            self._note(unwell=failure.kind in _UNWELL)
            return _fallback(by_rules, f"{failure.kind}: {failure.detail}")
        self._note(unwell=False)
        return replace(_floored(by_model, by_rules, hearing), rules_digest=by_rules.rules_digest)

    def close(self) -> None:
        """Frees the model's connections."""
        if self._model is not None:
            self._model.close()

    def _skips(self) -> bool:
        with self._lock:
            return self._clock() < self._skip_until

    def _note(self, unwell: bool) -> None:
        with self._lock:
            self._failures = self._failures + 1 if unwell else 0
            if self._failures >= SKIP_AFTER:
                self._skip_until = self._clock() + SKIP_SECONDS


def _fallback(by_rules: Verdict, why: str) -> Verdict:
    return replace(by_rules, fallback_reason=clean_text(why, LIMITS["fallback_reason"]))


def _floored(by_model: Verdict, by_rules: Verdict, hearing: Hearing) -> Verdict:
    """The model's verdict, held up where it plays down what the rules are sure of."""
    played_down = by_model.category == "noise" or by_model.severity < PLAYED_DOWN_BELOW or hearing.injection
    if hearing.hard_severity >= HARD_FROM and played_down and not by_model.escalate:
        return _lifted(by_model, by_rules, hearing)
    is_report = hearing.is_report or by_rules.severity >= TROUBLE_SEVERITY
    if by_model.category == "noise" and by_rules.category != "noise" and is_report:
        why = f"floor: not noise, the rules heard {by_rules.reason}"
        return _changed(by_model, by_rules, max(by_model.severity, RULES_SHARE * by_rules.severity), why)
    return by_model


def _lifted(by_model: Verdict, by_rules: Verdict, hearing: Hearing) -> Verdict:
    """A person looks when the two contradict each other: a needless look costs less than a hidden outage."""
    why = f"floor: the rules heard {by_rules.reason}"
    severity = max(by_model.severity, RULES_SHARE * hearing.hard_severity)
    lifted = replace(_changed(by_model, by_rules, severity, why), escalate=True)
    # A model that was talked into a verdict was talked into a reply too.
    return (
        replace(lifted, reply=safe(by_rules.language, lifted.category, escalate=True))
        if hearing.injection
        else lifted
    )


def _changed(by_model: Verdict, by_rules: Verdict, severity: float, why: str) -> Verdict:
    noise = by_model.category == "noise"
    return replace(
        by_model,
        severity=round(severity, 3),
        category=by_rules.category if noise else by_model.category,
        escalate=by_model.escalate or by_rules.escalate,
        reply=by_rules.reply if noise else by_model.reply,
        reason=clean_text(f"{why}; model: {by_model.reason}", LIMITS["reason"]),
    )
