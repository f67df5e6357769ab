from __future__ import annotations

import stat
import subprocess
from pathlib import Path

from shiftbot.local import env_file

VALUES = {
    "DATABASE_URL": "postgresql://postgres:a-b_c@127.0.0.1:5432/postgres?sslmode=disable",
    "SOURCES_FILE": "/home/ada/my sources/it's $HOME.json",
    "EMPTY": "",
    "TOKEN": "7000000001:AA_b-c",
}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    env_file.write(tmp_path / "env", VALUES)

    assert env_file.read(tmp_path / "env") == VALUES


def test_a_shell_reads_it_too(tmp_path: Path) -> None:
    env_file.write(tmp_path / "env", VALUES)
    script = f"set -a; . {tmp_path}/env; env"
    shown = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout  # noqa: S607  # whichever the machine has

    assert {f"{name}={value}" for name, value in VALUES.items()} <= set(shown.splitlines())


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("OLD=1\n")
    env_file.write(tmp_path / "env", VALUES)

    assert stat.S_IMODE((tmp_path / "env").stat().st_mode) == 0o600


def test_no_file_is_no_settings(tmp_path: Path) -> None:
    assert env_file.read(tmp_path / "env") == {}
