"""The product's parts as processes: the issuer, the replicas of each service, and the gateway before them."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from lanhmanh.cluster.ports import HOST, free_port
from lanhmanh.cluster.process import Command
from lanhmanh.services import Name

REPLICAS = 2
"""Of each service: enough to show that one may be lost."""


def issuer_command(data: Path) -> Command:
    """Return what runs the development issuer."""
    port = free_port()
    return _part("issuer", "issuer", port, {"LANHMANH_DATA": str(data), "LANHMANH_ISSUER": f"http://{HOST}:{port}"})


def service_commands(
    databases: Mapping[Name, str], *, data: Path, issuer: str, kafka: str, copies: int = 1
) -> list[Command]:
    """Return what runs the replicas of every service, each with its own service's database only.

    `copies` is how many brokers keep each topic.
    """
    around = {
        "LANHMANH_DATA": str(data),
        "LANHMANH_ISSUER": issuer,
        "LANHMANH_KAFKA__BOOTSTRAP_SERVERS": kafka,
        "LANHMANH_KAFKA__REPLICATION": str(copies),
    }
    replicas = [(name, number) for name in databases for number in range(1, REPLICAS + 1)]
    return [
        _part(
            name,
            f"{name}-{number}",
            free_port(),
            {
                **around,
                "LANHMANH_DATABASE_URL": databases[name],
                "LANHMANH_BOARD_FILE": str(data / f"{name}-{number}.board"),
            },
        )
        for name, number in replicas
    ]


def gateway_command(services: list[Command], *, port: int, data: Path, issuer: str) -> Command:
    """Return what runs the gateway before the replicas of the services."""
    upstreams: dict[str, list[str]] = {}
    for replica in services:
        upstreams.setdefault(replica.part, []).append(replica.url)
    around = {
        "LANHMANH_DATA": str(data),
        "LANHMANH_ISSUER": issuer,
        "LANHMANH_UPSTREAMS": json.dumps(upstreams),
        "LANHMANH_GATEWAY_TOKEN_URL": f"{issuer}/token",
    }
    return _part("gateway", "gateway", port, around)


def _part(part: str, name: str, port: int, environment: Mapping[str, str]) -> Command:
    return Command(
        part=part,
        name=name,
        arguments=[sys.executable, "-m", "lanhmanh", "serve", part, "--host", HOST, "--port", str(port)],
        environment=environment,
        url=f"http://{HOST}:{port}",
    )
