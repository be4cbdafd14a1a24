"""Each check of the manifests finds what it is there for, and says so if it cannot be made."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.deploy.conftest import tool
from tools import tool_cache
from tools.generated import ROOT
from tools.manifests import __main__ as manifests
from tools.manifests import obtain
from tools.manifests.alerts import RESOURCE, resource
from tools.tool_cache import ToolUnavailable


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The manifests, to be spoiled."""
    for name in ("kustomize", "promtool"):
        tool(name)
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    for file in ("Dockerfile", "docker-compose.yml"):
        shutil.copy(ROOT / file, tmp_path)
    return tmp_path


RULES = "deploy/prometheus/rules/alerts.yml"
DEPLOYMENT = "deploy/k8s/base/every_deployment.yaml"
MONITOR = "deploy/k8s/base/every_monitor.yaml"
OVERLAY = "deploy/k8s/example/kustomization.yaml"
SPOILED = [
    (manifests.check_dockerfile, "Dockerfile", "COPY kernel kernel", "COPI kernel kernel", "unknown instruction"),
    (manifests.check_dockerfile, "Dockerfile", '["lanhmanh"]', "lanhmanh", "JSONArgsRecommended"),
    (manifests.check_dockerfile, "Dockerfile", "${PYTHON_IMAGE} AS", "${PYTHON} AS", "UndefinedArgInFrom"),
    (manifests.check_compose, "docker-compose.yml", "read_only: true", "readonly: true", "readonly"),
    (manifests.check_compose, "docker-compose.yml", "[tips, tips-database]", "[tips, tip]", "undefined network"),
    (manifests.check_compose, "deploy/compose/example.env", "TIPS_DIGEST_", "TIP_DIGEST_", "missing a value"),
    (manifests.check_kubernetes, DEPLOYMENT, "replicas: 2", "replica: 2", "'replica'"),
    (manifests.check_kubernetes, DEPLOYMENT, "replicas: 2", "replicas: two", "string"),
    (manifests.check_kubernetes, MONITOR, "honorLabels", "honourLabels", "honourLabels"),
    (manifests.check_kubernetes, OVERLAY, "/spec/egress/0/to", "/spec/exit", "exit"),
    (manifests.check_prometheus, "deploy/prometheus/prometheus.yml", "honor_", "honour_", "honour_labels"),
    (manifests.check_prometheus, RULES, "max by (", "most by (", "parse error"),
    (manifests.check_prometheus, RULES, "> 120", "> 12000", "FAILED"),
]
"""A check, a file, what stands in it, what is put there instead, and what the check must say."""


@pytest.mark.parametrize("check", manifests.CHECKS.values(), ids=manifests.CHECKS)
def test_a_check_has_nothing_to_say_against_what_is_committed(copy: Path, check: Callable[[Path], str]) -> None:
    assert check(copy) == ""


@pytest.mark.parametrize(("check", "file", "right", "wrong", "complaint"), SPOILED)
def test_a_check_finds_what_is_wrong(
    copy: Path, check: Callable[[Path], str], file: str, right: str, wrong: str, complaint: str
) -> None:
    text = (copy / file).read_text("utf-8")
    assert right in text
    (copy / file).write_text(text.replace(right, wrong), "utf-8")

    assert complaint in check(copy)


def test_a_missing_compiler_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tool_cache, "CACHE", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ToolUnavailable, match=r"install Go 1\.24"):
        obtain.ensure_tool("kustomize")
    with pytest.raises(ToolUnavailable, match="apt install prometheus"):
        obtain.ensure_tool("promtool")


@pytest.mark.parametrize(("continuous_integration", "code"), [(True, 1), (False, 0)])
def test_what_was_not_checked_is_said_loudly_and_fails_where_ci_is_set(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    continuous_integration: bool,
    code: int,
) -> None:
    monkeypatch.setattr(tool_cache, "CACHE", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert manifests.main(continuous_integration=continuous_integration) == code
    assert "deploy/k8s WAS NOT CHECKED: `go` is not on the PATH" in capsys.readouterr().err


def test_the_alerts_of_kubernetes_are_made_from_those_of_prometheus() -> None:
    assert RESOURCE.read_text("utf-8") == resource()
