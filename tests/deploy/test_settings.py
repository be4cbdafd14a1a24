"""Each process is given settings that its code reads, every one that it cannot do without, and no other's secrets."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from gateway.settings import GatewaySettings
from lanhmanh.commands.serve import GatewayConfig
from runtime.config import ServiceConfig
from tests.deploy.written import (
    Process,
    Resource,
    compose_processes,
    image_environment,
    kubernetes_processes,
)
from tools.config_docs import Setting, settings
from tools.generated import ROOT
from tools.unstarted import service_names, settings_of

IN_CODE = {*service_names(), "gateway", "issuer"}
"""The parts whose code is here. What is written for others is compared when it comes."""
ISSUER = {"LANHMANH_ENV", "LANHMANH_ISSUER", "LANHMANH_DATA"}
"""What `lanhmanh serve issuer` reads."""


MADE_OUTSIDE_PRODUCTION = {"LANHMANH_KEY_FILE"}
"""What a service makes for itself where it is not given, unless it runs in production."""


def read_by(part: str) -> dict[str, Setting]:
    """Return the settings of a part by their names."""
    if part == "gateway":
        limits = settings(GatewaySettings, str(GatewaySettings.model_config["env_prefix"]))
        return {one.name: one for one in (*settings(GatewayConfig, "LANHMANH_"), *limits)}
    return {one.name: one for one in settings(settings_of(part), "LANHMANH_")}


def demanded_by(part: str) -> set[str]:
    """Return the settings whose absence stops a part: those without default, and those that its code names missing."""
    if part == "issuer":
        return set()
    places = [ROOT / "lanhmanh"] if part == "gateway" else [ROOT / "runtime", ROOT / "services" / part]
    named = {name for place in places for file in place.rglob("*.py") for name in _missed_in(file)}
    without_default = {name for name, one in read_by(part).items() if one.default == "required" and part != "gateway"}
    return named & read_by(part).keys() | without_default


def _missed_in(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="SettingMissing"), keywords=[ast.keyword(value=ast.Constant(value=name))]):
                yield str(name)


def of_product(process: Process) -> dict[str, str]:
    return {name: value for name, value in process.environment.items() if name.startswith("LANHMANH_")}


def unread(process: Process) -> set[str]:
    """Return what a process is given that its part does not read."""
    known = ISSUER if process.part == "issuer" else read_by(process.part).keys()
    return of_product(process).keys() - known


def lacking(process: Process) -> set[str]:
    """Return what a process cannot do without and is not given."""
    if process.name.startswith("migrate-"):
        return {"LANHMANH_DATABASE_URL"} - of_product(process).keys()
    made_there = MADE_OUTSIDE_PRODUCTION if process.environment.get("LANHMANH_ENV") != "production" else set()
    return demanded_by(process.part) - of_product(process).keys() - made_there


@pytest.fixture(params=["compose", "kubernetes"])
def processes(request: pytest.FixtureRequest) -> list[Process]:
    """What is started in one of the two forms, as far as its code is here."""
    found = (
        compose_processes()
        if request.param == "compose"
        else kubernetes_processes(request.getfixturevalue("base"))
    )  # fmt: skip
    return [process for process in found if process.part in IN_CODE]


def test_no_process_is_given_a_setting_that_it_does_not_read(processes: list[Process]) -> None:
    assert {process.name: unread(process) for process in processes if unread(process)} == {}


def test_every_process_is_given_what_it_cannot_do_without(processes: list[Process]) -> None:
    assert {process.name: lacking(process) for process in processes if lacking(process)} == {}


def test_every_service_cannot_do_without_a_digest_secret_and_brokers() -> None:
    assert {"LANHMANH_DIGEST_SECRET", "LANHMANH_KAFKA__BOOTSTRAP_SERVERS"} <= demanded_by("plans")
    assert demanded_by("gateway") == {"LANHMANH_UPSTREAMS"}


def test_the_image_gives_only_settings_that_every_part_reads() -> None:
    assert image_environment().keys() <= ISSUER & {one.name for one in settings(ServiceConfig, "LANHMANH_")}


def test_every_process_can_read_its_settings(
    processes: list[Process], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    for process in processes:
        if process.part == "issuer":
            continue
        for name in [name for name in os.environ if name.startswith("LANHMANH_")]:
            monkeypatch.delenv(name)
        for name, value in of_product(process).items():
            # A file that is mounted there is not here.
            monkeypatch.setenv(name, str(tmp_path / "file") if name.endswith("_FILE") else value)
        if process.part == "gateway":
            GatewaySettings()
        (GatewayConfig if process.part == "gateway" else settings_of(process.part))()


def test_the_gateway_finds_every_service_where_it_listens(processes: list[Process]) -> None:
    (gateway,) = (process for process in processes if process.part == "gateway")

    upstreams = json.loads(gateway.environment["LANHMANH_UPSTREAMS"])
    assert set(service_names()) <= upstreams.keys()
    assert upstreams == {name: f"http://{name}:{url.rpartition(':')[2]}" for name, url in upstreams.items()}


def test_every_process_in_kubernetes_runs_in_production_and_none_in_compose(resources: list[Resource]) -> None:
    production = {process.environment["LANHMANH_ENV"] for process in kubernetes_processes(resources)}
    elsewhere = {process.environment.get("LANHMANH_ENV", "development") for process in compose_processes()}

    assert (production, elsewhere) == ({"production"}, {"development"})


def test_nobody_starts_the_development_issuer_in_kubernetes(resources: list[Resource]) -> None:
    assert "issuer" not in {process.part for process in kubernetes_processes(resources)}


def test_every_file_that_a_process_is_told_of_is_mounted(resources: list[Resource]) -> None:
    for process in [*compose_processes(), *kubernetes_processes(resources)]:
        for name, value in process.environment.items():
            if name.endswith("_FILE") or name == "PGSSLROOTCERT":
                folders = {str(folder) for folder in PurePosixPath(value).parents}
                assert folders & set(process.mounts), f"{process.name}: {name}"


def test_a_process_is_given_secrets_of_its_own_service_only(resources: list[Resource]) -> None:
    for process in kubernetes_processes(resources):
        (container,) = _containers(resources, process.name)
        secrets = {
            variable["valueFrom"]["secretKeyRef"]["name"]
            for variable in container.get("env", ())
            if "valueFrom" in variable
        }
        assert secrets <= {process.part}


def test_the_keys_of_a_service_are_mounted_into_that_service_only(resources: list[Resource]) -> None:
    mounted = {
        (one["metadata"]["name"], volume["secret"]["secretName"])
        for one in resources
        if one["kind"] in {"Deployment", "Job"}
        for volume in one["spec"]["template"]["spec"]["volumes"]
        if "secret" in volume
    }

    assert mounted == {("tips", "tips-files"), ("referrals", "referrals-files")}


def test_no_secret_is_contained(resources: list[Resource]) -> None:
    assert not [resource for resource in resources if resource["kind"] == "Secret"]


def _containers(resources: list[Resource], name: str) -> list[Resource]:
    return [
        container
        for one in resources
        if one["kind"] in {"Deployment", "Job"} and one["metadata"]["name"] == name
        for container in one["spec"]["template"]["spec"]["containers"]
    ]
