"""Compute whom NetworkPolicies let reach whom, as Kubernetes defines it (networking.k8s.io/v1).

A pod that a policy selects for a direction may do in it what some such policy names, and nothing else; a pod that
none selects may do everything. A connection needs both sides: out of its source and into its target.
Only the forms that our policies use are understood; another one raises, and is not taken for harmless.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

from tests.deploy.written import Resource, of_kind

HOME = "lanhmanh"
"""The namespace of the product."""


@dataclass(frozen=True)
class Endpoint:
    """A pod, or an address outside of the cluster, which has no namespace."""

    name: str
    address: str
    namespace: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    ports: Mapping[str, int] = field(default_factory=dict, hash=False)
    """Its ports by their names."""


@dataclass(frozen=True)
class Port:
    """Where a connection goes to."""

    number: int
    protocol: str = "TCP"


def pods(resources: list[Resource]) -> Iterator[Endpoint]:
    """Yield one pod of each Deployment and Job, with an address within the cluster."""
    for number, one in enumerate(of_kind(resources, "Deployment", "Job"), start=10):
        template = one["spec"]["template"]
        ports = {
            port["name"]: port["containerPort"]
            for container in template["spec"]["containers"]
            for port in container.get("ports", ())
        }
        labels = template["metadata"]["labels"]
        yield Endpoint(one["metadata"]["name"], f"10.0.0.{number}", HOME, labels, ports)


def reach(resources: list[Resource], endpoints: Iterable[Endpoint], ports: Iterable[Port]) -> set[tuple[str, str, int]]:
    """Return every (source, target, port) that the policies leave open, from and to different endpoints."""
    policies = list(of_kind(resources, "NetworkPolicy"))
    everyone, everywhere = list(endpoints), list(ports)
    return {
        (source.name, target.name, port.number)
        for source in everyone
        for target in everyone
        for port in everywhere
        if source != target
        and _passes(policies, "Egress", source, target, port, at=target)
        and _passes(policies, "Ingress", target, source, port, at=target)
    }


def _passes(
    policies: list[Resource], direction: str, selected: Endpoint, other: Endpoint, port: Port, *, at: Endpoint
) -> bool:
    applying = [policy["spec"] for policy in policies if _applies(policy, direction, selected)]
    rules = [rule for spec in applying for rule in spec.get(direction.lower(), ())]
    side = "to" if direction == "Egress" else "from"
    return not applying or any(_peers(rule.get(side), other) and _ports(rule.get("ports"), port, at) for rule in rules)


def _applies(policy: Resource, direction: str, endpoint: Endpoint) -> bool:
    spec = policy["spec"]
    # Kubernetes assumes a direction for a policy that names none; ours all do.
    types: list[str] = spec["policyTypes"]
    home: str = policy["metadata"]["namespace"]
    return direction in types and endpoint.namespace == home and _selects(spec["podSelector"], endpoint.labels)


def _peers(peers: list[Any] | None, endpoint: Endpoint) -> bool:
    return not peers or any(_is_peer(peer, endpoint) for peer in peers)


def _is_peer(peer: Resource, endpoint: Endpoint) -> bool:
    if block := peer.get("ipBlock"):
        excepted = block.get("except", ())
        if block.keys() - {"cidr", "except"}:
            raise ValueError(f"{block} is not understood")
        address = ip_address(endpoint.address)
        return address in ip_network(block["cidr"]) and not any(address in ip_network(one) for one in excepted)
    if endpoint.namespace is None:
        return False
    named = {"kubernetes.io/metadata.name": endpoint.namespace}
    namespaces = peer.get("namespaceSelector")
    in_namespace = endpoint.namespace == HOME if namespaces is None else _selects(namespaces, named)
    return in_namespace and _selects(peer.get("podSelector", {}), endpoint.labels)


def _ports(ports: list[Any] | None, port: Port, at: Endpoint) -> bool:
    return not ports or any(
        allowed["protocol"] == port.protocol and port.number == _number(allowed, at) for allowed in ports
    )


def _number(allowed: Resource, at: Endpoint) -> int | None:
    if allowed.keys() != {"protocol", "port"}:
        raise ValueError(f"{allowed} is not understood")
    number: int | str = allowed["port"]
    return at.ports.get(number) if isinstance(number, str) else number


def _selects(selector: Resource, labels: Mapping[str, str]) -> bool:
    exact = all(labels.get(name) == value for name, value in selector.get("matchLabels", {}).items())
    return exact and all(_satisfies(rule, labels) for rule in selector.get("matchExpressions", ()))


def _satisfies(rule: Resource, labels: Mapping[str, str]) -> bool:
    if rule["operator"] != "In":
        raise ValueError(f"{rule} is not understood")
    return labels.get(rule["key"]) in rule["values"]
