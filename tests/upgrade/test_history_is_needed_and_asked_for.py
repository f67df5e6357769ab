from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import previous

ASK = r"the whole history is needed \(git fetch --unshallow\)"
Git = Callable[..., None]


@pytest.fixture
def git(tmp_path: Path) -> Git:
    who = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "init.defaultBranch=main")

    def run(*arguments: str | Path) -> None:
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)  # noqa: S607 - whichever git there is

    return run


@pytest.fixture
def history(tmp_path: Path, git: Git) -> Path:
    """Three commits: a migration, another program, a second migration."""
    project = tmp_path / "project"
    (project / "supabase" / "migrations").mkdir(parents=True)
    git("init", project)
    for path in ("supabase/migrations/0001_first.sql", "program.py", "supabase/migrations/0002_second.sql"):
        (project / path).write_text("")
        git("-C", project, "add", path)
        git("-C", project, "commit", "-m", path)
    return project


def test_the_previous_version_is_the_last_before_the_newest_migration(
    history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previous, "ROOT", history)
    code = previous.previous_version(tmp_path / "code")

    assert sorted(str(path.relative_to(code)) for path in code.rglob("*.*")) == [
        "program.py",
        "supabase/migrations/0001_first.sql",
    ]


def test_a_shallow_clone_says_what_it_lacks(
    history: Path, tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("clone", "--depth=1", f"file://{history}", "shallow")
    monkeypatch.setattr(previous, "ROOT", tmp_path / "shallow")

    with pytest.raises(pytest.fail.Exception, match=ASK):
        previous.previous_version(tmp_path / "code")


def test_so_does_a_folder_without_a_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previous, "ROOT", tmp_path)

    with pytest.raises(pytest.fail.Exception, match=ASK):
        previous.previous_version(tmp_path / "code")
