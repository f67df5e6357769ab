"""pgbouncer in front of a test's database, in both of its modes at once."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from shiftbot.local.ports import free_port
from shiftbot.local.postgres import HOST
from tests.support.debian import PGBOUNCER, system_user
from tests.support.postgres import Database
from tests.support.waiting import eventually

_CONFIGURATION = """\
[databases]
session = {database} pool_mode=session pool_size=40
transaction = {database} pool_mode=transaction pool_size=10
alone = {database} pool_mode=transaction pool_size=1
[pgbouncer]
listen_addr = {host}
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/users
logfile = {folder}/log
ignore_startup_parameters = extra_float_digits
server_round_robin = {takes_turns}
"""


@dataclass(frozen=True)
class Bouncer:
    """Its addresses: `session`, `transaction`, and `alone`, a transaction pool of one server connection."""

    port: int
    user: str
    password: str

    def dsn(self, mode: str) -> str:
        return f"postgresql://{self.user}:{self.password}@{HOST}:{self.port}/{mode}"


@contextmanager
def bouncer(database: Database, takes_turns: bool = False) -> Iterator[Bouncer]:
    """Runs it. Its transaction pools give out the connection they got back last, unless it takes turns."""
    where = conninfo_to_dict(database.dsn)
    user, password = str(where["user"]), str(where["password"])
    target = f"host={HOST} port={where['port']} dbname={where['dbname']}"
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        pooler = Bouncer(free_port(), user, password)
        (folder / "users").write_text(f'"{user}" "{password}"\n')
        (folder / "ini").write_text(
            _CONFIGURATION.format(
                database=target, host=HOST, port=pooler.port, folder=folder, takes_turns=int(takes_turns)
            )
        )
        if owner := system_user():
            for path in (folder, *folder.iterdir()):
                shutil.chown(path, owner)
        process = subprocess.Popen(
            [PGBOUNCER, "--quiet", folder / "ini"], user=owner, group=owner, extra_groups=[] if owner else None,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            assert eventually(lambda: process.poll() is not None or _answers(pooler))
            assert process.poll() is None, (folder / "log").read_text()
            yield pooler
        finally:
            process.terminate()
            process.wait(30)


def _answers(pooler: Bouncer) -> bool:
    try:
        psycopg.connect(pooler.dsn("session"), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True
