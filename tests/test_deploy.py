"""deploy/: what containers, systemd and Kubernetes are told exists, and each program is bound as hard everywhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from shiftbot.cli import parser
from shiftbot.dashboard_settings import DashboardSettings
from shiftbot.settings import Settings
from tests.support.postgres import ROOT

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
PROGRAMS = {name: service for name, service in COMPOSE["services"].items() if name != "postgres"}
PODS = [
    document
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for document in yaml.safe_load_all(path.read_text())
]
DEPLOYMENTS = [document for document in PODS if document["kind"] == "Deployment"]
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
KNOWN = {name.upper() for kind in (Settings, DashboardSettings) for name in kind.model_fields}


def runs(arguments: list[str]) -> bool:
    """Whether the command line has such a command."""
    return callable(parser().parse_args(arguments).run)


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_a_service_runs_a_command_with_settings_that_exist(name: str) -> None:
    service = PROGRAMS[name]

    assert runs(service["command"])
    assert set(service["environment"]) <= KNOWN
    assert (service["read_only"], service["cap_drop"], service["security_opt"]) == (
        True,
        ["ALL"],
        ["no-new-privileges:true"],
    )
    assert "/tmp" in service["tmpfs"]  # noqa: S108 - the one place a program writes to


def test_compose_names_only_what_it_defines() -> None:
    shared = {"x-program", "x-settings", "name", "services", "volumes"}

    assert set(COMPOSE) == shared
    assert set(COMPOSE["volumes"]) == {"postgres"}


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: str(d["metadata"]["name"]))
def test_a_pod_runs_a_command_as_nobody_and_can_be_probed(deployment: dict[str, Any]) -> None:
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]

    assert runs(container["args"])
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    ports = {port["name"] for port in container["ports"]}
    for probe in ("livenessProbe", "readinessProbe"):
        asked = container[probe]["httpGet"]
        assert asked["port"] in ports
        assert asked["path"] in ("/healthz", "/readyz")
    selected = deployment["spec"]["selector"]["matchLabels"]
    assert selected.items() <= deployment["spec"]["template"]["metadata"]["labels"].items()


def test_what_scales_and_protects_names_deployments_that_exist() -> None:
    names = {document["metadata"]["name"] for document in DEPLOYMENTS}
    scaled = [d["spec"]["scaleTargetRef"]["name"] for d in PODS if d["kind"] == "ScaledObject"]
    labels = [d["spec"]["template"]["metadata"]["labels"] for d in DEPLOYMENTS]
    chosen = [
        d["spec"]["selector"].get("matchLabels", d["spec"]["selector"])
        for d in PODS
        if d["kind"] in ("Service", "PodDisruptionBudget")
    ]

    assert set(scaled) <= names
    assert all(any(wanted.items() <= known.items() for known in labels) for wanted in chosen)


@pytest.mark.newest_postgres
def test_the_query_that_scales_can_be_asked(database: Any) -> None:
    (scaled,) = [d for d in PODS if d["kind"] == "ScaledObject"]
    query = scaled["spec"]["triggers"][0]["metadata"]["query"]

    assert database.connect().execute(query.encode()).fetchone() == (0,)


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_runs_a_command_and_is_confined(unit: Path) -> None:
    lines = dict(
        line.split("=", 1) for line in unit.read_text().splitlines() if "=" in line and line[0] != "#"
    )

    assert runs(lines["ExecStart"].split()[1:])
    assert (lines["DynamicUser"], lines["NoNewPrivileges"], lines["ProtectSystem"]) == (
        "yes",
        "yes",
        "strict",
    )
    assert (lines["Restart"], lines["CapabilityBoundingSet"]) == ("always", "")


def test_the_image_holds_what_the_programs_need_and_no_more() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    copied = {
        word for line in re.findall(r"^COPY (?!--)(.+)$", text, re.MULTILINE) for word in line.split()[:-1]
    }

    assert {name for name in copied if not (ROOT / name).exists()} == set()
    assert {"shiftbot", "webhooks", "workers", "dashboard", "supabase", "uv.lock"} <= copied
    assert "tests" not in copied
    assert text.index("USER 10001") < text.index("ENTRYPOINT")
    (pinned,) = re.findall(r"uv==(\S+)", text)
    assert f"UV_VERSION := {pinned}" in (ROOT / "Makefile").read_text()
