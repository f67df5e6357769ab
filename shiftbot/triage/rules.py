"""Triage without a model: what runs a small team, and what steps in when the model cannot."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

from shiftbot.triage import language
from shiftbot.triage.hearing import Hearing, is_pleasantry, listen
from shiftbot.triage.learned import HUMAN_FROM, TROUBLE, TROUBLE_SEVERITY, Opinion, Weights, shipped
from shiftbot.triage.replies import compose
from shiftbot.triage.signals import KINDS, warm_up
from shiftbot.triage.text import clean_text, sentences
from shiftbot.triage.verdict import ESCALATES_FROM, Category, Conversation, Said, Verdict
from shiftbot.triage.version import rules_digest
from shiftbot.triage.words import features

_REPORT_FROM = 0.17  # a problem faded or imagined below this is no report of its own
_TITLE = 90
_CALLED = re.compile(r"^\s*(?:@[\w.-]+[\s,:]+)+(?=\S)")  # whom a message calls is not what it is about


class RulesEngine:
    """Weighs the signals of `shiftbot.triage.signals` and the words. Needs nothing, keeps nothing, never raises."""

    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = weights or shipped()

    def warm_up(self) -> None:
        """Makes ready what is made once: a second of work, which threads that need it together would each do."""
        warm_up()
        said = Said(1, "customer", "telegram:1", "Nobody can log in.", datetime.now(UTC))
        self.triage(Conversation(1, "telegram", "", (said,)))

    def triage(self, conversation: Conversation) -> Verdict:
        """The verdict on the whole conversation."""
        return self.judge(conversation, listen(conversation))

    def judge(self, conversation: Conversation, hearing: Hearing) -> Verdict:
        """The verdict on what was heard already."""
        opinion = self._weigh(conversation, hearing)
        hearing = _reconsidered(hearing, opinion)
        category = _category(hearing, opinion)
        severity = 0.0 if category == "noise" else opinion.severity
        escalate = severity >= ESCALATES_FROM or hearing.human
        if not escalate and _is_settled(hearing, opinion) and _only_thanks_since_the_answer(conversation):
            category = "noise"
        customers = [m for m in conversation.said if m.role == "customer"]
        spoken = language.of_conversation([m.text for m in customers[:1] + customers[1:][-10:]])
        occasion = _occasion(hearing, category, severity, customers)
        title = _title(customers)
        return Verdict.clean(
            title=title,
            summary=_summary(title, customers, hearing),
            severity=severity,
            escalate=escalate,
            reason=_reason(hearing, opinion, category),
            category=category,
            reply="" if category == "noise" else compose(spoken, occasion, category),
            language=spoken,
            engine="rules",
            rules_digest=rules_digest(),
        )

    def _weigh(self, conversation: Conversation, hearing: Hearing) -> Opinion:
        """Of what was said after "it works again", too, by itself: that may be another matter."""
        whole = self._weights.weigh(features(conversation, hearing), hearing.severity)
        later = tuple(m for m in conversation.said if m.seq > hearing.resolved_at)
        if hearing.resolved and any(m.role == "customer" and not is_pleasantry(m) for m in later):
            anew = replace(conversation, said=later)
            heard = listen(anew)
            since = self._weights.weigh(features(anew, heard), heard.severity)
            whole = max(whole, since, key=lambda opinion: opinion.severity)
        if hearing.injection and whole.severity < ESCALATES_FROM:
            # Instructions to the bot silence nothing, and raise nothing, by the words that they are made of.
            return replace(whole, severity=hearing.severity)
        return whole


def _reconsidered(hearing: Hearing, opinion: Opinion) -> Hearing:
    """What was heard, with what the words say of it: that a person is asked for, that it is not over after all."""
    may_ask = not hearing.injection and not hearing.only_pleasantries
    return replace(
        hearing,
        human=hearing.human or (may_ask and opinion.human >= HUMAN_FROM),
        resolved=hearing.resolved and opinion.severity < TROUBLE_SEVERITY,
    )


def _category(hearing: Hearing, opinion: Opinion) -> Category:
    if hearing.only_pleasantries:
        return "noise"
    heard = _heard_category(hearing)
    # The words say that something is wrong, but not what.
    unnamed = heard in ("question", "feature_request", "feedback", "other") and not hearing.resolved
    return "bug" if unnamed and opinion.severity >= TROUBLE_SEVERITY else heard


def _heard_category(hearing: Hearing) -> Category:
    problems = {n: s for n, s in hearing.problems.items() if s >= _REPORT_FROM}
    if problems and not hearing.resolved:
        strongest = next(iter(problems))
        asked = hearing.strengths.get("feature request", 0)
        if asked and problems[strongest] <= KINDS["glitch"].weight:
            return "feature_request"
        return KINDS[strongest].category
    if hearing.resolved:
        return "feedback"
    return _asked_category(hearing)


def _is_settled(hearing: Hearing, opinion: Opinion) -> bool:
    """Whether thanks for an answer may end it: a question was asked, or all is well; nothing at fault or wished for waits.

    Signals and words may each object. Closed silently is only what was understood.
    """
    heard = hearing.strengths
    understood = hearing.resolved or "how to" in heard or "praise" in heard
    asked = "feature request" in heard or "complaint" in heard
    waits = asked or bool(hearing.problems) or opinion.trouble >= TROUBLE.counts_from
    return understood and not hearing.human and not hearing.injection and (hearing.resolved or not waits)


def _only_thanks_since_the_answer(conversation: Conversation) -> bool:
    """Whether the customers had an answer and since then said no more than thanks or fine."""
    answers = [m.seq for m in conversation.said if m.role != "customer"]
    since = [m for m in conversation.said if m.role == "customer" and answers and m.seq > answers[-1]]
    return bool(since) and all(is_pleasantry(m) for m in since)


def _asked_category(hearing: Hearing) -> Category:
    for name in ("feature request", "how to", "complaint", "praise"):
        if name in hearing.strengths:
            return KINDS[name].category
    return "question" if hearing.human or hearing.problems else "other"


def _occasion(hearing: Hearing, category: Category, severity: float, customers: list[Said]) -> str:
    if severity >= ESCALATES_FROM:
        return "escalate"
    if hearing.human:
        return "human"
    if hearing.resolved:
        return "resolved"
    if len(customers) > 1 and is_pleasantry(customers[-1]):
        return "thanks"
    if category in ("question", "feature_request", "feedback"):
        return category
    if category == "other":
        return (
            "attachment"
            if customers and customers[-1].attachments and not customers[-1].text.strip()
            else "other"
        )
    return "report"


def _title(customers: list[Said]) -> str:
    """The first sentence that is more than a greeting; the file's name where there are no words."""
    for message in customers[:20]:
        for sentence in sentences(message.text):
            words = _CALLED.sub("", sentence.raw)
            bare = Said(0, "customer", "", words, message.at)
            if not is_pleasantry(bare) and (title := clean_text(words.strip(" ,.;:-!"), _TITLE)):
                return title
    names = [name for message in customers for name in message.attachments]
    if names and (name := clean_text(names[0], 60)):
        return f"Attachment without words: {name}"
    first = next((clean_text(m.text, _TITLE) for m in customers if clean_text(m.text)), "")
    return first or "Message without words"


def _summary(title: str, customers: list[Said], hearing: Hearing) -> str:
    authors = len({m.author for m in customers})
    parts = [f"{title}.", f"{len(customers)} message(s) from {authors} reporter(s)."]
    if len(customers) > 1 and (latest := clean_text(customers[-1].text, 300)):
        parts.append(f"Latest: {latest}")
    files = sum(len(m.attachments) for m in customers)
    if files:
        parts.append(f"{files} attachment(s).")
    if hearing.resolved:
        parts.append("Said to be resolved.")
    return " ".join(parts)


def _reason(hearing: Hearing, opinion: Opinion, category: Category) -> str:
    if category == "noise":
        return "only greetings, thanks or nods" + ("" if hearing.only_pleasantries else " since the answer")
    heard = [f"{n} {s:.2f}" for n, s in sorted(hearing.strengths.items(), key=lambda i: -i[1]) if s >= 0.01]
    lowered = [f"{name} x{factor:.2f}" for name, factor in hearing.factors.items()]
    notes = [
        note
        for said, note in (
            (hearing.human, "asks for a human"),
            (hearing.resolved, "said to be resolved"),
            (hearing.injection, "holds instructions to the bot (not followed)"),
        )
        if said
    ]
    signals = ", ".join([*heard, *lowered, *notes] or ["no known signal"]) + f" = {hearing.severity:.2f}"
    words = f", words like {', '.join(opinion.words)}" if opinion.words else ""
    return f"{signals}{words} = severity {opinion.severity:.2f}"
