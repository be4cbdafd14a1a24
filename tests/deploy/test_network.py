"""Who can reach whom is one list, and referrals stands apart: computed from the policies as they are built."""

from __future__ import annotations

import copy

import pytest

from lanhmanh.commands.serve import PORTS
from runtime.webhooks.targets import NOT_PUBLIC
from tests.deploy.network import HOME, Endpoint, Port, pods, reach
from tests.deploy.written import WRITTEN, Resource, compose, of_kind

OF_SERVICE = {"plans": 8001, "reports": 8002, "tips": 8003, "referrals": 8004}
ELSEWHERE = [
    Endpoint("prometheus", "10.1.0.1", "monitoring", {"app.kubernetes.io/name": "prometheus"}),
    Endpoint("grafana", "10.1.0.2", "monitoring", {"app.kubernetes.io/name": "grafana"}),
    Endpoint("names", "10.1.0.3", "kube-system", {"k8s-app": "kube-dns"}),
    Endpoint("door", "10.1.0.4", "ingress", {}),
    Endpoint("door", "10.1.0.5", "ingress-nginx", {}),
    # In our own namespace, but no part of the product.
    Endpoint("guest", "10.1.0.6", HOME, {"app.kubernetes.io/part-of": "lanhmanh"}),
    Endpoint("neighbour", "10.1.0.7", "harbour", {"app.kubernetes.io/component": "gateway"}),
    Endpoint("internet", "8.8.8.8"),
    Endpoint("metadata", "169.254.169.254"),
]
OUTSIDE = {
    "plans-database": ("192.0.2.11", "203.0.113.11"),
    "reports-database": ("192.0.2.12", "203.0.113.12"),
    "tips-database": ("192.0.2.13", "203.0.113.13"),
    "referrals-database": ("198.51.100.14", "203.0.113.66"),
    "kafka": ("192.0.2.97", "203.0.113.33"),
    "issuer": ("192.0.2.80", "203.0.113.80"),
}
"""What stands outside, by its address in the base and in the example."""
TRIED = [*(Port(number) for number in (22, 53, 80, 443, 5432, 6443, 8000, *OF_SERVICE.values(), 9093)), Port(53, "UDP")]

ALLOWED = {
    ("door", "gateway", 8000),
    ("prometheus", "gateway", 8000),
    ("gateway", "issuer", 443),
    ("gateway", "names", 53),
    ("guest", "names", 53),
    # Webhooks to subscribers.
    ("reports", "internet", 443),
    ("tips", "internet", 443),
    *(edge for service, port in OF_SERVICE.items() for edge in (
        ("gateway", service, port),
        ("prometheus", service, port),
        (service, f"{service}-database", 5432),
        (service, "kafka", 9093),
        (service, "issuer", 443),
        (service, "names", 53),
        (f"migrate-{service}", f"{service}-database", 5432),
        (f"migrate-{service}", "names", 53),
    )),
}  # fmt: skip
"""Everything that may happen between the parts, and between them and what stands around them."""


def picture(resources: list[Resource]) -> set[tuple[str, str, int]]:
    outside = [Endpoint(name, address) for name, addresses in OUTSIDE.items() for address in addresses]
    found = reach(resources, [*pods(resources), *ELSEWHERE, *outside], TRIED)
    ours = {pod.name for pod in pods(resources)} | {"guest"}
    return {edge for edge in found if ours & set(edge[:2])}


def test_nobody_reaches_anybody_but_whom_the_list_names(resources: list[Resource]) -> None:
    assert picture(resources) == ALLOWED


@pytest.mark.parametrize("service", ["reports", "tips"])
def test_the_way_out_for_webhooks_excepts_what_the_code_refuses(resources: list[Resource], service: str) -> None:
    policies = of_kind(resources, "NetworkPolicy")
    (policy,) = (one for one in policies if one["metadata"]["name"] == f"{service}-webhooks")
    block = policy["spec"]["egress"][0]["to"][0]["ipBlock"]

    assert block == {"cidr": "0.0.0.0/0", "except": [str(network) for network in NOT_PUBLIC]}


def test_tips_and_referrals_have_no_path_and_share_nothing_but_kafka_the_issuer_and_names(
    resources: list[Resource],
) -> None:
    edges = {(source, target) for source, target, _ in picture(resources)}
    reached = {name: {target for source, target in edges if source.endswith(name)} for name in ("tips", "referrals")}

    assert not {("tips", "referrals"), ("referrals", "tips")} & edges
    assert reached["tips"] & reached["referrals"] == {"kafka", "issuer", "names"}


def test_only_the_gateway_and_prometheus_reach_referrals(resources: list[Resource]) -> None:
    assert {source for source, target, _ in picture(resources) if target == "referrals"} == {"gateway", "prometheus"}


@pytest.mark.parametrize(
    ("policy", "edge"),
    [
        ("nothing", ("neighbour", "migrate-plans", 22)),
        ("referrals", ("tips", "referrals", 8004)),
    ],
)
def test_the_picture_shows_a_policy_that_opens_more(
    base: list[Resource], policy: str, edge: tuple[str, str, int]
) -> None:
    spoiled = copy.deepcopy(base)
    (changed,) = (one for one in of_kind(spoiled, "NetworkPolicy") if one["metadata"]["name"] == policy)
    if policy == "nothing":
        changed["spec"]["policyTypes"] = ["Egress"]
    else:
        changed["spec"]["ingress"][0]["from"].append({"podSelector": {}})
        door: Resource = {"to": [{"podSelector": {}}]}
        (dns,) = (one for one in of_kind(spoiled, "NetworkPolicy") if one["metadata"]["name"] == "names")
        dns["spec"]["egress"].append(door)

    assert edge in picture(spoiled) - ALLOWED


def test_the_ports_of_the_picture_are_those_of_the_code() -> None:
    known = {part.value: port for part, port in PORTS.items()}

    assert {name: known[name] for name in OF_SERVICE if name in known}.items() <= OF_SERVICE.items()


def test_in_compose_no_service_shares_a_network_with_another_and_referrals_has_a_server_of_its_own() -> None:
    networks = {name: set(one["networks"]) for name, one in compose()["services"].items()}
    meets = {
        service: {other for other, joined in networks.items() if other != service and joined & networks[service]}
        for service in WRITTEN
    }

    around = {"gateway", "issuer", "kafka", "prometheus"}
    assert meets == {
        "plans": around | {"migrate-plans", "postgres"},
        "reports": around | {"migrate-reports", "postgres"},
        "tips": around | {"migrate-tips", "postgres"},
        "referrals": around | {"migrate-referrals", "referrals-postgres"},
    }


def test_in_compose_no_network_of_a_service_or_database_leads_outside() -> None:
    networks = compose()["networks"]

    assert {name for name, network in networks.items() if not network.get("internal")} == {"outside"}


def test_in_compose_only_the_doors_are_published_and_only_on_this_machine() -> None:
    published = {name: one["ports"] for name, one in compose()["services"].items() if "ports" in one}

    assert published.keys() == {"gateway", "issuer", "prometheus"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
