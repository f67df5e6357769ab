"""deploy/: what the linters of its kinds say. Each is also shown something wrong, or it might be silent about everything."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.postgres import ROOT

DEPLOY = ROOT / "deploy"
SCRIPTS = Path(sys.executable).parent
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
# KEDA's own kinds are in no schema of Kubernetes; tests/test_deploy.py compares theirs with the code.
FOREIGN = ("ScaledObject", "TriggerAuthentication")
EXPOSED = 20  # systemd's score of a unit, in tenths: 0 is sealed, 100 has every right


def lint(*command: str | Path) -> tuple[int, str]:
    """The exit code and what was said."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


def systemd_analyze() -> str:
    found = shutil.which("systemd-analyze")
    assert found, "systemd-analyze is missing: apt-get install --no-install-recommends systemd"
    return found


def runnable(unit: Path, folder: Path) -> Path:
    """The unit as it is where /srv/shiftbot exists: systemd looks whether what it starts is there."""
    copy = folder / unit.name
    copy.write_text(unit.read_text().replace("/srv/shiftbot/.venv/bin", str(SCRIPTS)))
    return copy


def test_hadolint_accepts_the_dockerfile() -> None:
    assert lint(SCRIPTS / "hadolint", DEPLOY / "Dockerfile") == (0, "")


def test_hadolint_refuses_a_careless_one(tmp_path: Path) -> None:
    careless = tmp_path / "Dockerfile"
    careless.write_text("FROM python\nRUN cd /app && pip install flask\n")

    code, said = lint(SCRIPTS / "hadolint", careless)

    assert code == 1
    assert "DL3006" in said


def test_compose_has_the_shape_of_its_specification(tmp_path: Path) -> None:
    check = (SCRIPTS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec")
    text = (DEPLOY / "compose.yaml").read_text()
    wrong = tmp_path / "compose.yaml"
    wrong.write_text(text.replace("read_only: true", "read_only: [1]", 1))

    assert lint(*check, DEPLOY / "compose.yaml")[0] == 0
    assert lint(*check, wrong)[0] == 1


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.name)
def test_kubernetes_knows_every_field(manifest: Path) -> None:
    code, said = lint(SCRIPTS / "kubernetes-validate", "--strict", manifest)

    assert code == 0, said
    assert [
        line
        for line in said.splitlines()
        if "passed for" not in line and not any(name in line for name in FOREIGN)
    ] == []


def test_kubernetes_knows_no_field_that_is_misspelt(tmp_path: Path) -> None:
    wrong = tmp_path / "worker.yaml"
    wrong.write_text(
        (DEPLOY / "kubernetes/worker.yaml").read_text().replace("readinessProbe:", "readynessProbe:")
    )

    code, said = lint(SCRIPTS / "kubernetes-validate", "--strict", wrong)

    assert code != 0
    assert "readynessProbe" in said


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_would_start_the_unit(unit: Path, tmp_path: Path) -> None:
    assert lint(systemd_analyze(), "verify", "--man=no", runnable(unit, tmp_path)) == (0, "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_finds_the_unit_well_confined(unit: Path, tmp_path: Path) -> None:
    score = (systemd_analyze(), "security", "--offline=true", f"--threshold={EXPOSED}")
    open_wide = tmp_path / unit.name
    bolts = ("Protect", "NoNewPrivileges", "SystemCallFilter")
    open_wide.write_text(
        "".join(line for line in unit.read_text().splitlines(keepends=True) if not line.startswith(bolts))
    )

    assert lint(*score, unit)[0] == 0
    assert lint(*score, open_wide)[0] == 1
