"""A ticket as the parts of its page take it: JSON of what was read, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dashboard import ticket_attachments
from dashboard import ticket_words as words
from dashboard.queries.ticket import Flaw, Relative, Ticket
from dashboard.queries.ticket_files import File
from dashboard.queries.ticket_journal import Entry, Journal, Verdict
from dashboard.queries.ticket_page import Attempt, Page, Step
from dashboard.queries.ticket_talk import Message, Reply, Talk, as_read
from shiftbot.platforms.base import origin_name

Json = dict[str, Any]
STEP = 200  # how many more are shown at a time
_PRESSED = {
    "feedback_positive": "said that it helped",
    "feedback_negative": "said that it did not help",
    "human_requested": "asked for a human",
}
_LABELS = {
    "answer": "automatic answer",
    "hand_off": "hand-off",
    "confirmation": "automatic",
    "public_reply": "",
}
_WITHDRAWN = "Withdrawn before it was sent"
_BECAME = {
    "triaged_answer": "It answered.",
    "triaged_escalate": "It called a human.",
    "triaged_ignore": "It found nothing to answer.",
    "triage_discarded": "It was dropped: the conversation had gone on.",
    "summarised": "It summarised, and left the answer to people.",
    "reply_drafted": "It drafted a reply for an engineer.",
}
_GOING = ("attempted", "delivered", "ringing", "answered")
_BAD = ("failed", "unknown")  # skipped is no failure: there was no way to try


def head(ticket: Ticket, relatives: Sequence[Relative], flaw: Flaw | None) -> Json:
    """For parts/ticket_head."""
    return {
        "id": ticket.id,
        "title": ticket.title,
        "summary": ticket.summary,
        "status": ticket.status,
        "severity": ticket.severity,
        "assignee": ticket.assignee,
        "reporter": _name(ticket.reporter),
        "platform": origin_name(ticket.platform),
        "source": ticket.source,
        "thread": words.thread(ticket.platform, ticket.thread_key),
        "created_at": _iso(ticket.created_at),
        "since": _iso(ticket.since),
        "relatives": [vars(each) for each in relatives],
        "flaw": vars(flaw) if flaw else None,
    }


def conversation(talk: Talk, files: Mapping[str, File]) -> Json:
    """For parts/conversation; a draft is shown where it is decided."""
    items = [
        _message(each, files) if isinstance(each, Message) else _reply(each)
        for each in talk.said
        if isinstance(each, Message) or each.state not in ("draft", "discarded")
    ]
    return {"items": items, "earlier": talk.earlier, "step": STEP}


def timeline(journal: Journal, flaw: Flaw | None, checked_at: datetime) -> Json:
    """For parts/timeline, newest first."""
    return {
        "items": [_entry(each, flaw) for each in journal.entries],
        "counts": journal.counts,
        "filter": journal.filter,
        "earlier": journal.counts[journal.filter] - len(journal.entries),
        "step": STEP,
        "flaw": vars(flaw) if flaw else None,
        "checked_at": _iso(checked_at),
    }


def verdict(verdicts: Sequence[Verdict], talk: Talk) -> Json:
    """For parts/verdict: the newest one that was not dropped is laid open."""
    current = next(
        (each for each in verdicts if each.event != "triage_discarded"), verdicts[0] if verdicts else None
    )
    if current is None:
        return {"verdict": None}
    read = as_read(talk, current.read_upto)
    unread = [
        each
        for each in talk.said
        if isinstance(each, Message) and not _is_press(each) and each.seq > current.read_upto
    ]
    return {
        "verdict": _verdict(current),
        "read": [
            {"seq": seq, "side": side, "who": _name(who), "text": text[:500]} for seq, side, who, text in read
        ],
        "unread": len(unread),
        "earlier": [_verdict(each) for each in verdicts if each is not current],
    }


def paging(pages: Sequence[Page], is_test: bool = False) -> Json:
    """For parts/paging, newest first."""
    return {"pages": [_page(each) for each in pages], "is_test": is_test}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _is_press(message: Message) -> bool:
    return message.event in _PRESSED and not message.text and not message.is_erased


def _message(message: Message, files: Mapping[str, File]) -> Json:
    item: Json = {
        "key": f"message {message.seq}",
        "who": _name(message.who),
        "side": "customer",
        "at": _iso(message.at),
    }
    if _is_press(message):
        return item | {"press": _PRESSED[message.event]}
    return item | {
        "text": message.text or "",
        "is_erased": message.is_erased,
        "earlier": [
            {"text": each.text or "", "at": _iso(each.at), "is_erased": each.text is None}
            for each in message.versions[:-1]
        ],
        "deleted_at": _iso(message.deleted_at),
        "files": [ticket_attachments.shown(each, files) for each in message.attachments],
    }


def _reply(reply: Reply) -> Json:
    label = "approved draft" if reply.event == "reply_approved" else _LABELS.get(reply.kind, "")
    return {
        "key": f"reply {reply.id}",
        "who": reply.who,
        "side": reply.side,
        "at": _iso(reply.at),
        "label": label,
        "text": reply.text or "",
        "is_erased": reply.text is None,
        "state": reply.state,
        "state_words": _state(reply),
        "error": reply.error if reply.state in ("pending", "failed", "unknown") else None,
    }


def _state(reply: Reply) -> str:
    parts = f", {reply.parts_sent} parts" if reply.parts_sent > 1 else ""
    return {
        "pending": "Trying again" if reply.error else "On its way",
        "delivered": f"Delivered{parts}",
        "unknown": "May or may not have arrived",
        "failed": "Not delivered",
        "withdrawn": _WITHDRAWN,
    }.get(reply.state, reply.state)


def _name(who: str) -> str:
    return "Somebody, erased" if who == "erased" else words.customer(who)


def _entry(entry: Entry, flaw: Flaw | None) -> Json:
    is_paging = entry.actor_type == "system" and entry.event.startswith(("call_", "page", "ack_"))
    return {
        "seq": entry.seq,
        "kind": "paging" if is_paging else entry.actor_type,
        "who": words.who(entry),
        "what": words.what(entry),
        "aside": words.aside(entry),
        "text": (entry.body or entry.reply_words or "")[:600],
        "moved": entry.status_after if entry.status_after != (entry.status_before or "open") else None,
        "at": _iso(entry.at),
        "facts": _facts(entry),
        "is_bad": flaw.problem if flaw and flaw.seq == entry.seq else None,
    }


def _facts(entry: Entry) -> Json:
    """Everything the row holds, its proof last."""
    content = {
        name: value for name, value in entry.payload.items() if name not in ("facts", "attachments", "links")
    }
    lists = {name: entry.payload[name] for name in ("attachments", "links") if entry.payload.get(name)}
    row = {"event": entry.event, "actor": entry.actor, "written_by": entry.written_by}
    known = {"external_id": entry.external_id, "refers_to": entry.refers_to, "hash": entry.hash}
    return (
        row
        | words.facts_of(entry)
        | content
        | lists
        | {name: value for name, value in known.items() if value}
    )


def _verdict(verdict: Verdict) -> Json:
    fields = (
        "model",
        "severity",
        "escalate",
        "language",
        "reason",
        "fallback_reason",
        "latency_ms",
        "cost",
        "prompt_digest",
        "rules_digest",
    )
    return {name: getattr(verdict, name) for name in fields} | {
        "at": _iso(verdict.at),
        "engine": "model" if verdict.engine == "model" else f"{verdict.engine} (no model)",
        "category": verdict.category.replace("_", " "),
        "tokens_in": verdict.tokens_in or 0,
        "tokens_out": verdict.tokens_out or 0,
        "became": _BECAME.get(verdict.event, verdict.event.replace("_", " ")),
        "is_dropped": verdict.event == "triage_discarded",
        "compared": _compared(verdict),
    }


def _compared(verdict: Verdict) -> str:
    """How its severity stands to the threshold of today."""
    if verdict.severity is None:
        return ""
    sign = "reaches" if verdict.severity >= verdict.threshold else "is below"
    return f"Severity {verdict.severity:.2f} {sign} {verdict.threshold:.2f}, from where humans are called."


def _page(page: Page) -> Json:
    return {
        "state": page.state,
        "is_open": page.is_open,
        "leader": page.leader_ticket_id if page.state in ("joined", "ringing") else None,
        "cycle": page.cycle,
        "cycles": page.cycles,
        "due_at": _iso(page.due_at),
        "opened_at": _iso(page.opened_at),
        "holder": page.holder,
        "since": _iso(page.acknowledged_at),
        "expires_at": _iso(page.ack_expires_at),
        "next": _next(page.next_steps),
        "companions": [vars(each) for each in page.companions],
        "attempts": [_attempt(each, page.state) for each in page.attempts],
    }


def _next(steps: Sequence[Step]) -> list[str]:
    return [
        f"{words.METHODS[each.method]} to {'everybody' if each.target == 'everyone' else 'whoever is on call'}"
        for each in steps
    ]


def _attempt(attempt: Attempt, page: str) -> Json:
    outcome = attempt.outcome or ("waiting for a worker" if attempt.claimed_at is None else "being placed")
    hung_up = attempt.outcome == "answered" and attempt.ended_at is not None
    return {
        "batch": f"{attempt.kind} {attempt.batch} {attempt.step}",
        "label": "Quiet notice"
        if attempt.kind == "notice"
        else f"Step {attempt.step}, round {attempt.cycle}",
        "person": attempt.person or "Webhook",
        "method": words.METHODS[attempt.method],
        "outcome": "hung up without a key" if hung_up else words.OUTCOMES.get(outcome, outcome),
        "tone": _tone(attempt, page),
        "detail": attempt.detail,
        "due_at": _iso(attempt.due_at),
        "started_at": _iso(attempt.claimed_at),
        "outcome_at": _iso(attempt.outcome_at),
        "ended_at": _iso(attempt.ended_at),
    }


def _tone(attempt: Attempt, page: str) -> str:
    """What was delivered needs nobody's eye any more once somebody has the page."""
    if attempt.outcome == "acknowledged":
        return "acknowledged"
    if not attempt.is_over:
        return "over" if page == "acknowledged" and attempt.outcome == "delivered" else "going"
    return "bad" if attempt.outcome in _BAD else "over"
