"""Asks the PyPI's vulnerability service about everything that uv.lock names: python -m tests.support.audit, or `make audit`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.postgres import ROOT

_BIN = Path(sys.executable).parent
_EXPORT = ("export", "--quiet", "--locked", "--all-extras", "--all-groups", "--no-emit-project")
_UNREACHABLE = (
    "audit: the vulnerability service did not answer for everything, so this proves nothing. It needs the internet (pypi.org);"
    " the workflow on GitHub runs it too."
)


def main() -> int:
    """0: nothing known. 1: something is vulnerable. 2: the service could not be asked, and nothing is known either way."""
    with tempfile.TemporaryDirectory() as folder:
        locked, found = Path(folder, "requirements.txt"), Path(folder, "found.json")
        subprocess.run(
            [_BIN / "uv", *_EXPORT, "--output-file", locked], check=True, cwd=ROOT, stdout=subprocess.DEVNULL
        )
        audit = [
            _BIN / "pip-audit",
            "-r",
            locked,
            "--require-hashes",
            "--disable-pip",
            "--progress-spinner",
            "off",
        ]
        done = subprocess.run(
            [*audit, "-f", "json", "-o", found], check=False, cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        code, said = judged(found.read_text() if found.exists() else "", done.stderr)
    print(said, file=sys.stderr if code else sys.stdout)  # a command prints
    return code


def judged(found: str, errors: str) -> tuple[int, str]:
    """The exit code and what to say, from pip-audit's report (empty where it could not make one) and its complaints."""
    if not found:
        last = errors.strip().splitlines()[-1:] or ["it gave no reason"]
        return 2, f"{_UNREACHABLE}\n({last[0][:300]})"
    packages = json.loads(found)["dependencies"]
    # pip-audit counts as fine what the service answers nothing about, as a mirror of the index does for everything.
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    known = [
        f"{package['name']} {package['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no release yet'}"
        for package in packages
        for hole in package.get("vulns", [])
    ]
    if known:
        return 1, "\n".join([f"audit: {len(known)} known vulnerabilities", *known])
    if unknown:
        return (
            2,
            f"{_UNREACHABLE}\n(no answer about {len(unknown)} of {len(packages)} packages, {unknown[0]} among them)",
        )
    return 0, f"audit: nothing is known against the {len(packages)} packages of uv.lock"


if __name__ == "__main__":
    sys.exit(main())
