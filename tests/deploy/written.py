"""Read the manifests: what each process is started with, in compose and in Kubernetes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tools.generated import ROOT

Resource = dict[str, Any]

WRITTEN = ("plans", "reports", "tips", "referrals")
"""The services that are written for. Those whose code is here are demanded in full; see `test_parts.py`."""


@dataclass(frozen=True)
class Process:
    """One part of the product as a manifest starts it."""

    name: str
    """The part, or `migrate-<service>`."""
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    """A value from a secret is the name of that secret and its key."""
    mounts: tuple[str, ...]
    """The folders that are mounted into it."""
    listens: int | None = None
    """Its port, where the manifest says it."""

    @property
    def part(self) -> str:
        """What is served, or whose database is migrated."""
        return self.arguments[1]


def compose() -> Resource:
    """Return the compose file with the values of the example."""
    example = (ROOT / "deploy" / "compose" / "example.env").read_text("utf-8")
    values = dict(line.split("=", 1) for line in example.splitlines() if line and not line.startswith("#"))
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    document: Resource = yaml.safe_load(re.sub(r"\$\{(\w+):\?\}", lambda found: values[found[1]], text))
    return document


def compose_processes() -> list[Process]:
    """Return the processes of the product that compose starts."""
    return [
        Process(
            name=name,
            arguments=tuple(container["command"]),
            environment=container["environment"],
            mounts=tuple(volume.split(":")[1] for volume in container.get("volumes", ())),
        )
        for name, container in compose()["services"].items()
        if container["image"].startswith("lanhmanh")
    ]


def kubernetes_processes(resources: list[Resource]) -> list[Process]:
    """Return the processes that Deployments and Jobs start."""
    given = {one["metadata"]["name"]: one["data"] for one in of_kind(resources, "ConfigMap")}
    return [
        Process(
            name=one["metadata"]["name"],
            arguments=tuple(container["args"]),
            environment=_environment(container, given),
            mounts=tuple(mount["mountPath"] for mount in container["volumeMounts"]),
            listens=next((port["containerPort"] for port in container.get("ports", ())), None),
        )
        for one in of_kind(resources, "Deployment", "Job")
        for container in one["spec"]["template"]["spec"]["containers"]
    ]


def of_kind(resources: list[Resource], *kinds: str) -> Iterator[Resource]:
    """Yield the resources of these kinds."""
    return (resource for resource in resources if resource["kind"] in kinds)


def dockerfile() -> str:
    """Return the Dockerfile with its continued lines joined."""
    return (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")


def image_environment() -> dict[str, str]:
    """Return the settings that the image itself gives."""
    final = dockerfile().rpartition("\nFROM ")[2]
    return dict(re.findall(r"(LANHMANH_\w+)=(\S+)", final))


def prometheus() -> Resource:
    """Return Prometheus's configuration."""
    document: Resource = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text("utf-8"))
    return document


def alerts() -> list[Resource]:
    """Return all alerts."""
    files = sorted((ROOT / "deploy" / "prometheus" / "rules").glob("*.yml"))
    return [rule for file in files for group in _groups(file) for rule in group["rules"]]


def _groups(file: Path) -> list[Resource]:
    groups: list[Resource] = yaml.safe_load(file.read_text("utf-8"))["groups"]
    return groups


def _environment(container: Resource, given: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    found = dict(
        pair for source in container.get("envFrom", ()) for pair in given[source["configMapRef"]["name"]].items()
    )
    for variable in container.get("env", ()):
        secret = variable.get("valueFrom", {}).get("secretKeyRef")
        found[variable["name"]] = f"{secret['name']}/{secret['key']}" if secret else variable["value"]
    return found
