"""Whether the model answers, with the key and the name that triage would use."""

from __future__ import annotations

from collections.abc import Iterator

from shiftbot.doctor.asking import NoAnswer, ask, json_of
from shiftbot.doctor.finding import Finding, Group
from shiftbot.settings import Settings

_GROUP = Group("model")
_MEND = "Check OPENAI_API_KEY, OPENAI_BASE_URL and OPENAI_MODEL; until then the rules triage."


def examine(settings: Settings) -> Iterator[Finding]:
    """Nothing where no model is wanted."""
    if not settings.enable_llm:
        return
    try:
        answer = ask(
            "POST",
            f"{settings.openai_base_url.rstrip('/')}/chat/completions",
            settings.openai_timeout_seconds,
            headers={"Authorization": f"Bearer {settings.openai_api_key.get_secret_value()}"},
            json={"model": settings.openai_model, "messages": [{"role": "user", "content": "Answer: ok"}]},
        )
        body = json_of(answer)
    except NoAnswer as error:
        yield _GROUP.problem("answer", str(error), _MEND)
        return
    if answer.status_code != 200 or not body.get("choices"):
        said = body.get("error")
        code = said.get("code") or said.get("type") if isinstance(said, dict) else None
        yield _GROUP.problem("answer", f"refused: {answer.status_code}, {code}", _MEND)
    else:
        yield _GROUP.ok("answer", f"{settings.openai_model} in {answer.elapsed.total_seconds():.1f} s")
