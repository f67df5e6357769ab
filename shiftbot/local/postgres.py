"""A private Postgres from a wheel, on TCP, with the roles and powers a Supabase project hands out."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import platform
import secrets
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from shiftbot.local.wheel import MAJORS, PostgresError, Wheel

__all__ = ["HOST", "LOGINS", "EmbeddedPostgres", "PostgresError"]

HOST = "127.0.0.1"
LOGINS = ("supabase_admin", "postgres", "authenticator")

_START_SECONDS = 60
_HBA = "host all all 127.0.0.1/32 scram-sha-256\nhost replication all 127.0.0.1/32 scram-sha-256\n"
_FAST_AND_LOSSY = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_wal_size=128MB",
    "min_wal_size=32MB",
)


@dataclass(frozen=True)
class _Postmaster:
    pid: int
    port: int | None


class EmbeddedPostgres:
    """One cluster in one directory. `supabase_admin` is the superuser, `postgres` is not."""

    def __init__(self, data_dir: Path, version: int = 18, port: int = 0, durable: bool = True) -> None:
        if version not in MAJORS:
            raise PostgresError(
                f"Postgres {version} is not in the wheel, only {MAJORS[0]} and {MAJORS[1]} are."
            )
        self.data_dir = data_dir.absolute()
        self.version = version
        self.durable = durable
        self.port = port
        self._wanted_port = port
        self._secrets_file = self.data_dir.with_name(self.data_dir.name + ".secrets")
        self._passwords: dict[str, str] = {}
        self._wheel = Wheel(version)

    def dsn(self, database: str = "postgres", user: str = "postgres") -> str:
        """Connection URL over TCP, password included; user is one of LOGINS."""
        return f"postgresql://{user}:{self._passwords[user]}@{HOST}:{self.port}/{database}"

    @property
    def programs(self) -> Path:
        """The folder of this version's own programs."""
        return self._wheel.programs

    @property
    def is_running(self) -> bool:
        """True while a postmaster serves this very directory, whoever started it."""
        return _live_postmaster(self.data_dir) is not None

    def start(self) -> None:
        """Creates the cluster if there is none, starts it or adopts the one running. Safe to call twice."""
        self._prepare_parent()
        with self._locked():
            self._refuse_other_version()
            if not (self.data_dir / "PG_VERSION").exists():
                self._create()
            self._passwords = self._read_passwords()
            if not self._adopt():
                self._launch()
            self._ensure_roles()

    def stop(self) -> None:
        """Stops the server, whoever started it; connections are cut. Nothing happens if none runs."""
        if self.data_dir.exists() and self.is_running:
            self._pg_ctl("stop", "-m", "fast")

    def _prepare_parent(self) -> None:
        try:
            self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PostgresError(
                f"Cannot make the directory {self.data_dir.parent}: {error.strerror}."
            ) from None
        if not os.access(self.data_dir.parent, os.W_OK):
            raise PostgresError(f"No permission to write in {self.data_dir.parent}.")

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with self.data_dir.with_name(self.data_dir.name + ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _refuse_other_version(self) -> None:
        try:
            found = (self.data_dir / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            return
        except PermissionError:
            raise PostgresError(f"No permission to read {self.data_dir}.") from None
        if found != str(self.version):
            raise PostgresError(
                f"{self.data_dir} was made by Postgres {found} and this is Postgres {self.version}:"
                " use that version or another directory."
            )

    def _create(self) -> None:
        """initdb beside the final place, then one rename: a kill in between leaves no half-made cluster."""
        if self.data_dir.exists() and any(self.data_dir.iterdir()):
            raise PostgresError(f"{self.data_dir} is neither empty nor a Postgres data directory.")
        passwords = {login: secrets.token_urlsafe(24) for login in LOGINS}
        _write_private(self._secrets_file, json.dumps(passwords))
        fresh = self.data_dir.with_name(self.data_dir.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._wheel.give(fresh)
        with tempfile.NamedTemporaryFile("w", dir=self.data_dir.parent, suffix=".pw") as password_file:
            password_file.write(passwords["supabase_admin"])
            password_file.flush()
            self._wheel.give(Path(password_file.name))
            options = self._initdb_options(password_file.name)
            self._wheel.run("initdb", "-D", str(fresh), *options, data_dir=fresh)
        (fresh / "pg_hba.conf").write_text(_HBA)
        fresh.rename(self.data_dir)

    def _initdb_options(self, password_file: str) -> list[str]:
        # The bootstrap superuser can never be demoted, so it is born under the name Supabase gives it and
        # `postgres` is created beside it later.
        locale = "en_US.UTF-8" if platform.system() == "Darwin" else "C.UTF-8"
        settings = ["timezone=UTC", "log_timezone=UTC", "max_connections=300", "unix_socket_directories="]
        # One SCRAM iteration makes a test's connection cheap; such a cluster guards nothing.
        settings += [] if self.durable else ["scram_iterations=1"]
        options = [
            "-U",
            "supabase_admin",
            f"--pwfile={password_file}",
            "--encoding=UTF8",
            f"--locale={locale}",
        ]
        options += ["--auth-host=scram-sha-256", "--auth-local=reject", "--lc-messages=C"]
        options += [] if self.durable else ["--no-sync"]
        return options + [part for setting in settings for part in ("-c", setting)]

    def _read_passwords(self) -> dict[str, str]:
        try:
            passwords: dict[str, str] = json.loads(self._secrets_file.read_text())
        except FileNotFoundError:
            raise PostgresError(
                f"{self._secrets_file} (the passwords of {self.data_dir}) is gone: delete that directory too."
            ) from None
        except PermissionError:
            raise PostgresError(f"No permission to read {self._secrets_file}.") from None
        return passwords

    def _adopt(self) -> bool:
        """Takes over a server left by a killed parent; clears a postmaster.pid nobody stands behind."""
        deadline = time.monotonic() + _START_SECONDS
        while (postmaster := _live_postmaster(self.data_dir)) is not None:
            if postmaster.port is not None and self._answers(postmaster.port):
                self.port = postmaster.port
                return True
            if time.monotonic() > deadline:
                raise PostgresError(
                    f"Postgres in {self.data_dir} (pid {postmaster.pid}) runs but does not answer."
                )
            time.sleep(0.1)
        # Postgres itself refuses to start when a recycled pid makes a stale lock file look alive.
        (self.data_dir / "postmaster.pid").unlink(missing_ok=True)
        return False

    def _answers(self, port: int) -> bool:
        self.port = port
        try:
            with psycopg.connect(self.dsn(user="supabase_admin"), connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    def _launch(self) -> None:
        attempts = 1 if self._wanted_port else 5
        for attempt in range(1, attempts + 1):
            self.port = self._wanted_port or _free_port()
            if self._wanted_port and not _is_free(self.port):
                raise PostgresError(f"Port {self.port} on {HOST} is already in use.")
            try:
                self._launch_once()
            except PostgresError:
                # A port that was free a moment ago may be taken by now; any other trouble comes again.
                if attempt == attempts:
                    raise
            else:
                return

    def _launch_once(self) -> None:
        settings = () if self.durable else _FAST_AND_LOSSY
        options = " ".join(["-h", HOST, "-p", str(self.port), "-k ''", *(f"-c {s}" for s in settings)])
        self._pg_ctl("start", "-l", str(self.data_dir / "log"), "-o", options)

    def _pg_ctl(self, action: str, *options: str) -> None:
        waiting = ("-w", "-t", str(_START_SECONDS))
        self._wheel.run(
            "pg_ctl", *waiting, "-D", str(self.data_dir), *options, action, data_dir=self.data_dir
        )

    def _ensure_roles(self) -> None:
        powers = {
            "postgres": "login createrole createdb replication bypassrls",
            "authenticator": "login noinherit",
        }
        with psycopg.connect(self.dsn(user="supabase_admin"), autocommit=True) as conn:
            known = {name for (name,) in conn.execute("select rolname from pg_catalog.pg_roles")}
            for role in powers.keys() - known:
                conn.execute(
                    sql.SQL("create role {} {} password {}").format(
                        sql.Identifier(role), sql.SQL(powers[role]), sql.Literal(self._passwords[role])
                    )
                )
            conn.execute("alter database postgres owner to postgres")


def _live_postmaster(data_dir: Path) -> _Postmaster | None:
    """The postmaster of this directory; None when postmaster.pid is absent, stale or names a recycled pid."""
    import psutil

    try:
        lines = (data_dir / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or str(data_dir) not in process.cmdline():
            return None
    except (OSError, IndexError, ValueError, psutil.Error):
        return None
    port = int(lines[3]) if len(lines) > 3 and lines[3].strip().isdigit() else None
    return _Postmaster(pid, port)


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
