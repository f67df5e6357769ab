"""A ticket in plain English: who did what, how a ring went, where a thread is. No people's words, and no markup."""

from __future__ import annotations

import re
from typing import Any

from dashboard.queries.ticket_journal import Entry

STATUSES = {
    "open": "Open",
    "auto_answered": "Answered",
    "awaiting_feedback": "Waiting for customer",
    "escalation_pending": "Ringing",
    "escalated": "Engineer has it",
    "closed": "Closed",
}
METHODS = {
    "telegram_call": "Telegram call",
    "phone_call": "phone call",
    "sms": "text message",
    "email": "e-mail",
    "telegram_message": "Telegram message",
    "slack_message": "Slack message",
    "webhook": "webhook",
}
OUTCOMES = {
    "attempted": "being placed",
    "delivered": "delivered",
    "ringing": "ringing",
    "answered": "picked up",
    "voicemail": "voicemail",
    "declined": "declined",
    "no_answer": "no answer",
    "busy": "busy",
    "failed": "failed",
    "acknowledged": "acknowledged",
    "unknown": "no news of it",
    "skipped": "skipped",
    "cancelled": "not needed any more",
}
REPLY_KINDS = {
    "answer": "the answer",
    "hand_off": "the hand-off",
    "confirmation": "the confirmation",
    "public_reply": "the reply",
    "draft": "the draft",
}
# What is said after the name of whoever did it.
DID = {
    "message": "wrote",
    "edited": "changed a message",
    "deleted": "deleted a message",
    "forwarded": "posted it in the discussion group too",
    "feedback_positive": "said that it helped",
    "feedback_negative": "said that it did not help",
    "human_requested": "asked for a human",
    "triaged_answer": "answered",
    "triaged_escalate": "called a human",
    "triaged_ignore": "found nothing to answer and closed it",
    "triage_discarded": "dropped a verdict: the conversation had gone on",
    "summarised": "summarised without answering",
    "reply_drafted": "drafted a reply",
    "reply_approved": "approved the draft",
    "draft_discarded": "discarded the draft",
    "reply_delivered": "delivered",
    "reply_unknown": "does not know what became of",
    "reply_failed": "could not deliver",
    "reply_withdrawn": "withdrew",
    "feedback_timeout": "closed it: the customer said nothing more",
    "call_placed": "rings",
    "call_outcome": "rang",
    "acknowledged": "acknowledged it",
    "ack_expired": "rings again: the acknowledgement ran out",
    "ack_extended": "is still on it",
    "ack_reminded": "reminded that the acknowledgement runs out",
    "ack_refused": "refused an acknowledgement by somebody who is no engineer",
    "page_joined": "let it join a page that is under way",
    "paged_everyone": "rings everybody: nobody is on call",
    "escalated_manually": "escalated it",
    "deescalated": "took the escalation back",
    "page_not_needed": "said that the page was not needed",
    "closed": "closed it",
    "reopened": "opened it again",
    "assigned": "assigned it",
    "note": "noted",
    "public_reply": "replied to the customer",
    "ticket_edited": "changed the ticket",
    "content_erased": "erased words",
}
_REPLIES = ("reply_delivered", "reply_unknown", "reply_failed", "reply_withdrawn")
_VIA = {
    "dashboard": "here",
    "key": "by a key in the call",
    "sms": "by text message",
    "link": "by the link in the e-mail",
    "telegram_button": "by a button in Telegram",
    "slack_button": "by a button in Slack",
}
_NOBODY = {"customer": "The customer", "bot": "Shift-Bot", "engineer": "An engineer", "system": "Shift-Bot"}
_ACCOUNTS = {"slack": "Slack member", "telegram": "Telegram user"}
_PROGRAMS = ("shiftbot_worker", "shiftbot_ingest", "paging")
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:^&])")


def plain(text: str, limit: int = 200) -> str:
    """Somebody's words, for where Streamlit would read them as Markdown."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split())[:limit])


def some_time(seconds: float) -> str:
    """How long, in one word and a unit."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s"


def did(event: str, actor_type: str, who: str | None) -> str:
    """Who did what, in one sentence without its full stop; of an event that nobody here knows, its name."""
    return f"{who or _NOBODY[actor_type]} {DID.get(event, event.replace('_', ' '))}"


def who(entry: Entry) -> str:
    """The person, or what else wrote the row."""
    if entry.is_erased and entry.actor == "erased":
        return "Somebody, erased"
    if entry.actor_type == "system" and entry.who is None:
        if entry.actor == "paging" or entry.event.startswith("ack_"):
            return "Paging"
        return "Shift-Bot" if entry.actor in _PROGRAMS else f"Database login {entry.actor}"
    return entry.who or (
        customer(entry.actor) if entry.actor_type == "customer" else _NOBODY[entry.actor_type]
    )


def customer(name: str) -> str:
    """Of somebody whose name is not known, because Slack's events name nobody, the account."""
    platform, _, account = name.partition(":")
    kind = _ACCOUNTS.get(platform)
    return f"{kind} {account}" if kind and account else name


def what(entry: Entry) -> str:
    """What was done, to be read after `who`."""
    facts = facts_of(entry)
    words = DID.get(entry.event, entry.description.rstrip("."))
    if entry.event in ("call_placed", "call_outcome"):
        return _ring(entry, facts)
    if entry.event in _REPLIES:
        return f"{words} {REPLY_KINDS.get(entry.reply_kind or '', 'a reply')}"
    if entry.event == "acknowledged":
        via = "together with its page" if "page" in facts else _VIA.get(str(facts.get("via")), "")
        return f"{words} {via}".strip()
    if entry.event == "assigned":
        return (
            "took it"
            if entry.about and entry.about == entry.who
            else f"assigned it to {entry.about or 'somebody'}"
        )
    if entry.event == "reply_approved" and entry.body:
        return "approved the draft in other words"
    if entry.event == "ticket_edited":
        return f"changed {_edited(entry, facts)}"
    if "engine" in facts and entry.event != "triage_discarded":
        return f"{words}: {_verdict(facts)}"
    return words


def aside(entry: Entry) -> str:
    """Why, where the journal knows: an error, a provider's word, what stood in for the model."""
    payload = entry.payload
    said = (payload.get("error"), payload.get("detail"), payload.get("fallback_reason"))
    return next((str(each) for each in said if each), "")


def facts_of(entry: Entry) -> dict[str, Any]:
    """What survives erasure."""
    facts = entry.payload.get("facts")
    return facts if isinstance(facts, dict) else {}


def thread(platform: str, thread_key: str) -> str:
    """Where on its platform a ticket lives, as its users would say."""
    kind, _, number = thread_key.partition(":")
    if platform == "slack":
        return "thread"
    return {"topic": f"topic {number}", "msg": f"thread of message {number}", "chat": "private chat"}.get(
        kind, thread_key
    )


def _ring(entry: Entry, facts: dict[str, Any]) -> str:
    method = METHODS.get(str(facts.get("method")), "ring")
    to = f" to {entry.about}" if entry.about else ""
    if entry.event == "call_placed":
        return f"{method}{to}"
    outcome = str(facts.get("outcome"))
    return f"{method}{to}: {OUTCOMES.get(outcome, outcome)}"


def _verdict(facts: dict[str, Any]) -> str:
    severity = facts.get("severity")
    heard = f"severity {severity:.2f}" if isinstance(severity, int | float) else ""
    category = str(facts.get("category") or "").replace("_", " ")
    return ", ".join(word for word in (heard, category, f"by {facts['engine']}") if word)


def _edited(entry: Entry, facts: dict[str, Any]) -> str:
    cleared = facts.get("cleared")
    names = [*facts, *(cleared if isinstance(cleared, list) else ()), *entry.payload]
    fields = {"assigned_engineer_id": "assignee", "parent_ticket_id": "parent", "chat_external_id": "chat"}
    known = ("severity", "language", "title", "summary", *fields)
    return ", ".join(dict.fromkeys(fields.get(name, name) for name in names if name in known)) or "the ticket"
