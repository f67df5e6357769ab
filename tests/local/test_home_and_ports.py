from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from shiftbot.local import ports
from shiftbot.local.home import Home, LocalError
from tests.support.postgres import ROOT
from tests.support.waiting import eventually

HOLD = """
import sys, time
from pathlib import Path
from shiftbot.local.home import Home
with Home(Path(sys.argv[1])).locked():
    print('held', flush=True)
    time.sleep(600)
"""


def free_base() -> int:
    return next(b for b in range(33_000, 60_000, 20) if all(ports.is_free(b + n) for n in range(20)))


def test_a_taken_port_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    base = free_base()
    monkeypatch.setenv("SHIFTBOT_PORT_BASE", str(base))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", base + 3))
        taken.listen()
        with pytest.raises(LocalError) as refusal:
            ports.choose()

    assert str(refusal.value) == (
        f"Port {base + 3} (telegram) on 127.0.0.1 is already in use: stop what uses it, "
        "or choose another SHIFTBOT_PORT_BASE."
    )


def test_ports_count_from_the_base(monkeypatch: pytest.MonkeyPatch) -> None:
    base = free_base()
    monkeypatch.setenv("SHIFTBOT_PORT_BASE", str(base))

    assert ports.choose() == {
        "database": base, "webhooks": base + 1, "dashboard": base + 2, "telegram": base + 3, "slack": base + 4,
        "openai": base + 5, "twilio": base + 6, "mail": base + 7, "smtp": base + 8, "supabase": base + 9,
        "oauth": base + 10,
    }  # fmt: skip


def test_without_a_base_free_ports_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHIFTBOT_PORT_BASE", raising=False)
    chosen = ports.choose()

    assert len(set(chosen.values())) == len(ports.OFFSETS)
    assert all(ports.is_free(port) for port in chosen.values())


@pytest.mark.parametrize("base", ["abc", "80", "65535", "-1"])
def test_a_base_that_is_no_port_is_refused(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIFTBOT_PORT_BASE", base)
    with pytest.raises(LocalError, match="must be a number from 1024 to 65525"):
        ports.choose()


def test_one_demo_at_a_time_uses_a_home(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(LocalError) as refusal, Home(tmp_path).locked():
            pass
        holder.kill()

    assert str(refusal.value) == (
        f"A demo is already running in {tmp_path} (process {holder.pid}): "
        f"stop it with Ctrl-C in its terminal or with: kill {holder.pid}"
    )
    with Home(tmp_path).locked():
        assert (tmp_path / "lock").read_text() == str(os.getpid())


def test_a_home_whose_last_processes_are_ending_is_waited_for(tmp_path: Path) -> None:
    """The lock outlives a killed supervisor in its guardians."""
    with Home(tmp_path).locked() as lock:
        guardian = subprocess.Popen(["sleep", "600"], pass_fds=(lock,))  # noqa: S607  # whichever the machine has
        (tmp_path / "lock").write_text("999999999")  # a supervisor that is gone
    waiting = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT)
    with waiting, guardian:
        assert waiting.stdout is not None
        assert not eventually(lambda: (tmp_path / "lock").read_text() == str(waiting.pid), 1)
        guardian.kill()
        held = waiting.stdout.readline()
        waiting.kill()

    assert held == b"held\n"


def test_fresh_removes_only_what_a_demo_left(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (tmp_path / "thesis.txt").write_text("mine")
    home.logs.mkdir()
    home.postgres.mkdir()
    home.secrets_file.write_text("{}")
    home.remove_data()

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_home_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SHIFTBOT_HOME", str(tmp_path / "x"))
    assert Home.here().env_file == tmp_path / "x" / "env"

    monkeypatch.delenv("SHIFTBOT_HOME")
    monkeypatch.chdir(tmp_path)
    assert Home.here().path == tmp_path / ".shiftbot"
