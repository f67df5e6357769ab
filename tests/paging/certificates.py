"""A certificate for 127.0.0.1 that only these tests trust."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """Both ends of a TLS connection that trust each other."""

    file: Path
    key: Path

    @property
    def server(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.file, self.key)
        return context

    @property
    def client(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.file)


def make_certificate(folder: Path, name: str = "IP:127.0.0.1") -> Certificate:
    """Made by openssl, as the standard library makes none."""
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mail.sim"
    )
    files = ["-keyout", str(made.key), "-out", str(made.file), "-addext", f"subjectAltName={name}"]
    subprocess.run([*command.split(), *files], check=True, capture_output=True)
    return made
