"""Check every manifest with the tool that knows its form: `python -m tools.manifests`.

A tool that cannot be had is named, with how to get it: loudly on one's own machine, and as a failure where CI is set.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tools.generated import ROOT
from tools.manifests.obtain import ensure_tool
from tools.tool_cache import ToolUnavailable

OVERLAYS = ("base", "example")
"""The folders of `deploy/k8s` that can be built."""
SCHEMAS = Path(__file__).with_name("schemas") / "{{.ResourceKind}}{{.KindSuffix}}.json"
"""Where kubeconform finds the schema of a kind."""


class Outcome(NamedTuple):
    """What a check found."""

    faults: str = ""
    """Empty if there are none."""
    missing: str = ""
    """Why the check could not be made."""


def check_dockerfile(root: Path) -> str:
    """Return what the builder's own rules say against the Dockerfile."""
    return _complaint([ensure_tool("dockerfile"), "Dockerfile"], root)


def check_compose(root: Path) -> str:
    """Return what compose's own loader says against the compose file, with the environment of the example."""
    return _complaint([ensure_tool("compose"), "docker-compose.yml", "deploy/compose/example.env"], root)


def check_kubernetes(root: Path) -> str:
    """Return what the schemas of Kubernetes say against each overlay as it is built."""
    check: list[str | Path] = [ensure_tool("kubeconform"), "-strict", "-schema-location", SCHEMAS]
    found = []
    for overlay in OVERLAYS:
        built = _run([ensure_tool("kustomize"), "build", f"deploy/k8s/{overlay}"], root)
        found.append(_complaint(check, root, given=built.stdout) if built.returncode == 0 else built.stderr)
    return "\n".join(fault for fault in found if fault)


def check_prometheus(root: Path) -> str:
    """Return what promtool says against the configuration, the alerts, and the cases that the alerts must pass."""
    promtool = ensure_tool("promtool")
    cases = sorted((root / "deploy" / "prometheus" / "tests").glob("*.yml"))
    # The configuration names the alerts, and they are checked with it.
    commands = (["check", "config", "deploy/prometheus/prometheus.yml"], ["test", "rules", *cases])
    found = [_complaint([promtool, *command], root) for command in commands]
    return "\n".join(fault for fault in found if fault)


CHECKS: Mapping[str, Callable[[Path], str]] = {
    "The Dockerfile": check_dockerfile,
    "The compose file": check_compose,
    "deploy/k8s": check_kubernetes,
    "deploy/prometheus": check_prometheus,
}
"""What is checked, by its name."""


def outcomes(root: Path) -> Iterator[tuple[str, Outcome]]:
    """Yield what each check found in the repository at `root`."""
    with ThreadPoolExecutor() as threads:
        yield from zip(CHECKS, threads.map(lambda check: _outcome(check, root), CHECKS.values()), strict=True)


def main(*, continuous_integration: bool) -> int:
    """Print what is wrong. Returns the exit code: 1 if anything is, or is unknown where that is no answer."""
    failed = False
    for name, outcome in outcomes(ROOT):
        if outcome.missing:
            print(f"\n!!! {name} WAS NOT CHECKED: {outcome.missing}\n", file=sys.stderr)
        if outcome.faults:
            print(outcome.faults, file=sys.stderr)
        failed |= bool(outcome.faults) or (bool(outcome.missing) and continuous_integration)
    return 1 if failed else 0


def _outcome(check: Callable[[Path], str], root: Path) -> Outcome:
    try:
        return Outcome(faults=check(root))
    except ToolUnavailable as unavailable:
        return Outcome(missing=str(unavailable))


def _complaint(command: list[str | Path], root: Path, *, given: str = "") -> str:
    """Return what a tool printed, if it was not content."""
    ran = _run(command, root, given=given)
    return "" if ran.returncode == 0 else f"{ran.stdout}{ran.stderr}".strip() or f"{command[0]} fails"


def _run(command: list[str | Path], root: Path, *, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, input=given, cwd=root, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main(continuous_integration=os.environ.get("CI", "").lower() in {"1", "true"}))
