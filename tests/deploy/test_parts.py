"""Every part of the code is deployed: processes, migrations, databases, ports, targets and health checks."""

from __future__ import annotations

import re
import tomllib

import pytest

from lanhmanh.commands.serve import PORTS
from lanhmanh.services import Name
from tests.deploy.written import (
    WRITTEN,
    Process,
    Resource,
    compose,
    compose_processes,
    dockerfile,
    kubernetes_processes,
    of_kind,
    prometheus,
)
from tools.generated import ROOT
from tools.unstarted import service_names

IN_CODE = {part.value: port for part, port in PORTS.items()}


def addressed(name: str) -> int:
    """Return the port under which the gateway asks a service, and where Prometheus reads it, in compose."""
    (target,) = (
        target
        for job in prometheus()["scrape_configs"]
        for group in job["static_configs"]
        for target in group["targets"]
        if job["job_name"] == name
    )
    return int(target.removeprefix(f"{name}:"))


def migrations(processes: list[Process]) -> set[tuple[str, ...]]:
    return {process.arguments for process in processes if process.arguments[0] == "migrate"}


def serving(processes: list[Process]) -> set[str]:
    return {process.arguments[1] for process in processes if process.arguments[0] == "serve"}


def test_the_manifests_are_written_for_every_service_of_the_code() -> None:
    assert set(service_names()) == {name.value for name in Name}
    assert set(service_names()) <= set(WRITTEN)


def test_every_service_is_a_deployment_with_a_migration_of_its_own(resources: list[Resource]) -> None:
    processes = kubernetes_processes(resources)

    assert serving(processes) == {*WRITTEN, "gateway"}
    assert migrations(processes) == {("migrate", service) for service in WRITTEN}


def test_compose_starts_every_service_with_a_migration_of_its_own() -> None:
    processes = compose_processes()

    assert serving(processes) == {*WRITTEN, "gateway", "issuer"}
    assert migrations(processes) == {("migrate", service) for service in WRITTEN}


def test_a_part_listens_for_others_and_not_only_for_itself(base: list[Resource]) -> None:
    for process in [*compose_processes(), *kubernetes_processes(base)]:
        if process.arguments[0] == "serve":
            assert process.arguments[2:] == ("--host", "0.0.0.0")


def test_a_service_starts_in_compose_only_when_its_database_is_migrated() -> None:
    for service in WRITTEN:
        awaited = compose()["services"][service]["depends_on"]

        assert awaited[f"migrate-{service}"] == {"condition": "service_completed_successfully"}


def test_every_part_listens_on_the_port_of_the_code(resources: list[Resource]) -> None:
    said = {process.part: process.listens for process in kubernetes_processes(resources) if process.listens}

    assert {part: port for part, port in said.items() if part in IN_CODE}.items() <= IN_CODE.items()
    assert all(IN_CODE[service] == said[service] for service in service_names())


def test_prometheus_reads_every_part_on_the_port_where_it_listens(resources: list[Resource]) -> None:
    said = {process.part: process.listens for process in kubernetes_processes(resources) if process.listens}
    monitored = {
        monitor["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"]
        for monitor in of_kind(resources, "ServiceMonitor")
    }

    assert {part: addressed(part) for part in (*WRITTEN, "gateway")} == said
    assert monitored == said.keys()


def test_prometheus_names_each_target_as_its_own_metrics_do() -> None:
    for job in prometheus()["scrape_configs"]:
        (group,) = job["static_configs"]

        assert group["labels"] == {"product": "lanhmanh", "service": job["job_name"]}
        assert job["honor_labels"] is True


def test_in_kubernetes_targets_have_the_labels_that_they_have_in_compose(resources: list[Resource]) -> None:
    for monitor in of_kind(resources, "ServiceMonitor"):
        (endpoint,) = monitor["spec"]["endpoints"]

        assert endpoint["honorLabels"] is True
        assert {"targetLabel": "product", "replacement": "lanhmanh"} in endpoint["relabelings"]


def test_a_kubernetes_service_leads_to_the_pods_that_serve_and_to_no_migration(resources: list[Resource]) -> None:
    labelled = {
        one["metadata"]["name"]: one["spec"]["template"]["metadata"]["labels"]
        for one in of_kind(resources, "Deployment", "Job")
    }
    for service in of_kind(resources, "Service"):
        chosen = service["spec"]["selector"].items()

        led_to = [name for name, labels in labelled.items() if chosen <= labels.items()]
        assert led_to == [service["metadata"]["name"]]


def test_every_part_stays_up_while_a_node_is_emptied(resources: list[Resource]) -> None:
    replicas = {one["metadata"]["name"]: one["spec"]["replicas"] for one in of_kind(resources, "Deployment")}
    kept = {
        one["metadata"]["name"]: one["spec"]["minAvailable"] for one in of_kind(resources, "PodDisruptionBudget")
    }  # fmt: skip

    assert set(replicas.values()) == {2}
    assert kept == dict.fromkeys(replicas, 1)


def test_every_service_has_a_database_and_a_role_in_compose() -> None:
    services = compose()["services"]
    made = {
        server: set(services[server]["environment"]["SERVICES"].split())
        for server in ("postgres", "referrals-postgres")
    }

    assert made["postgres"] | made["referrals-postgres"] == set(WRITTEN)
    assert made["referrals-postgres"] == {"referrals"}


@pytest.mark.parametrize("service", WRITTEN)
def test_a_service_is_given_the_database_that_is_made_for_it(service: str) -> None:
    services = compose()["services"]
    urls = {services[name]["environment"]["LANHMANH_DATABASE_URL"] for name in (service, f"migrate-{service}")}

    (url,) = urls
    found = re.fullmatch(r"postgresql\+asyncpg://(\w+):\w+@([\w-]+)/(\w+)", url)
    assert found is not None
    role, server, database = found.groups()
    assert (role, database) == (service, service)
    assert service in services[server]["environment"]["SERVICES"].split()


def test_the_image_says_the_ports_of_the_code_and_asks_them_whether_it_lives() -> None:
    (exposed,) = re.findall(r"^EXPOSE (.*)$", dockerfile(), re.MULTILINE)
    asked = dict(re.findall(r'"(\d+)(/\w+)"', dockerfile()))

    assert {str(port) for port in PORTS.values()} <= set(exposed.split())
    assert asked.keys() == set(exposed.split())
    assert {asked.pop(str(IN_CODE["issuer"]))} | set(asked.values()) == {"/readyz", "/healthz"}


def test_the_image_holds_every_package_of_the_product() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    shipped = (ROOT / ".dockerignore").read_text("utf-8").splitlines()

    copied = re.findall(r"^COPY (\w+) \w+$", dockerfile(), re.MULTILINE)
    assert copied == packages
    assert {f"!{package}" for package in packages} <= set(shipped)
    assert shipped[1] == "*"
