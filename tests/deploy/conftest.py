"""What `kustomize build` makes of each overlay."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

import pytest
import yaml

from tests.deploy.written import Resource
from tests.servers.plugin import do_without, is_continuous_integration
from tools.generated import ROOT
from tools.manifests.obtain import ensure_tool
from tools.tool_cache import ToolUnavailable


@pytest.fixture(scope="session")
def base() -> list[Resource]:
    """The resources of the base."""
    return _built("base")


@pytest.fixture(scope="session", params=["base", "example"])
def resources(request: pytest.FixtureRequest) -> list[Resource]:
    """The resources of each overlay."""
    return _built(request.param)


@cache
def _built(overlay: str) -> list[Resource]:
    built = subprocess.run(
        [tool("kustomize"), "build", ROOT / "deploy" / "k8s" / overlay], capture_output=True, text=True, check=True
    )
    return list(yaml.safe_load_all(built.stdout))


def tool(name: str) -> Path:
    """Return a tool; without it, the test is skipped on one's own machine and fails where CI is set."""
    try:
        return ensure_tool(name)
    except ToolUnavailable as why:
        reason = str(why)
    return do_without(name, reason, continuous_integration=is_continuous_integration())
