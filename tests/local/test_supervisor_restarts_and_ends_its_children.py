from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from shiftbot.local.home import LocalError
from shiftbot.local.supervisor import Program, Supervisor
from tests.support.postgres import ROOT
from tests.support.waiting import eventually

# It starts a child of its own, as gunicorn does, and writes both pids down.
BUSY = """
import os, pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])
pathlib.Path(sys.argv[1]).write_text(f'{os.getpid()} {child.pid}')
time.sleep(600)
"""
SUPERVISED = """
import os, sys, time
from pathlib import Path
from shiftbot.local.supervisor import Program, Supervisor
program = Program('busy', (sys.executable, '-c', sys.argv[2], sys.argv[1] + '/pids'))
lock = os.open(sys.argv[1] + '/lock', os.O_CREAT | os.O_RDWR)
Supervisor([program], os.environ, Path(sys.argv[1]), lock, print).start()
time.sleep(600)
"""


def pids(tmp_path: Path) -> list[int]:
    file = tmp_path / "pids"
    found = [int(pid) for pid in file.read_text().split()] if file.exists() else []
    return found if len(found) == 2 else []


def is_alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, told: list[str]) -> Iterator[Supervisor]:
    program = Program("busy", (sys.executable, "-c", BUSY, str(tmp_path / "pids")))
    lock = os.open(tmp_path / "lock", os.O_CREAT | os.O_RDWR)
    supervisor = Supervisor([program], os.environ, tmp_path / "logs", lock, told.append)
    supervisor.start()
    assert eventually(lambda: bool(pids(tmp_path)))
    yield supervisor
    supervisor.stop()
    os.close(lock)


def test_a_killed_child_is_started_again(supervisor: Supervisor, tmp_path: Path, told: list[str]) -> None:
    first = pids(tmp_path)
    os.kill(first[0], signal.SIGKILL)

    assert eventually(lambda: bool(pids(tmp_path)) and pids(tmp_path) != first)
    # What it had started itself goes too; the kernel takes a moment to bury a killed process.
    assert eventually(lambda: not any(is_alive(pid) for pid in first))
    assert told == [
        f"busy ended (SIGKILL); it is started again in 0.5 s, its log is {tmp_path}/logs/busy.log"
    ]


def test_stopping_ends_children_and_grandchildren(supervisor: Supervisor, tmp_path: Path) -> None:
    running = pids(tmp_path)
    supervisor.stop()

    assert eventually(lambda: not any(is_alive(pid) for pid in running))


def test_a_killed_guardian_takes_its_child_along(supervisor: Supervisor, tmp_path: Path) -> None:
    first = pids(tmp_path)
    os.kill(psutil.Process(first[0]).ppid(), signal.SIGKILL)

    assert eventually(lambda: bool(pids(tmp_path)) and pids(tmp_path) != first)
    assert eventually(lambda: not any(is_alive(pid) for pid in first))


def test_a_killed_supervisor_leaves_no_child(tmp_path: Path) -> None:
    supervisor = subprocess.Popen([sys.executable, "-c", SUPERVISED, str(tmp_path), BUSY], cwd=ROOT)
    assert eventually(lambda: bool(pids(tmp_path)))
    running = pids(tmp_path)
    guardian = psutil.Process(running[0]).ppid()
    supervisor.kill()
    supervisor.wait()

    assert eventually(lambda: not any(is_alive(pid) for pid in (*running, guardian)))


def test_a_program_that_never_comes_up_is_quoted(tmp_path: Path) -> None:
    failing = (sys.executable, "-c", "import sys; sys.exit('the moon is in the wrong house')")
    program = Program("moon", failing, is_up=lambda: False)
    lock = os.open(tmp_path / "lock", os.O_CREAT | os.O_RDWR)
    supervisor = Supervisor([program], os.environ, tmp_path, lock, lambda line: None)
    with pytest.raises(LocalError) as refusal:
        supervisor.start()
    supervisor.stop()
    os.close(lock)

    assert str(refusal.value) == (
        f"moon does not start; the end of {tmp_path}/moon.log: the moon is in the wrong house"
    )
