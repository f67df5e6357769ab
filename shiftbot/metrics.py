"""Every metric the processes count, in one place: graphs and alarms rely on these names and labels."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

# From a quick SQL call to a model that needs its whole deadline.
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0)

EVENTS_RECORDED = Counter(
    "shiftbot_events_recorded",
    "Platform events that reached the database; outcome says new ticket, appended, duplicate and so on",
    ["platform", "outcome"],
)
EVENTS_DROPPED = Counter(
    "shiftbot_events_dropped",
    "Platform events that were verified and then not recorded, by reason",
    ["platform", "reason"],
)
MESSAGES_HANDLED = Counter(
    "shiftbot_messages_handled",
    "Queue messages a worker finished with: done, retried, buried and so on",
    ["queue", "outcome"],
)
HANDLER_SECONDS = Histogram(
    "shiftbot_handler_seconds",
    "Time one queue message took from read to archive",
    ["queue"],
    buckets=_SECONDS,
)
MODEL_SECONDS = Histogram(
    "shiftbot_model_seconds", "Time one model call took, its retries included", buckets=_SECONDS
)
MODEL_FAILURES = Counter(
    "shiftbot_model_failures",
    "Model calls that gave no usable verdict, so that the rules decided, by kind",
    ["kind"],
)
MODEL_TOKENS = Counter("shiftbot_model_tokens", "Tokens that models read (in) and wrote (out)", ["direction"])
RATE_LIMIT_WAITS = Counter(
    "shiftbot_rate_limit_waits",
    "Sends put off for a rate limit: our own budget, or the platform asked for it (429)",
    ["platform", "cause"],
)
REPLIES = Counter(
    "shiftbot_replies",
    "Answers on their way to users: delivered, retried, failed, unknown",
    ["platform", "outcome"],
)
ATTEMPTS = Counter(
    "shiftbot_attempts",
    "Rings and notices to engineers, by how far they came when the request returned",
    ["method", "outcome"],
)
REQUESTS_LIMITED = Counter(
    "shiftbot_requests_limited",
    "Requests answered with 429: forgeries (no valid signature), guesses (of secret addresses), requests (any other)",
    ["what"],
)
