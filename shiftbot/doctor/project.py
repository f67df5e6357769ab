"""The Supabase project that keeps attachments."""

from __future__ import annotations

from collections.abc import Iterator

from shiftbot.doctor.asking import NoAnswer, ask
from shiftbot.doctor.finding import Finding, Group
from shiftbot.settings import Settings
from shiftbot.storage import BUCKET

_GROUP = Group("supabase")


def examine(settings: Settings) -> Iterator[Finding]:
    """Nothing where no project is configured."""
    key = settings.supabase_secret_key.get_secret_value()
    if not settings.supabase_url or not key:
        return
    url = f"{settings.supabase_url.rstrip('/')}/storage/v1/bucket/{BUCKET}"
    try:
        answer = ask("GET", url, headers={"apikey": key, "Authorization": f"Bearer {key}"})
    except NoAnswer as error:
        yield _GROUP.problem("project", str(error), "Check SUPABASE_URL; a paused project does not answer.")
        return
    if answer.status_code in (401, 403):
        yield _GROUP.problem(
            "project", "refuses the key", "Set SUPABASE_SECRET_KEY to sb_secret_... of Settings → API Keys."
        )
    elif answer.status_code == 200:
        yield _GROUP.ok("project", "takes the key, and the bucket is there")
    elif answer.status_code >= 500:
        yield _GROUP.problem("project", f"answers {answer.status_code}", "Look at the project's status page.")
    else:  # 400 or 404, by version: a worker makes it with the first file
        yield _GROUP.ok("project", "answers; a worker makes the bucket with the first file")
