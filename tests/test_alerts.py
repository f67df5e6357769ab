"""Alerts fire and are silent as they should, each has its runbook entry, and what they and the dashboard name exists."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml  # pre-commit's
from flask import Flask
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_flask_exporter import PrometheusMetrics

import shiftbot.metrics  # noqa: F401  # registers what is counted
from shiftbot.database_metrics import GAUGES, UP
from tests.support.postgres import ROOT

PROMETHEUS = ROOT / "deploy" / "prometheus"
DASHBOARD = ROOT / "deploy" / "grafana" / "shiftbot.json"
RUNBOOK = ROOT / "docs" / "operations.md"
OF_PROMETHEUS = {"up"}
# Words of PromQL in expressions; everything else that looks like a name is one.
_NAME = re.compile(r"\b((?:shiftbot|flask)_\w+|up)\b(?=[\s{\[)=]|$)")


def alerts() -> list[dict[str, Any]]:
    rules = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())
    return [rule for group in rules["groups"] for rule in group["rules"] if "alert" in rule]


@cache
def promtool() -> str:
    found = shutil.which("promtool")
    assert found, "promtool is missing: apt-get install --no-install-recommends prometheus"
    return found


@pytest.mark.parametrize(
    "words",
    [
        ("check", "rules", "alerts.yml"),
        ("check", "config", "prometheus.yml"),
        ("test", "rules", "alerts_test.yml"),
    ],
    ids=" ".join,
)
def test_promtool_agrees(words: tuple[str, ...]) -> None:
    result = subprocess.run(
        [promtool(), *words], cwd=PROMETHEUS, capture_output=True, text=True, timeout=60, check=False
    )

    assert result.returncode == 0, result.stdout + result.stderr


def test_every_alert_is_tested_silent_and_firing() -> None:
    quiet, loud = yaml.safe_load((PROMETHEUS / "alerts_test.yml").read_text())["tests"]
    names = [alert["alert"] for alert in alerts()]

    assert [(t["alertname"], t["exp_alerts"]) for t in quiet["alert_rule_test"]] == [(n, []) for n in names]
    assert [t["alertname"] for t in loud["alert_rule_test"] if t["exp_alerts"]] == names


def test_a_test_of_alerts_can_fail(tmp_path: Path) -> None:
    """Else the ones above would show nothing."""
    shutil.copy(PROMETHEUS / "alerts_test.yml", tmp_path)
    rules = (
        (PROMETHEUS / "alerts.yml")
        .read_text()
        .replace("shiftbot_stalled_escalations) > 0", "shiftbot_stalled_escalations) > 9")
    )
    (tmp_path / "alerts.yml").write_text(rules)
    result = subprocess.run(
        [promtool(), "test", "rules", "alerts_test.yml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode != 0
    assert "PageIsStalled" in result.stderr


def test_every_alert_has_its_runbook_entry_and_no_entry_is_left_over() -> None:
    _, _, entries = RUNBOOK.read_text().partition("\n## Alerts\n")
    headings = re.findall(r"^### (\w+)$", entries.partition("\n## ")[0], re.MULTILINE)

    assert headings == [alert["alert"] for alert in alerts()]
    for alert in alerts():
        assert alert["annotations"]["runbook_url"] == f"docs/operations.md#{alert['alert'].lower()}"
        assert alert["annotations"]["summary"]
        assert alert["labels"]["severity"] in ("page", "ticket")


def test_every_metric_that_is_named_exists() -> None:
    known = exported() | OF_PROMETHEUS
    named = {name for expression in expressions() for name in _NAME.findall(expression)}

    assert len(named) > 25
    assert named - known == set()


def test_every_gauge_of_the_database_is_on_the_dashboard() -> None:
    shown = {name for expression in dashboard_expressions() for name in _NAME.findall(expression)}

    assert {f"shiftbot_{name}" for name in GAUGES} | {UP} <= shown


def test_the_dashboard_is_one_grafana_can_read() -> None:
    dashboard = json.loads(DASHBOARD.read_text())
    panels = dashboard["panels"]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert [v["type"] for v in dashboard["templating"]["list"]] == ["datasource"]
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_expression_of_the_dashboard_is_promql(tmp_path: Path) -> None:
    rules = [{"record": f"panel_{n}", "expr": e} for n, e in enumerate(dashboard_expressions())]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    result = subprocess.run(
        [promtool(), "check", "rules", str(file)], capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stdout + result.stderr


def dashboard_expressions() -> Iterator[str]:
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel.get("targets", ()):
            yield target["expr"]


def expressions() -> Iterator[str]:
    yield from dashboard_expressions()
    yield from (alert["expr"] for alert in alerts())


def exported() -> set[str]:
    """The name of every sample that webhooks and workers can give."""
    registry = CollectorRegistry()
    PrometheusMetrics(Flask("names"), group_by="url_rule", registry=registry)
    names = {f"shiftbot_{name}" for name in GAUGES} | {UP}
    for source in (registry, REGISTRY):
        for family in source.collect():
            parts = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}
            names |= {family.name + part for part in parts.get(family.type, [""])}
    return names
